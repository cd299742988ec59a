"""A company's own label columns -> dimensions: which kind they are, and which levels they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from empathy_score.dimensions import DIMENSIONS, Dimension, Kind, Level
from empathy_score.errors import LabelError
from empathy_score.training.labels import SEPARATOR, is_empty, several
from empathy_score.transcripts.columns import ALIASES, key
from empathy_score.transcripts.formats import Note, read_table
from empathy_score.transcripts.reading import Transcripts, read_transcripts

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.conversation import Role
    from empathy_score.model.model import ScoredRole

YES_NO: tuple[tuple[str, str], ...] = (
    ("0", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("fail", "pass"), ("off", "on"),
)  # fmt: skip
"""Pairs of values, in lower case, that make a binary column; the second is the one that counts."""

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
    frame, _ = read_table(table, notes)
    frame.columns = frame.columns.map(str)
    chosen = dict(columns or {})
    have = {key(column) for column in frame.columns} | set(chosen)

    def known(canonical: str) -> bool:
        return bool(have & {canonical, *ALIASES[canonical]})

    if not known("conversation_id"):
        frame = frame.assign(conversation_id=[f"row {i + 1}" for i in range(len(frame))])
    if not known("role") and not (known("agent_text") and known("customer_text")):
        frame = frame.assign(role="agent")
    read = read_transcripts(frame, columns=chosen, roles=roles)
    return Transcripts(read.conversations, read.table, (*notes, *read.notes))


def dimensions_of(
    transcripts: Transcripts,
    known: Sequence[Dimension] = DIMENSIONS,
    targets: Mapping[str, Kind | None] | None = None,
) -> tuple[Dimension, ...]:
    """Find what a labelled table can teach.

    Parameters
    ----------
    transcripts : Transcripts
    known : sequence of Dimension
        Those whose columns are taken without being asked for, where they have a label.
    targets : mapping of str to Kind or None, optional
        Columns of the company's own and their kind; None where it is to be inferred.

    Returns
    -------
    tuple of Dimension
        The known ones first.

    Raises
    ------
    LabelError
        Where a target is no column, has no label, or cannot be of its kind.
    """
    frame = transcripts.table
    asked = dict(targets or {})
    found = [
        d
        for d in known
        if d.name not in asked and d.name in frame and len(_filled(frame[d.name])) > 0
    ]
    for name, kind in asked.items():
        if name not in frame:
            listed = ", ".join(map(str, frame.columns))
            raise LabelError(f"no column {name!r} to learn; the table has: {listed}")
        found.append(infer_dimension(frame, name, _role_of(transcripts, name), kind))
    if not found:
        raise LabelError(
            "The table has no labels: no column is named like a dimension ("
            + ", ".join(d.name for d in known)
            + "), and no target was named."
        )
    return tuple(found)


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
        levels = list(_yes_no(values) or sorted({_plain(value) for value in values}, key=str))
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
    return Dimension(name, role, kind, tuple(levels), "", "own labels", probabilities=shown)


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
    plain = {_plain(v) for v in values}
    for no, yes in YES_NO:
        if {str(v).lower() for v in plain} == {no, yes}:
            low = next(v for v in plain if str(v).lower() == no)
            return low, next(v for v in plain if v != low)
    return None


def _plain(value: Any) -> Level:
    """Give a whole number as one, in whatever form it came, and all else as text."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value).strip()
    return int(number) if number.is_integer() else str(value).strip()


def _order(level: Level) -> tuple[bool, float, str]:
    return isinstance(level, str), 0.0 if isinstance(level, str) else float(level), str(level)


def _some(levels: Iterable[Level]) -> str:
    shown = [repr(level)[:26] for level in levels]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")


def _filled(column: pd.Series) -> list[Any]:
    return [value for value in column.tolist() if not is_empty(value)]


def _role_of(transcripts: Transcripts, name: str) -> ScoredRole:
    """Give the role whose turns carry a label: the agent's, unless only customers' do."""
    frame = transcripts.table
    counts = {"agent": 0, "customer": 0}
    for conversation in transcripts:
        for turn in conversation.turns:
            if turn.role in counts and turn.row is not None:
                counts[turn.role] += len(_filled(frame[name].iloc[[turn.row]]))
    return "customer" if counts["customer"] and not counts["agent"] else "agent"
