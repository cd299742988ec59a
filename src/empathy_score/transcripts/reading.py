"""A table of turns -> `Transcripts`: conversations in order, beside the table they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from empathy_score.conversation import Conversation, Role, Turn
from empathy_score.errors import TranscriptError
from empathy_score.transcripts.columns import ROLES, is_wide, key, resolve_columns, resolve_role
from empathy_score.transcripts.formats import Note, clean_text, read_table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
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
                turns.append(Turn(turn.role, turn.text, row=len(rows)))
                rows.append((conversation.id, number, turn.role, turn.text))
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
    found = resolve_columns(map(str, table.columns), columns or {}, source=name)
    table.columns = table.columns.map(str)
    table = table.rename(columns=_without_clashes(found, list(table.columns)))
    if is_wide(found.values()):
        table = _lengthen(table)
    speakers = _speakers(table, roles or {}, name, notes)
    texts = [clean_text(value) for value in table["text"]]
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(Note("turns without text passed through unscored", empty))
    conversations = _group(table, speakers, texts, notes)
    return Transcripts(conversations, table, tuple(notes))


def _without_clashes(found: Mapping[str, str], present: list[str]) -> dict[str, str]:
    """Rename to canonical names; a column that already has such a name steps aside."""
    renames = dict(found)
    for canonical in found.values():
        if canonical in present and canonical not in found:
            renames[canonical] = f"{canonical}_original"
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
        long.loc[long["role"] == "customer", "agent_id"] = None
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
                raise TranscriptError(
                    name,
                    f"row {row + 1}, column 'role': nobody knows the role {cell[:60]!r}",
                    expected="agent, customer, or another known speaker such as rep, user, system",
                    came=repr(cell[:60]),
                    do=f"Say what it is: --roles {cell[:60]}=agent (or =customer, =other).",
                )
            known[cell] = named
        speakers.append(known[cell])
    if nameless:
        notes.append(Note("turns without a role passed through unscored", nameless))
    others = speakers.count("other") - nameless
    if others:
        notes.append(Note("system, bot and note rows passed through unscored", others))
    return speakers


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
    ordered_by, position = _positions(table, notes)
    rows_of: dict[str, list[int]] = {}
    for row, identity in enumerate(ids):
        rows_of.setdefault(identity or f"\x00{row}", []).append(row)
    repeated = 0
    conversations = []
    for identity, rows in rows_of.items():
        places = position[rows]
        turns = tuple(
            Turn(speakers[row], texts[row], row)
            for row in (rows[i] for i in np.argsort(places, kind="stable"))
        )
        repeated += len(places) - len(np.unique(places))
        conversations.append(Conversation(identity.lstrip("\x00"), turns))
    if repeated and ordered_by == "turn":
        notes.append(Note("turns that repeat a turn number kept their row order", repeated))
    return tuple(conversations)


def _positions(
    table: pd.DataFrame, notes: list[Note]
) -> tuple[Literal["turn", "timestamp", "row"], NDArray[np.float64]]:
    """Give each row's place by its turn, else by its timestamp, else by its row."""
    import numpy as np

    for column, read in (("turn", _numbers), ("timestamp", _instants)):
        if column not in table or table[column].isna().all():
            continue
        places = read(table[column])
        unread = int(np.isnan(places).sum())
        if not unread:
            return ("turn" if column == "turn" else "timestamp"), places
        notes.append(Note(f"column {column} was not used for the order: it is unreadable", unread))
    return "row", np.arange(len(table), dtype=np.float64)


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    import numpy as np
    import pandas as pd

    numbers: NDArray[np.float64] = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=float("nan")
    )
    return numbers


def _instants(column: pd.Series) -> NDArray[np.float64]:
    """Read epoch numbers, ISO 8601 or, failing that, other common date forms, as seconds."""
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(column):
        epochs = _numbers(column)
        if not np.isnan(epochs).any():
            return epochs
    for form in ("ISO8601", "mixed"):
        stamps = pd.to_datetime(column, errors="coerce", utc=True, format=form)
        if not stamps.isna().any():
            break
    since = stamps - pd.Timestamp(0, tz="UTC")
    return np.asarray(since.dt.total_seconds(), dtype=np.float64)
