"""A table of turns -> `Transcripts`: conversations in order, beside the table they came from."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from empathy_score.conversation import Conversation, Role, Turn
from empathy_score.errors import TranscriptError
from empathy_score.transcripts.columns import (
    ROLES,
    is_name,
    is_wide,
    key,
    named,
    resolve_columns,
    resolve_role,
)
from empathy_score.transcripts.formats import (
    Note,
    clean_text,
    is_missing,
    read_table,
    whole_characters,
)
from empathy_score.transcripts.redacting import Redact, redacted_table
from empathy_score.transcripts.times import NUMBERS, TimeForm, TimeReader, numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Transcripts:
    """Conversations and the table that they were read from; iterates over the conversations.

    Parameters
    ----------
    conversations : tuple of Conversation
        In order of first appearance; their turns in the order in which they were said.
    table : DataFrame
        One row a turn, in input order, columns under their canonical names; `Turn.row` points
        into it.
    notes : tuple of Note
        What was repaired or read with care.
    """

    conversations: tuple[Conversation, ...]
    table: pd.DataFrame
    notes: tuple[Note, ...] = field(default=())

    def __iter__(self) -> Iterator[Conversation]:
        return iter(self.conversations)

    def __len__(self) -> int:
        return len(self.conversations)

    def __repr__(self) -> str:
        return f"Transcripts({len(self)} conversations, {len(self.table)} turns)"

    @classmethod
    def of(cls, conversations: Iterable[Conversation]) -> Transcripts:
        """Lay conversations made in code out as a table, one row a turn."""
        import pandas as pd

        rows: list[tuple[str, int, str, str]] = []
        laid: list[Conversation] = []
        for conversation in conversations:
            turns = []
            for number, turn in enumerate(conversation.turns):
                text = whole_characters(turn.text)
                turns.append(Turn(turn.role, text, row=len(rows)))
                rows.append((conversation.id, number, turn.role, text))
            laid.append(Conversation(conversation.id, tuple(turns)))
        table = pd.DataFrame(rows, columns=["conversation_id", "turn", "role", "text"])
        return cls(tuple(laid), table)

    def redacted(self, redact: Redact) -> Transcripts:
        """Give the same transcripts with what `redact` makes of their texts.

        Parameters
        ----------
        redact : callable
            Takes a text and gives what may be kept of it; see `redacted_table`.
        """
        table = redacted_table(self.table, redact)
        texts = [clean_text(value) for value in table["text"]]
        conversations = tuple(
            Conversation(c.id, tuple(replace(t, text=texts[cast("int", t.row)]) for t in c.turns))
            for c in self
        )
        return Transcripts(conversations, table, self.notes)


def read_transcripts(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    redact: Redact | None = None,
) -> Transcripts:
    """Read transcripts from any accepted form of table.

    Parameters
    ----------
    source : DataFrame, datasets.Dataset, path, ``"-"`` or list of dict
        One row a turn (`conversation_id`, `role`, `text`), or one row an exchange
        (`conversation_id`, `customer_text`, `agent_text`), which becomes two rows.
    columns : mapping of str to str, optional
        Canonical name to the table's own name, where it is not recognised by itself.
    roles : mapping of str to {"agent", "customer", "other"}, optional
        Further role values.
    redact : callable, optional
        Takes a text and gives what may be kept of it, such as `empathy_score.redact`. Columns that
        pass through are redacted too; ids, times and what groups are not.

    Returns
    -------
    Transcripts

    Raises
    ------
    TranscriptError
        Where the source is unreadable, a required column is missing, or a role is unknown.
    """
    notes: list[Note] = []
    table, name = read_table(source, notes)
    return lay_out(table, name, notes, columns=columns, roles=roles, redact=redact)


def lay_out(
    table: pd.DataFrame,
    name: str,
    notes: list[Note],
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    redact: Redact | None = None,
) -> Transcripts:
    """Group the turns of a table that has been read; `name` stands for it in errors."""
    table.columns = table.columns.map(str)
    table = shape_of(table.columns, columns or {}, name, redact).apply(table)
    known = KnownRoles(roles or {}, name)
    known.see(table)
    known.check()
    order = OrderFinder()
    order.see(table)
    if not len(table):
        notes.append(Note("the table has a header and no rows", 0))
    return arrange(table, notes, known, order.order(notes))


@dataclass(frozen=True)
class Shape:
    """Which columns of a table are which.

    Parameters
    ----------
    renames : dict of str to str
        The table's own names to the canonical ones, or to those under which columns step aside.
    wide : bool
        Whether a row is an exchange.
    redact : callable, optional
    """

    renames: dict[str, str]
    wide: bool
    redact: Redact | None = None

    def apply(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the table, or a part of it, one row a turn with canonical names, and redacted."""
        table = table.rename(columns=self.renames)
        table = _lengthen(table) if self.wide else table
        table = table.assign(text=_as_read(table["text"]))
        return table if self.redact is None else redacted_table(table, self.redact)


