"""The marker tagger: which words of a reply do what, read from the encoder's tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
            In order of their start. A word belongs to a span as a whole, and no span goes on
            beyond the end of a sentence.
        """
        if not len(margins):
            return ()
        begins = [0] + [i for i in range(1, len(offsets)) if offsets[i - 1][1] < offsets[i][0]]
        words = np.maximum.reduceat(margins, begins, axis=0)
        ends = [*begins[1:], len(offsets)]
        chances = 1 / (1 + np.exp(-words.astype(np.float64)))
        inside = chances >= self.thresholds
        found = []
        for column in np.flatnonzero(inside.any(axis=0)):
            run: list[int] = []
            for word in range(len(begins) + 1):
                taken = word < len(begins) and inside[word, column]
                if taken:
                    run.append(word)
                if run and (not taken or _closes(text, offsets[ends[word] - 1][1])):
                    start, end = offsets[begins[run[0]]][0], offsets[ends[run[-1]] - 1][1]
                    chance = float(chances[run, column].max())
                    end = start + len(text[start:end].rstrip(_STOPS))
                    if end > start:
                        found.append(TaggedSpan(self.types[column], start, end, chance))
                    run = []
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


def _closes(text: str, end: int) -> bool:
    """Tell whether the word that ends here ends a sentence."""
    return text[end - 1] in ".!?" and text[end : end + 1] in ("", " ")
