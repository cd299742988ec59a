"""A fitted model: turns of both roles -> calibrated probabilities of every dimension's levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension
from empathy_score.markers.types import MarkerType
from empathy_score.model.calibration import Calibration
from empathy_score.model.encoder import EncoderSpec
from empathy_score.model.features import Reading, TurnFeatures, plain_texts
from empathy_score.model.heads import Heads

ScoredRole = Literal["agent", "customer"]
SCORED_ROLES: tuple[ScoredRole, ...] = ("agent", "customer")


class TextEncoder(Protocol):
    """What a model asks of its encoder."""

    def encode(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Give unit vectors of shape (n_texts, width)."""
        ...


@dataclass(frozen=True)
class RoleModel:
    """Features, heads and calibration of one role."""

    features: TurnFeatures
    heads: Heads
    calibration: Calibration


@dataclass(frozen=True)
class Model:
    """Everything that scoring needs.

    Parameters
    ----------
    name : str
        Such as ``"default"``.
    encoder_spec : EncoderSpec
        Where the encoder's weights come from.
    encoder : TextEncoder
    roles : mapping of role to RoleModel
        Those that have dimensions.
    markers : tuple of MarkerType
        The types and patterns that it was fitted with: their counts are features.
    marker_precision : mapping of str to float
        Measured precision of each marker type, 0 to 1.
    facts : mapping of str to Any
        What it was trained on, for the model card.
    digest : str
        First characters of the SHA-256 of its folder; empty before it is saved.
    """

    name: str
    encoder_spec: EncoderSpec
    encoder: TextEncoder
    roles: Mapping[ScoredRole, RoleModel]
    markers: tuple[MarkerType, ...]
    marker_precision: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions that the model scores, the agent's first."""
        return tuple(
            d
            for role in SCORED_ROLES
            if role in self.roles
            for d in self.roles[role].heads.dimensions
        )

    @property
    def signature(self) -> str:
        """Name the model, its version and its encoder, for a table of scores."""
        digest = f"@{self.digest}" if self.digest else ""
        return f"model:{self.name}{digest}|encoder:{self.encoder_spec.name}"

    def probabilities(
        self,
        readings: Mapping[ScoredRole, Sequence[Reading]],
        batch_size: int = 8192,
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[str, NDArray[np.float64]]:
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
        dict of str to ndarray of shape (n_turns_of_the_role, n_levels)
            By dimension; rows sum to 1.
        """
        turns_of = {role: turns for role, turns in readings.items() if role in self.roles}
        plain = plain_texts([turn for turns in turns_of.values() for turn in turns])
        vectors = encode_texts(self.encoder, plain, progress)
        result: dict[str, NDArray[np.float64]] = {}
        for role, turns in turns_of.items():
            part = self.roles[role]
            chunks: dict[str, list[NDArray[np.float64]]] = {}
            for start in range(0, len(turns), batch_size):
                X = part.features.transform(turns[start : start + batch_size], plain, vectors)
                margins = part.heads.margins(X)
                for dimension in part.heads.dimensions:
                    chunks.setdefault(dimension.name, []).append(
                        part.calibration.probabilities(dimension, margins[dimension.name])
                    )
            for dimension in part.heads.dimensions:
                empty = np.zeros((0, len(dimension.levels)))
                result[dimension.name] = np.vstack([empty, *chunks.get(dimension.name, [])])
        return result


def encode_texts(
    encoder: TextEncoder,
    plain: Mapping[str, str],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, NDArray[np.float32]]:
    """Give the vector of each normalised text."""
    texts = sorted(set(plain.values()))
    return dict(zip(texts, encoder.encode(texts, progress), strict=True))
