"""The marker tagger: which words of a reply do what, read from the encoder's tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EDGE = 0.5
"""Share of the threshold that a word beside a sure one must reach to belong to its span."""

SHORTEST = 4
"""Characters that a span must have: no lone article or pronoun."""


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A run of words that the tagger gives a type to.

    Parameters
    ----------
    type : str
    start, end : int
        Half-open characters of the normalised text.
    probability : float
        Highest probability of a word in it, 0 to 1, as the tagger gives it.
    """

    type: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Tagger:
    """A linear layer over tokens, one column a marker type.

    Parameters
    ----------
    types : tuple of str
    weight : ndarray of shape (n_types, width), float32
    bias : ndarray of shape (n_types,), float32
    thresholds : ndarray of shape (n_types,), float32
        Probability from which a word belongs to a span of the type, above 0 and below 1.
    """

    types: tuple[str, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    def spans(
        self, margins: NDArray[np.float32], offsets: Sequence[tuple[int, int]], text: str
    ) -> tuple[TaggedSpan, ...]:
        """Find the spans of one text.

        Parameters
        ----------
        margins : ndarray of shape (n_tokens, n_types)
            Of each token.
        offsets : sequence of (int, int)
            Half-open characters of each token.
        text : str
            Normalised.

        Returns
        -------
        tuple of TaggedSpan
            In order of their start. A span begins at a word that reaches the threshold, takes in
            neighbours that reach `EDGE` of it, and a single word between two such; it never goes
            on beyond the end of a sentence.
        """
        if not len(margins):
            return ()
        begins = [0] + [i for i in range(1, len(offsets)) if offsets[i - 1][1] < offsets[i][0]]
        words = np.maximum.reduceat(margins, begins, axis=0)
        ends = [*begins[1:], len(offsets)]
        chances = 1 / (1 + np.exp(-words.astype(np.float64)))
        stops = [offsets[end - 1][1] for end in ends]
        closing = [_closes(text, stop) for stop in stops]
        found = []
        for column in np.flatnonzero((chances >= self.thresholds).any(axis=0)):
            own, threshold = chances[:, column], self.thresholds[column]
            for run in _runs(own >= threshold * EDGE, closing):
                if own[run].max() < threshold:
                    continue
                start = offsets[begins[run[0]]][0]
                end = start + len(text[start : stops[run[-1]]].rstrip(_STOPS))
                if end - start >= SHORTEST:
                    found.append(TaggedSpan(self.types[column], start, end, float(own[run].max())))
        return tuple(sorted(found, key=lambda span: (span.start, span.end, span.type)))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give what a model folder keeps, beside the types."""
        return {"weight": self.weight, "bias": self.bias, "thresholds": self.thresholds}

    @classmethod
    def from_arrays(cls, types: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> Tagger:
        """Restore what `arrays` gave; shapes must agree."""
        tagger = cls(tuple(types), arrays["weight"], arrays["bias"], arrays["thresholds"])
        n = len(tagger.types)
        if not tagger.weight.shape[0] == len(tagger.bias) == len(tagger.thresholds) == n:
            raise ValueError("the tagger does not fit its types")
        return tagger


_STOPS = ".,;:!? "


def _runs(inside: NDArray[np.bool_], closing: Sequence[bool]) -> list[list[int]]:
    """Give runs of words that are inside, a lone gap among them, sentence by sentence."""
    runs: list[list[int]] = []
    for word in np.flatnonzero(inside).tolist():
        last = runs[-1][-1] if runs else None
        if last is not None and word - last <= 2 and not any(closing[last:word]):
            runs[-1] += range(last + 1, word + 1)
        else:
            runs.append([word])
    return runs


def _closes(text: str, end: int) -> bool:
    """Tell whether the word that ends here ends a sentence."""
    return text[end - 1] in ".!?" and text[end : end + 1] in ("", " ")
