"""A labelled table -> labelled turns: what every way of fitting takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension
from empathy_score.errors import LabelError
from empathy_score.markers import MarkerMatcher
from empathy_score.model.features import Reading
from empathy_score.model.model import SCORED_ROLES, ScoredRole
from empathy_score.readings import RoleReadings, read_turns
from empathy_score.training.labels import is_empty, level_index
from empathy_score.transcripts import Transcripts, read_transcripts
from empathy_score.transcripts.columns import named

Spans = tuple[tuple[str, int, int], ...]
"""Labelled markers of one reply: type, start and end in the untouched text."""


@dataclass(frozen=True)
class RoleTurns:
    """Labelled turns of one role.

    Parameters
    ----------
    dimensions : tuple of Dimension
        Those that have labels.
    readings : list of Reading
    labels : mapping of str to ndarray of shape (n_turns,)
        Index of the level by dimension; -1 where a turn has no label for it.
    groups : ndarray of shape (n_turns,)
        What must not be parted: the conversation, or what the column `group` says.
    weights : ndarray of shape (n_turns,)
    spans : list of Spans or None
        None where a turn's markers are not labelled.
    rows : ndarray of shape (n_turns,)
        Of the table.
    """

    dimensions: tuple[Dimension, ...]
    readings: list[Reading]
    labels: Mapping[str, NDArray[np.int64]]
    groups: NDArray[np.str_]
    weights: NDArray[np.float64]
    spans: list[Spans | None]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.readings)

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> RoleTurns:
        """Give some of the turns."""
        chosen = np.asarray(places, dtype=np.int64)
        return replace(
            self,
            readings=[self.readings[i] for i in chosen],
            labels={name: index[chosen] for name, index in self.labels.items()},
            groups=self.groups[chosen],
            weights=self.weights[chosen],
            spans=[self.spans[i] for i in chosen],
            rows=self.rows[chosen],
        )


LabelledTurns = Mapping[ScoredRole, RoleTurns]
"""Labelled turns by role; a role without labels is left out."""


def labelled_turns(
    table: Any, dimensions: Sequence[Dimension], matcher: MarkerMatcher
) -> LabelledTurns:
    """Read the labelled turns of a table.

    Parameters
    ----------
    table : Transcripts or any form that `read_transcripts` takes
        A transcript with a column for each dimension, filled where a turn is labelled. A column
        `group` joins conversations that must not be parted, a column `weight` weighs turns,
        `spans` has labelled markers (mappings with `type`, `start`, `end`).
    dimensions : sequence of Dimension
    matcher : MarkerMatcher
        Its markers' counts are features.

    Raises
    ------
    LabelError
        Where a dimension has no column or no label, or a label is not one of its levels.
    """
    transcripts = table if isinstance(table, Transcripts) else read_transcripts(table)
    frame = transcripts.table
    readings, _ = read_turns(transcripts, matcher)
    turns: dict[ScoredRole, RoleTurns] = {}
    for role in SCORED_ROLES:
        own = tuple(d for d in dimensions if d.role == role)
        if own:
            turns[role] = _role_turns(frame, own, readings[role])
    return turns


def _role_turns(frame: Any, dimensions: tuple[Dimension, ...], found: RoleReadings) -> RoleTurns:
    labels: dict[str, NDArray[np.int64]] = {}
    for dimension in dimensions:
        if dimension.name not in frame:
            raise LabelError(
                f"The labelled table has no column {dimension.name!r}; add it, or leave the "
                "dimension out."
            )
        index = level_index(frame[dimension.name], dimension)[found.rows]
        if not (index >= 0).any():
            raise LabelError(f"Column {dimension.name!r} has no label on any scored turn.")
        labels[dimension.name] = index
    kept = np.flatnonzero(np.any([index >= 0 for index in labels.values()], axis=0))
    rows = np.array(found.rows, dtype=np.int64)[kept]
    part = frame.iloc[rows]
    group = part["group" if "group" in part else "conversation_id"]
    spans = part["spans"].tolist() if "spans" in part else [None] * len(rows)
    return RoleTurns(
        dimensions=dimensions,
        readings=[found.readings[i] for i in kept],
        labels={name: index[kept] for name, index in labels.items()},
        groups=np.array(
            [f"row {row}" if is_empty(v) else str(v) for row, v in zip(rows, group, strict=True)]
        ),
        weights=_weights(part),
        spans=[_spans(value, row) for value, row in zip(spans, rows, strict=True)],
        rows=rows,
    )


def _weights(part: Any) -> NDArray[np.float64]:
    if "weight" not in part:
        return np.ones(len(part))
    import pandas as pd

    given = part["weight"].astype(object)
    given = given.where([not is_empty(value) for value in given], 1.0)
    weights: NDArray[np.float64] = pd.to_numeric(given, errors="coerce").to_numpy(float)
    if not (weights > 0).all():
        worst = given.iloc[int(np.flatnonzero(~(weights > 0))[0])]
        raise LabelError(f"Column 'weight' has {named(worst)}; a weight is a number over 0.")
    return weights


def _spans(value: Any, row: int) -> Spans | None:
    """Read labelled markers, also as the JSON text that a CSV holds."""
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError:
            raise LabelError(f"row {row + 1}, column 'spans': this is not JSON.") from None
    if not isinstance(value, list | tuple | np.ndarray):
        return None
    try:
        return tuple((str(s["type"]), int(s["start"]), int(s["end"])) for s in value)
    except (KeyError, TypeError, ValueError, IndexError):
        raise LabelError(
            f"row {row + 1}, column 'spans': expected a list of objects with type, start and end."
        ) from None


def split_groups(
    turns: LabelledTurns, share: float, seed: int = 0
) -> tuple[LabelledTurns, LabelledTurns]:
    """Split labelled turns in two without parting a group.

    Parameters
    ----------
    turns : LabelledTurns
    share : float
        Share of the groups that the second part gets, 0 to 1.
    seed : int

    Raises
    ------
    LabelError
        Where there is only one group.
    """
    groups = np.unique(np.concatenate([part.groups for part in turns.values()]))
    if len(groups) < 2:
        raise LabelError("Labels of at least two conversations are needed.")
    count = min(max(1, round(share * len(groups))), len(groups) - 1)
    held = np.random.default_rng(seed).permutation(groups)[:count]

    def part(inside: bool) -> LabelledTurns:
        return {
            role: own.take(np.flatnonzero(np.isin(own.groups, held) == inside))
            for role, own in turns.items()
        }

    return part(False), part(True)
