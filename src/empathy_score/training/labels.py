"""Labels as annotators write them (codebook) -> a labelled table, one column a dimension."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension, Level
from empathy_score.errors import LabelError
from empathy_score.transcripts.columns import named
from empathy_score.transcripts.formats import is_missing

if TYPE_CHECKING:
    import pandas as pd

LISTS: dict[str, tuple[str, ...]] = {
    "roads": ("learn", "care", "teach", "go_away"),
    "etc": ("emotion", "trust", "cognitive_control", "behavioural_control"),
    "expectations": ("care_and_concern", "problem_solving", "spontaneity", "recovery"),
}
"""Lists in the codebook's JSON and the dimensions that their places stand for."""

SEPARATOR = re.compile(r"\s*[;|]\s*")
"""Between several labels in one cell."""

CUSTOMER = {"customer": "feeling", "valence": "valence"}
"""Keys in the codebook's JSON that are said of the customer's last turn before the reply."""


def reply_labels(labels: Mapping[str, Any]) -> dict[str, Level]:
    """Give a reply's labels by dimension.

    Parameters
    ----------
    labels : mapping
        One object of the codebook's JSON.

    Returns
    -------
    dict of str to level
    """
    flat: dict[str, Level] = {}
    for name, value in labels.items():
        if name in LISTS:
            flat |= dict(zip(LISTS[name], value, strict=True))
        elif name not in CUSTOMER and isinstance(value, str | int):
            flat[name] = value
    return flat


def labelled_table(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay labelled replies out as a transcript table, one row a turn.

    Parameters
    ----------
    items : iterable of mapping
        Each with `id`, `channel`, `context` (a list of role and text), `reply` and `labels`. Items
        belong to one conversation where their `id` is alike up to its last ``:``; where it has
        none, where their first turn is the same.

    Returns
    -------
    DataFrame
        `conversation_id` (one an item), `group` (the conversation), `role`, `text`, `channel`,
        `company`, a column a dimension (filled on the reply and on the customer's last turn), and
        on the reply `spans`.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for item in items:
        shared = {
            "conversation_id": item["id"],
            "group": conversation_of(item),
            "channel": item.get("channel"),
            "company": item.get("company"),
        }
        turns = [{**shared, "role": role, "text": text} for role, text in item["context"]]
        spoken = [turn for turn in turns if turn["role"] == "customer"]
        labels = item.get("labels", {})
        if spoken:
            spoken[-1].update({CUSTOMER[k]: labels[k] for k in CUSTOMER if k in labels})
        reply = {**shared, "role": "agent", "text": item["reply"]}
        reply |= reply_labels({k: v for k, v in labels.items() if k != "spans"})
        if "spans" in labels:
            reply["spans"] = labels["spans"]
        rows += [*turns, reply]
    return pd.DataFrame(rows)


def conversation_of(item: Mapping[str, Any]) -> str:
    """Name the conversation that a labelled reply belongs to; see `labelled_table`."""
    conversation, colon, _ = item["id"].rpartition(":")
    if colon:
        return str(conversation)
    first = item["context"][0][1] if item["context"] else item["id"]
    return hashlib.sha1(first.strip().lower().encode()).hexdigest()


def level_index(column: pd.Series, dimension: Dimension) -> NDArray[np.int64]:
    """Give the index of each label among a dimension's levels, -1 where there is none.

    Several labels in a cell are given as `heads.targets` counts them: the sum of 2 to the power of
    each one's place.

    Raises
    ------
    LabelError
        Where a label is not one of the levels.
    """
    place: dict[Level, int] = {level: i for i, level in enumerate(dimension.levels)}
    index = np.full(len(column), -1, dtype=np.int64)
    for row, value in enumerate(column.tolist()):
        if is_empty(value):
            continue
        labels = several(value) if dimension.kind == "multilabel" else [value]
        levels = [_as_level(label, dimension) for label in labels]
        for level in levels:
            if level not in place:
                listed = ", ".join(map(str, dimension.levels))
                raise LabelError(
                    f"row {row + 1}, column {dimension.name!r}: expected one of {listed}, "
                    f"came {named(value)}. Mend the label."
                )
        if dimension.kind == "multilabel":
            index[row] = sum(1 << place[level] for level in set(levels))
        else:
            index[row] = place[levels[0]]
    return index


def is_empty(value: Any) -> bool:
    """Tell whether a cell has no label: None, NaN, NA, or no character but white space."""
    if isinstance(value, str):
        return not value.strip()
    return is_missing(value)


def several(value: Any) -> list[str]:
    """Split a cell of several labels, a list or parted by ``;`` or ``|``; these alone: none."""
    parts = SEPARATOR.split(value) if isinstance(value, str) else list(value)
    return [str(part).strip() for part in parts if str(part).strip()]


def _as_level(value: Any, dimension: Dimension) -> Level:
    if isinstance(dimension.levels[0], str):
        text = str(value).strip()
        folded = {str(level).lower(): level for level in dimension.levels}
        return text if text in dimension.levels else folded.get(text.lower(), text)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)
    return int(number) if number.is_integer() else str(value)