def shape_of(
    header: Iterable[str], columns: Mapping[str, str], name: str, redact: Redact | None = None
) -> Shape:
    """Find which columns are which.

    Raises
    ------
    TranscriptError
        Where a required column is missing.
    """
    present = list(header)
    found = resolve_columns(present, columns, source=name)
    wide = is_wide(found.values())
    made = {"role", "text"} if wide else set()
    return Shape(_canonical(found, present, made), wide, redact)


def arrange(table: pd.DataFrame, notes: list[Note], roles: KnownRoles, order: Order) -> Transcripts:
    """Group the turns of a table of canonical columns, or of a part with whole conversations."""
    speakers = roles.speakers(table, notes)
    texts = [clean_text(value) for value in table["text"]]
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(Note("turns without text passed through unscored", empty))
    conversations = _group(table, speakers, texts, order, notes)
    return Transcripts(conversations, table, tuple(notes))


def free_name(name: str, taken: Container[str]) -> str:
    """Give the name under which a column steps aside: ``<name>_original``, longer if need be."""
    name = f"{name}_original"
    return name if name not in taken else free_name(name, taken)


def _canonical(found: Mapping[str, str], present: list[str], made: set[str]) -> dict[str, str]:
    """Rename to canonical names; a column that already has such a name steps aside."""
    renames = dict(found)
    for canonical in {*found.values(), *made}:
        if canonical in present and canonical not in found:
            renames[canonical] = free_name(canonical, present)
    return renames


def _lengthen(table: pd.DataFrame) -> pd.DataFrame:
    """Turn one row an exchange into two rows, the customer's before the agent's."""
    import numpy as np
    import pandas as pd

    shared = table.drop(columns=["customer_text", "agent_text"])
    halves = [
        shared.assign(role=role, text=table[f"{role}_text"]) for role in ("customer", "agent")
    ]
    order = np.argsort(np.tile(np.arange(len(table)), 2), kind="stable")
    long = pd.concat(halves, ignore_index=True).iloc[order].reset_index(drop=True)
    if "agent_id" in long:
        agents = long["agent_id"].astype(object)
        long["agent_id"] = agents.where(long["role"] == "agent", None)
    return long


def _as_read(column: pd.Series) -> pd.Series:
    """Give the column of texts as they are read, so that spans fit it; missing cells stay so."""
    import pandas as pd

    cells = list(column)
    texts = [clean_text(cell) for cell in cells]
    if all(isinstance(c, str) and c == t for c, t in zip(cells, texts, strict=True)):
        return column
    read = [c if is_missing(c) else t for c, t in zip(cells, texts, strict=True)]
    return pd.Series(read, index=column.index, dtype=object)


_MOST_UNKNOWN = 20
"""Roles that nobody knows, of which a message names a few: a wrong column has one in each row."""


class KnownRoles:
    """The role values of a table, which may be seen in parts, and whom each names.

    Parameters
    ----------
    extra : mapping of str to {"agent", "customer", "other"}
        Values that the user named.
    name : str
        Of the table, for errors.

    Raises
    ------
    TranscriptError
        Where `extra` names another role than these three.
    """

    def __init__(self, extra: Mapping[str, Role], name: str) -> None:
        for value, role in extra.items():
            if role not in ROLES:
                raise TranscriptError(
                    name,
                    f"cannot map the role {value!r}",
                    expected="agent, customer or other",
                    came=repr(role),
                    do="Write the mapping as yours=agent.",
                )
        self._extra = {key(value): role for value, role in extra.items()}
        self._name = name
        self._known: dict[str, Role] = {}
        self._unknown: dict[str, int | None] = {}
        self._rows = 0

    def see(self, table: pd.DataFrame) -> None:
        """Look at a table of canonical columns, or at its next part."""
        for row, value in enumerate(table["role"].tolist(), self._rows + 1):
            cell = clean_text(value)
            unknown = bool(cell.strip()) and self._role(cell) is None
            if unknown and len(self._unknown) < _MOST_UNKNOWN:
                self._unknown.setdefault(cell, row)
        self._rows += len(table)

    def merge(self, other: KnownRoles) -> None:
        """Take in what another has seen: further parts of the table, whose rows have no number."""
        self._unknown = dict.fromkeys([*self._unknown, *other._unknown])
        self._rows += other._rows

    def _role(self, cell: str) -> Role | None:
        if cell not in self._known:
            meant = resolve_role(cell, self._extra)
            if meant is None:
                return None
            self._known[cell] = meant
        return self._known[cell]

    def check(self) -> None:
        """Refuse a table with a role that nobody knows.

        Raises
        ------
        TranscriptError
        """
        if not self._unknown:
            return
        first, row = next(iter(self._unknown.items()))
        where = "" if row is None else f"row {row}, "
        more_names = [named(cell) for cell in list(self._unknown)[1:6]]
        more = f" (nor {', '.join(more_names)})" if more_names else ""
        sayable = [cell for cell in self._unknown if is_name(cell)][:6] or ["VALUE"]
        option = shlex.quote(",".join(f"{cell}=agent" for cell in sayable))
        raise TranscriptError(
            self._name,
            f"{where}column 'role': nobody knows the role {named(first)}{more}",
            expected="agent, customer, or another known speaker such as rep, user, system",
            came=named(first),
            do=f"Say what each is, agent, customer or other: --roles {option}",
        )

    def speakers(self, table: pd.DataFrame, notes: list[Note]) -> list[Role]:
        """Give who speaks in each row; whom nobody knows is ``other``."""
        cells = [clean_text(value) for value in table["role"].tolist()]
        nameless = sum(not cell.strip() for cell in cells)
        if nameless:
            notes.append(Note("turns without a role passed through unscored", nameless))
        speakers = [self._role(cell) or "other" for cell in cells]
        others = speakers.count("other") - nameless
        if others:
            notes.append(Note("system, bot and note rows passed through unscored", others))
        return speakers


