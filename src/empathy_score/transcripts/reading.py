"""A table of turns -> `Transcripts`: conversations in order, beside the table they came from."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from empathy_score.conversation import Conversation, Role, Turn
from empathy_score.errors import TranscriptError
from empathy_score.transcripts.columns import ROLES, is_wide, key, resolve_columns, resolve_role
from empathy_score.transcripts.formats import Note, clean_text, read_table, whole_characters
from empathy_score.transcripts.times import instants, numbers

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


def read_transcripts(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
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
    return lay_out(table, name, notes, columns=columns, roles=roles)


def lay_out(
    table: pd.DataFrame,
    name: str,
    notes: list[Note],
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
) -> Transcripts:
    """Group the turns of a table that has been read; `name` stands for it in errors."""
    table.columns = table.columns.map(str)
    found = resolve_columns(table.columns, columns or {}, source=name)
    wide = is_wide(found.values())
    made = {"role", "text"} if wide else set()
    table = table.rename(columns=_canonical(found, list(table.columns), made))
    if wide:
        table = _lengthen(table)
    speakers = _speakers(table, roles or {}, name, notes)
    texts = [clean_text(value) for value in table["text"]]
    if not texts:
        notes.append(Note("the table has a header and no rows", 0))
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(Note("turns without text passed through unscored", empty))
    conversations = _group(table, speakers, texts, notes)
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


def _speakers(
    table: pd.DataFrame, roles: Mapping[str, Role], name: str, notes: list[Note]
) -> list[Role]:
    for value, role in roles.items():
        if role not in ROLES:
            raise TranscriptError(
                name,
                f"cannot map the role {value!r}",
                expected="agent, customer or other",
                came=repr(role),
                do="Write the mapping as yours=agent.",
            )
    extra = {key(value): role for value, role in roles.items()}
    known: dict[object, Role] = {}
    unknown: dict[str, int] = {}
    speakers: list[Role] = []
    nameless = 0
    for row, value in enumerate(table["role"].tolist()):
        cell = clean_text(value)
        if not cell.strip():
            nameless += 1
            speakers.append("other")
            continue
        if cell not in known:
            named = resolve_role(cell, extra)
            if named is None:
                unknown.setdefault(cell, row + 1)
            known[cell] = named or "other"
        speakers.append(known[cell])
    if unknown:
        first, row = next(iter(unknown.items()))
        more_names = [_named(cell) for cell in list(unknown)[1:6]]
        more = f" (nor {', '.join(more_names)})" if more_names else ""
        sayable = [cell for cell in unknown if _is_name(cell)][:6] or ["VALUE"]
        option = shlex.quote(",".join(f"{cell}=agent" for cell in sayable))
        raise TranscriptError(
            name,
            f"row {row}, column 'role': nobody knows the role {_named(first)}{more}",
            expected="agent, customer, or another known speaker such as rep, user, system",
            came=_named(first),
            do=f"Say what each is, agent, customer or other: --roles {option}",
        )
    if nameless:
        notes.append(Note("turns without a role passed through unscored", nameless))
    others = speakers.count("other") - nameless
    if others:
        notes.append(Note("system, bot and note rows passed through unscored", others))
    return speakers


def _named(role: str) -> str:
    """Quote a role in a message, unless it is so long that it must be something said."""
    return repr(role) if _is_name(role) else f"a text of {len(role)} characters"


def _is_name(role: str) -> bool:
    return len(role) <= 24 and len(role.split()) <= 3


def _group(
    table: pd.DataFrame, speakers: list[Role], texts: list[str], notes: list[Note]
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
    ordered_by, position = _positions(table, rows_of.values(), notes)
    repeated = 0
    conversations = []
    for name, rows in rows_of.items():
        ordered = [rows[i] for i in np.argsort(position[rows], kind="stable")]
        turns = tuple(Turn(speakers[row], texts[row], row) for row in ordered)
        repeated += len(rows) - len({(position[row], speakers[row]) for row in rows})
        conversations.append(Conversation(name if isinstance(name, str) else "", turns))
    if repeated and ordered_by == "turn":
        notes.append(Note("turns that repeat a turn number kept their row order", repeated))
    return tuple(conversations)


def _positions(
    table: pd.DataFrame, conversations: Iterable[list[int]], notes: list[Note]
) -> tuple[Literal["turn", "timestamp", "row"], NDArray[np.float64]]:
    """Give each row's place by its turn, else by its timestamp, else by its row.

    A row without a readable place keeps its place after the row before it; a column of which half
    or more is unreadable is not used.
    """
    import numpy as np

    for column, read in (("turn", numbers), ("timestamp", instants)):
        if column not in table or table[column].isna().all():
            continue
        places = read(table[column]).copy()
        unread = int(np.isnan(places).sum())
        if unread * 2 >= len(table):
            what = f"column {column} was not used for the order: it is unreadable or ambiguous"
            notes.append(Note(what, unread))
            continue
        if unread:
            notes.append(Note(f"rows without a readable {column} follow the row before", unread))
            for rows in conversations:
                last = -np.inf
                for row in rows:
                    last = places[row] = last if np.isnan(places[row]) else places[row]
        return ("turn" if column == "turn" else "timestamp"), places
    return "row", np.arange(len(table), dtype=np.float64)
