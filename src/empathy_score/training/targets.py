"""A company's own label columns -> dimensions: which kind they are, and which levels they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.dimensions import DIMENSIONS, Dimension, Kind, Level
from empathy_score.errors import LabelError
from empathy_score.training.labels import SEPARATOR, is_empty, several
from empathy_score.transcripts.columns import ALIASES, key, named
from empathy_score.transcripts.formats import Note, read_table
from empathy_score.transcripts.reading import Transcripts, lay_out

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from empathy_score.conversation import Role
    from empathy_score.model.model import ScoredRole

YES_NO: tuple[tuple[str, str], ...] = (
    ("false", "true"), ("no", "yes"), ("n", "y"), ("fail", "pass"), ("off", "on"),
)  # fmt: skip
"""Pairs of values, in lower case, that make a binary column; the second is the one that counts."""

RESERVED = frozenset(
    ("opportunity", "score", "needs_review", "canned", "markers", "signature", "spans", "weight",
     "group", "opportunities", "given", "missed", "promises", "recovered", "n_turns",
     "n_agent_turns", *ALIASES)
)  # fmt: skip
"""Names that a target cannot have: columns that a table or its scores use."""

MOST_LEVELS = 50
MOST_GRADES = 11

KINDS: tuple[Kind, ...] = ("nominal", "ordinal", "binary", "multilabel")


def read_labelled(
    table: Any,
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
) -> Transcripts:
    """Read a labelled table, a bare one of replies and labels too.

    Parameters
    ----------
    table : Transcripts or any form that `read_transcripts` takes
        Where it has no column for the role, every row is an agent's reply; where it has none for
        the conversation, every row is one of its own.
    columns, roles : mapping, optional
        As in `read_transcripts`.

    Raises
    ------
    TranscriptError
        Where the table cannot be read.
    """
    if isinstance(table, Transcripts):
        return table
    notes: list[Note] = []
    frame, name = read_table(table, notes)
    frame.columns = frame.columns.map(str)
    chosen = dict(columns or {})
    have = {key(column) for column in frame.columns} | set(chosen)

    def known(canonical: str) -> bool:
        return bool(have & {canonical, *ALIASES[canonical]})

    if not known("conversation_id"):
        frame = frame.assign(conversation_id=[f"row {i + 1}" for i in range(len(frame))])
    if not known("role") and not (known("agent_text") and known("customer_text")):
        frame = frame.assign(role="agent")
    return lay_out(frame, name, notes, columns=chosen, roles=roles)


def dimensions_of(
    transcripts: Transcripts,
    known: Sequence[Dimension] = DIMENSIONS,
    targets: Mapping[str, Kind | None] | None = None,
    ignore: Collection[str] = (),
) -> tuple[Dimension, ...]:
    """Find what a labelled table can teach.

    Parameters
    ----------
    transcripts : Transcripts
    known : sequence of Dimension
        Those whose columns are taken without being asked for, where their role's turns have a
        label.
    targets : mapping of str to Kind or None, optional
        Columns of the company's own and their kind; None where it is to be inferred.
    ignore : collection of str, optional
        Known ones that are not to be taken.

    Returns
    -------
    tuple of Dimension
        The known ones first.

    Raises
    ------
    LabelError
        Where a target is no column, has no label, cannot be of its kind, or has the name of a
        column that scores have.
    """
    frame = transcripts.table
    doubled = {str(name) for name in frame.columns[frame.columns.duplicated()]}
    speakers = _speakers(transcripts)
    found = [
        d
        for d in known
        if d.name in frame
        and d.name not in {*ignore, *doubled}
        and (_labelled(frame[d.name]) & (speakers == d.role)).any()
    ]
    names = {d.name for d in known}
    for name, kind in (targets or {}).items():
        if name not in frame:
            listed = ", ".join(map(str, frame.columns))
            raise LabelError(f"no column {name!r} to learn; the table has: {listed}")
        if name in names and kind is None:
            if name not in {d.name for d in found}:
                raise LabelError(f"Column {name!r} has no label on the turns that it is said of.")
            continue  # one of ours, which is taken anyway
        if name in names | RESERVED or name in doubled:
            raise LabelError(
                f"A target cannot be called {name!r}: scores have a column of that name, or it "
                "stands twice. Rename the column."
            )
        there = _labelled(frame[name])
        only_customers = not (there & (speakers == "agent")).any()
        role: ScoredRole = "customer" if only_customers and there.any() else "agent"
        found.append(infer_dimension(frame, name, role, kind))
    if not found:
        raise LabelError(
            "The table has no labels: no column is named like a dimension ("
            + ", ".join(d.name for d in known)
            + "), and no target was named."
        )
    return tuple(found)


def _speakers(transcripts: Transcripts) -> NDArray[np.str_]:
    """Give the role of each row that can be scored, else nothing."""
    speakers = np.full(len(transcripts.table), "", dtype="U8")
    for conversation in transcripts:
        for turn in conversation.turns:
            if turn.row is not None and turn.text.strip():
                speakers[turn.row] = turn.role
    return speakers


def _labelled(column: pd.Series) -> NDArray[np.bool_]:
    return np.array([not is_empty(value) for value in column.tolist()], dtype=bool)


def infer_dimension(
    frame: pd.DataFrame, name: str, role: ScoredRole, kind: Kind | None = None
) -> Dimension:
    """Make a dimension of a label column.

    Parameters
    ----------
    frame : DataFrame
    name : str
        Of the column.
    role : {"agent", "customer"}
        Whose turns carry it.
    kind : {"nominal", "ordinal", "binary", "multilabel"}, optional
        Inferred where it is not given: yes or no is `binary`; whole numbers are `ordinal`; lists,
        and cells with ``;`` or ``|`` in them, are `multilabel`; other words are `nominal`.

    Raises
    ------
    LabelError
        Where the values cannot be of that kind.
    """
    values = _filled(frame[name])
    if not len(values):
        raise LabelError(f"Column {name!r} has no label.")
    if kind is not None and kind not in KINDS:
        raise LabelError(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
    kind = kind or _kind(values)
    if kind == "multilabel":
        levels: list[Level] = sorted({label for value in values for label in several(value)})
    elif kind == "binary":
        plain = {_plain(value) for value in values}
        levels = list(_yes_no(values) or sorted(plain, key=_order))
    else:
        levels = sorted({_plain(value) for value in values}, key=_order)
    if kind == "ordinal" and any(isinstance(level, str) for level in levels):
        raise LabelError(
            f"Column {name!r} cannot be ordinal: its values are words ({_some(levels)}). "
            "Write its levels as whole numbers in rising order."
        )
    if kind == "binary" and len(levels) != 2:
        raise LabelError(f"Column {name!r} cannot be binary: it has {_some(levels)}.")
    if len(levels) > MOST_LEVELS or (kind != "multilabel" and len(levels) < 2):
        raise LabelError(
            f"Column {name!r} has {len(levels)} different values ({_some(levels)}); a target has "
            f"2 to {MOST_LEVELS}."
        )
    shown = kind in ("nominal", "multilabel")
    return Dimension(name, role, kind, tuple(levels), "", "own labels", shown, prefix=f"p_{name}_")


def _kind(values: Sequence[Any]) -> Kind:
    if any(not isinstance(v, str | int | float | bool) for v in values):
        return "multilabel"
    if any(isinstance(v, str) and SEPARATOR.search(v) for v in values):
        return "multilabel"
    if _yes_no(values):
        return "binary"
    plain = {_plain(v) for v in values}
    if all(isinstance(v, int) for v in plain) and len(plain) <= MOST_GRADES:
        return "ordinal"
    return "nominal"


def _yes_no(values: Sequence[Any]) -> tuple[Level, Level] | None:
    """Give the two levels of a column that says yes or no, in lower case where they are words."""
    folded = {v if isinstance(v, int) else v.lower() for v in map(_plain, values)}
    for no, yes in YES_NO:
        if folded == {no, yes}:
            return no, yes
    return (0, 1) if folded == {0, 1} else None


def _plain(value: Any) -> Level:
    """Give a whole number as one, in whatever form it came, and all else as text."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value).strip()
    return int(number) if number.is_integer() else str(value).strip()


def _order(level: Level) -> tuple[bool, float, str]:
    return isinstance(level, str), 0.0 if isinstance(level, str) else float(level), str(level)


def _some(levels: Iterable[Level]) -> str:
    shown = [named(level) for level in levels]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")


def _filled(column: pd.Series) -> list[Any]:
    return [value for value in column.tolist() if not is_empty(value)]
