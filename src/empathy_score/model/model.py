"""A fitted model: turns of both roles -> calibrated probabilities of every dimension's levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension
from empathy_score.markers.types import MarkerType
from empathy_score.model.body import Arithmetic
from empathy_score.model.calibration import Calibration, Margins
from empathy_score.model.encoder import Encoder
from empathy_score.model.features import Reading, TurnFeatures, dense_features, plain_texts
from empathy_score.model.heads import Heads
from empathy_score.model.tagger import TaggedSpan
from empathy_score.model.tagging import TagJoin

ScoredRole = Literal["agent", "customer"]
SCORED_ROLES: tuple[ScoredRole, ...] = ("agent", "customer")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Part:
    """Features, heads and calibration of dimensions that were fitted together.

    Parameters
    ----------
    role : {"agent", "customer"}
    features : TurnFeatures
        Lexical features.
    dense, lexical : Heads
        Over the encoder's vectors, and over the lexical features.
    calibration : Calibration
        Over the margins of both.
    """

    role: ScoredRole
    features: TurnFeatures
    dense: Heads
    lexical: Heads
    calibration: Calibration

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What the part scores."""
        return self.dense.dimensions

    def margins(
        self,
        readings: Sequence[Reading],
        plain: Mapping[str, str],
        vectors: Mapping[str, NDArray[np.float32]],
        width: int,
    ) -> Margins:
        """Give the margins of both heads, by dimension; shape (n_turns, 2, n_margins)."""
        dense = self.dense.margins(dense_features(readings, plain, vectors, width))
        lexical = self.lexical.margins(self.features.transform(readings, plain))
        return {name: np.stack([dense[name], lexical[name]], axis=1) for name in dense}

    def only(self, dimensions: Sequence[Dimension]) -> Part:
        """Give the part with some of its dimensions."""
        dense = self.dense.only(dimensions)
        estimators = {d.name: self.calibration.estimators[d.name] for d in dense.dimensions}
        lexical = self.lexical.only(dimensions)
        return Part(self.role, self.features, dense, lexical, Calibration(estimators))


@dataclass(frozen=True)
class Predictions:
    """What a model says of some turns.

    Parameters
    ----------
    probabilities : mapping of str to ndarray of shape (n_turns_of_the_role, n_levels)
        By dimension.
    spans : mapping of str to tuple of TaggedSpan
        What the tagger found in each reply, by its untouched text, with offsets in the normalised
        one; empty without a tagger.
    """

    probabilities: Mapping[str, NDArray[np.float64]]
    spans: Mapping[str, tuple[TaggedSpan, ...]]


@dataclass(frozen=True)
class Model:
    """Everything that scoring needs.

    Parameters
    ----------
    name : str
        Such as ``"default"``.
    encoder : Encoder
    parts : tuple of Part
        No dimension is in two of them.
    markers : tuple of MarkerType
        The types and patterns that it was fitted with: their counts are features.
    joins : mapping of str to TagJoin
        How the tagger's spans and the patterns' are joined, and how precise each is, by type.
    doubt : tuple of float
        Quantiles of the road's doubt, from 0 to 100 %, on the replies that calibration was fitted
        on, which no head saw; empty where there is no road.
    facts : mapping of str to Any
        What it was trained on, for the model card.
    digest : str
        First characters of the SHA-256 of its folder; empty before it is saved.
    """

    name: str
    encoder: Encoder
    parts: tuple[Part, ...]
    markers: tuple[MarkerType, ...]
    joins: Mapping[str, TagJoin] = field(default_factory=dict)
    doubt: tuple[float, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions that the model scores, the agent's first."""
        return tuple(d for role in SCORED_ROLES for part in self.of(role) for d in part.dimensions)

    def of(self, role: ScoredRole) -> tuple[Part, ...]:
        """Give the parts of a role."""
        return tuple(part for part in self.parts if part.role == role)

    @property
    def arithmetic(self) -> Arithmetic:
        """Where the encoder runs, and in which numbers."""
        return self.encoder.arithmetic

    def using(self, *, dtype: str | None = None, device: str | None = None) -> Model:
        """Give the same model in other arithmetic; see `Arithmetic.chosen`."""
        arithmetic = Arithmetic.chosen(device, dtype)
        return replace(self, encoder=self.encoder.using(arithmetic))

    @property
    def signature(self) -> str:
        """Name the model, its version and its encoder, for a table of scores."""
        digest = f"@{self.digest}" if self.digest else ""
        return f"model:{self.name}{digest}|encoder:{self.encoder.name}"

    def predict(
        self,
        readings: Mapping[ScoredRole, Sequence[Reading]],
        batch_size: int = 8192,
        progress: Progress | None = None,
    ) -> Predictions:
        """Score turns of both roles.

        Parameters
        ----------
        readings : mapping of role to sequence of Reading
        batch_size : int
            Turns whose features are held in memory at a time.
        progress : callable, optional
            Called with the number of distinct texts encoded so far, and of all.

        Returns
        -------
        Predictions
        """
        turns_of = {role: turns for role, turns in readings.items() if self.of(role)}
        plain, vectors, spans = read_texts(self.encoder, turns_of, progress)
        found: dict[str, list[NDArray[np.float64]]] = {}
        for role, turns in turns_of.items():
            for part in self.of(role):
                for d in part.dimensions:
                    found[d.name] = [np.zeros((0, len(d.levels)))]
                for start in range(0, len(turns), batch_size):
                    chosen = turns[start : start + batch_size]
                    margins = part.margins(chosen, plain, vectors, self.encoder.width)
                    for d in part.dimensions:
                        chances = part.calibration.probabilities(d, margins[d.name])
                        found[d.name].append(chances)
        by_reply = {t.text: spans.get(plain[t.text], ()) for t in turns_of.get("agent", ())}
        return Predictions({name: np.vstack(parts) for name, parts in found.items()}, by_reply)


def read_texts(
    encoder: Encoder,
    readings: Mapping[ScoredRole, Sequence[Reading]],
    progress: Progress | None = None,
    *,
    tag: bool = True,
) -> tuple[dict[str, str], dict[str, NDArray[np.float32]], Mapping[str, tuple[TaggedSpan, ...]]]:
    """Normalise and encode every text that some turns need; tag the replies.

    Parameters
    ----------
    encoder : Encoder
    readings : mapping of role to sequence of Reading
    progress : callable, optional
    tag : bool, default True
        Whether replies are tagged.

    Returns
    -------
    plain : dict of str to str
        Each text, normalised.
    vectors : dict of str to ndarray of shape (width,)
        By normalised text.
    spans : mapping of str to tuple of TaggedSpan
        By normalised reply.
    """
    plain = plain_texts([turn for turns in readings.values() for turn in turns])
    texts = sorted(set(plain.values()))
    replies = {plain[turn.text] for turn in readings.get("agent", ())} if tag else ()
    encoding = encoder.encode(texts, progress, tagged=replies)
    return plain, dict(zip(texts, encoding.vectors, strict=True)), encoding.spans
