"""A scored table, as `Scores.turns` gives and `empathy-score score` writes it -> `Scores` again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from empathy_score.conversation import Marker, Role
from empathy_score.dimensions import DIMENSIONS
from empathy_score.errors import TranscriptError
from empathy_score.scores import SUMS, Scores
from empathy_score.transcripts.formats import SCORED, Note, is_missing, read_table
from empathy_score.transcripts.reading import lay_out
from empathy_score.transcripts.times import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRUE = {"true": True, "false": False}


def is_scored(table: pd.DataFrame) -> bool:
    """Tell whether a table was written by us: it has markers and a signature."""
    return set(map(str, table.columns)) >= SCORED


def read_scores(source: Any, *, roles: Mapping[str, Role] | None = None) -> Scores:
    """Read a scored table back.

    Parameters
    ----------
    source : any form that `read_transcripts` takes
        A table that `Scores.turns` gave or that `empathy-score score` wrote.
    roles : mapping of str to {"agent", "customer", "other"}, optional
        As it was scored with.

    Returns
    -------
    Scores
        With the dimensions of the table that are in `DIMENSIONS`; other columns pass through.

    Raises
    ------
    TranscriptError
        Where the table cannot be read, or was not scored.
    """
    notes: list[Note] = []
    table, name = read_table(source, notes)
    if not is_scored(table):
        raise TranscriptError(
            name,
            "is not a scored table",
            expected="the columns markers and signature",
            came=", ".join(map(str, table.columns)) or "no columns",
            do="Score it first: empathy-score score IN -o scored.parquet.",
        )
    return scores_of(table, name, notes, roles=roles)


def scores_of(
    table: pd.DataFrame, name: str, notes: list[Note], *, roles: Mapping[str, Role] | None = None
) -> Scores:
    """Give the scores of a scored table that has been read; `name` stands for it in errors."""
    found = tuple(d for d in DIMENSIONS if d.name in table.columns)
    texts = {d.name for d in found if d.kind == "nominal"} | {"opportunity"}
    names = [n for d in found for n in d.columns if n in table.columns]
    names += [n for n in (*SUMS, "canned") if n in table.columns]
    columns = {n: _column(table[n], n in texts, n == "needs_review") for n in names}
    given = table.drop(columns=[*names, "markers", "signature"])
    transcripts = lay_out(given, name, notes, roles=roles)
    said = {turn.row: turn.text for conversation in transcripts for turn in conversation.turns}
    markers = {
        row: _markers(value, said[row], row, name)
        for row, value in enumerate(table["markers"])
        if not _empty(value)
    }
    signed = (str(value) for value in table["signature"] if not is_missing(value))
    return Scores(
        transcripts=transcripts,
        dimensions=found,
        columns=columns,
        markers=markers,
        signature=next(signed, ""),
        notes=tuple(notes),
        seconds=0.0,
    )


def _empty(value: Any) -> bool:
    return not value if isinstance(value, str) else is_missing(value)


def _column(column: pd.Series, text: bool, flag: bool) -> NDArray[Any]:
    if not (text or flag):
        return numbers(column)
    values = np.full(len(column), None, dtype=object)
    for row, value in enumerate(column):
        if not _empty(value):
            values[row] = _TRUE.get(str(value).lower()) if flag else str(value)
    return values


def _markers(value: Any, text: str, row: int, name: str) -> tuple[Marker, ...]:
    """Read a cell of markers, whose spans must be those of the row's text."""
    found = _listed(value)
    if found is None or any(not _fits(marker, text) for marker in found):
        raise TranscriptError(
            name,
            f"row {row + 1}, column 'markers' cannot be read",
            expected="a list of objects with type, start, end, text and score, spans of the text",
            came="something else",
            do="Take the table as empathy-score wrote it, or score it again.",
        )
    return found


def _listed(value: Any) -> tuple[Marker, ...] | None:
    try:
        found = json.loads(value) if isinstance(value, str) else value
        return tuple(
            Marker(
                str(m["type"]), int(m["start"]), int(m["end"]), str(m["text"]), float(m["score"])
            )
            for m in found
        )
    except (TypeError, ValueError, LookupError, ArithmeticError, RecursionError):
        return None


def _fits(marker: Marker, text: str) -> bool:
    return 0 <= marker.start < marker.end and text[marker.start : marker.end] == marker.text