def _group(
    table: pd.DataFrame, speakers: list[Role], texts: list[str], order: Order, notes: list[Note]
) -> tuple[Conversation, ...]:
    import numpy as np

    ids = [clean_text(value) for value in table["conversation_id"]]
    nameless = sum(not identity for identity in ids)
    if nameless:
        notes.append(
            Note("turns without a conversation_id: each read as its own conversation", nameless)
        )
    rows_of: dict[str | int, list[int]] = {}  # by id, or by row where there is none
    for row, identity in enumerate(ids):
        rows_of.setdefault(identity or row, []).append(row)
    position = order.positions(table, rows_of.values())
    repeated = 0
    conversations = []
    for name, rows in rows_of.items():
        ordered = [rows[i] for i in np.argsort(position[rows], kind="stable")]
        turns = tuple(Turn(speakers[row], texts[row], row) for row in ordered)
        repeated += len(rows) - len({(position[row], speakers[row]) for row in rows})
        conversations.append(Conversation(name if isinstance(name, str) else "", turns))
    if repeated and order.column == "turn":
        notes.append(Note("turns that repeat a turn number kept their row order", repeated))
    return tuple(conversations)


@dataclass(frozen=True)
class Order:
    """What the turns of a conversation are ordered by.

    Parameters
    ----------
    column : {"turn", "timestamp"} or None
        None: by their rows.
    read : TimeReader
        Reads the column.
    """

    column: Literal["turn", "timestamp"] | None
    read: TimeReader

    def positions(
        self, table: pd.DataFrame, conversations: Iterable[list[int]]
    ) -> NDArray[np.float64]:
        """Give each row's place; a row without a readable one has that of the row before it."""
        import numpy as np

        if self.column is None:
            return np.arange(len(table), dtype=np.float64)
        places = self.read(table[self.column]).copy()
        if np.isnan(places).any():
            for rows in conversations:
                last = -np.inf
                for row in rows:
                    last = places[row] = last if np.isnan(places[row]) else places[row]
        return places


BY_ROW = Order(None, NUMBERS)
"""Turns stand as their rows do."""


class OrderFinder:
    """Finds what orders the turns of a table, which may be seen in parts.

    The turn's number does, else the timestamp, else the row. A column of which half or more is
    unreadable is not used.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._numbered = self._given_turns = self._given_times = 0
        self._times = TimeForm()

    def see(self, table: pd.DataFrame) -> None:
        """Look at a table of canonical columns, or at its next part."""
        import numpy as np

        self._rows += len(table)
        if "turn" in table:
            self._given_turns += int(table["turn"].notna().sum())
            self._numbered += int(np.isfinite(numbers(table["turn"])).sum())
        if "timestamp" in table:
            self._given_times += int(table["timestamp"].notna().sum())
            self._times.see(table["timestamp"])

    def merge(self, other: OrderFinder) -> None:
        """Take in what another has seen: further parts of the table."""
        self._rows += other._rows
        self._numbered += other._numbered
        self._given_turns += other._given_turns
        self._given_times += other._given_times
        self._times.merge(other._times)

    def order(self, notes: list[Note]) -> Order:
        """Give what orders the turns, and note what could not be read."""
        if self._given_turns and self._used("turn", self._numbered, notes):
            return Order("turn", NUMBERS)
        if self._given_times and self._used("timestamp", self._times.n_read, notes):
            return Order("timestamp", self._times.reader())
        return BY_ROW

    def _used(self, column: str, read: int, notes: list[Note]) -> bool:
        unread = self._rows - read
        if unread * 2 >= self._rows:
            what = f"column {column} was not used for the order: it is unreadable or ambiguous"
            notes.append(Note(what, unread))
            return False
        if unread:
            notes.append(Note(f"rows without a readable {column} follow the row before", unread))
        return True
