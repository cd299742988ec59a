"""Input files -> turns on disk, grouped by conversation, and all that is decided over the whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from empathy_score.batch.cells import Codec
from empathy_score.batch.database import counted, grouped
from empathy_score.batch.work import STAGED, Work
from empathy_score.conversation import Role
from empathy_score.insight.canned import Recurrence, company_keys, runs_of
from empathy_score.readings import has_words
from empathy_score.transcripts.formats import Note, clean_text
from empathy_score.transcripts.pieces import pieces_of
from empathy_score.transcripts.reading import KnownRoles, Order, OrderFinder, shape_of
from empathy_score.transcripts.redacting import Redact
from empathy_score.transcripts.times import TimeReader

CHUNK_TURNS = 10_000
"""Turns that are scored at a time, about: conversations are not cut."""


@dataclass(frozen=True)
class Staged:
    """Turns on disk, ready to be scored a chunk at a time.

    Parameters
    ----------
    codec : Codec
        How cells travel.
    roles : KnownRoles
    order : Order
    notes : tuple of Note
        About the input as a whole.
    sizes : ndarray of int64, shape (n_conversations,)
        Turns of each conversation, in order of first appearance.
    edges : ndarray of int64, shape (n_chunks + 1,)
        First conversation of each chunk.
    recurrence : Recurrence
        Over the whole corpus.
    """

    codec: Codec
    roles: KnownRoles
    order: Order
    notes: tuple[Note, ...]
    sizes: NDArray[np.int64]
    edges: NDArray[np.int64]
    recurrence: Recurrence

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def n_turns(self) -> int:
        """How many turns there are."""
        return int(self.sizes.sum())

    def turns_of(self, chunks: Iterable[int]) -> int:
        """Give how many turns some chunks have."""
        edges = self.edges
        return sum(int(self.sizes[edges[n] : edges[n + 1]].sum()) for n in chunks)

    def chunk(self, work: Work, number: int) -> tuple[pd.DataFrame, Any]:
        """Read a chunk: its turns as a table, and their rows in the input."""
        low, high = int(self.edges[number]), int(self.edges[number + 1])
        within = [("es__number", ">=", low), ("es__number", "<", high)]
        table = pq.read_table(work / "turns.parquet", filters=within)
        table = table.sort_by([("es__number", "ascending"), ("es__row", "ascending")])
        rows = table["es__row"].to_numpy()
        table = table.drop_columns(["es__number", "es__row"])
        for place, name in enumerate(table.column_names):
            if name in self.codec.types:  # the database has its own idea of some types
                column = table[name].cast(self.codec.types[name])
                table = table.set_column(place, name, column)
        return self.codec.decode(table), rows


def stage(
    work: Work,
    paths: list[Path],
    *,
    columns: Mapping[str, str],
    roles: Mapping[str, Role],
    redact: Redact | None,
    progress: Callable[[int], None],
) -> Staged:
    """Read the input once, or take what an earlier run has read of it.

    Parameters
    ----------
    work : Work
    paths : list of Path
    columns, roles : mapping
    redact : callable or None
        As in `read_transcripts`; nothing reaches the disk before it.
    progress : callable
        Called with the number of turns read so far.

    Raises
    ------
    TranscriptError
        Where a file cannot be read.
    """
    pieces = pieces_of(paths)
    name = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    shape = shape_of(pieces.header, columns, name, redact)
    known = KnownRoles(roles, name)
    types = {shape.renames.get(n, n): kind for n, kind in pieces.types.items()}
    codec = Codec(pieces.cells, {**types, "text": pa.string()})
    if not work.has(STAGED):
        notes: list[Note] = []
        finder = OrderFinder()
        empty = pd.DataFrame(columns=pieces.header, dtype=object)  # a file may have no row
        read = chain([(0, empty)], pieces.tables(notes))
        turns = ((file, shape.apply(table)) for file, table in read)
        n_turns = _write(work, turns, codec, known, finder, progress)
        if not n_turns:
            notes.append(Note("the table has a header and no rows", 0))
        order = finder.order(notes)
        split = grouped(work)
        if split:
            notes.append(Note("conversations go on from one file to another, by their id", split))
        counted(work)
        facts = {"order": asdict(order), "notes": [asdict(n) for n in notes]}
        with work.write(STAGED) as part:
            part.write_text(json.dumps(facts), encoding="utf-8")
    facts = json.loads((work / STAGED).read_text(encoding="utf-8"))
    times = TimeReader(**facts["order"]["read"])
    sizes = np.load(work / "sizes.npy")
    canned = np.load(work / "canned.npz")
    return Staged(
        codec=codec,
        roles=known,
        order=Order(facts["order"]["column"], times),
        notes=tuple(Note(**note) for note in facts["notes"]),
        sizes=sizes,
        edges=_edges(sizes),
        recurrence=Recurrence(canned["runs"], canned["companies"]),
    )


def _edges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Part conversations of these sizes into chunks of `CHUNK_TURNS` turns; a longer one is one."""
    before = np.concatenate([[0], np.cumsum(sizes)])
    edges = [0] if len(sizes) else [0, 0]
    while edges[-1] < len(sizes):
        full = before[edges[-1]] + CHUNK_TURNS
        edges.append(max(int(np.searchsorted(before, full, side="right")) - 1, edges[-1] + 1))
    return np.array(edges, dtype=np.int64)


def _write(
    work: Work,
    tables: Iterator[tuple[int, pd.DataFrame]],
    codec: Codec,
    roles: KnownRoles,
    finder: OrderFinder,
    progress: Callable[[int], None],
) -> int:
    """Write turns and the runs of words of replies, piece by piece; give the number of turns."""
    row = 0
    for number, (file, table) in enumerate(tables):
        roles.see(table)
        roles.check()
        finder.see(table)
        rows = np.arange(row, row + len(table))
        talks = _talks(table, rows)
        files = np.full(len(table), file)
        columns = {"es__row": rows, "es__talk": talks, "es__file": files, **codec.encode(table)}
        with work.write(f"read-{number:06d}.parquet") as part:
            pq.write_table(pa.table(columns), part)
        replies, runs = _runs(table, talks, roles)
        with work.write(f"replies-{number:06d}.parquet") as part:
            pq.write_table(replies, part)
        with work.write(f"runs-{number:06d}.parquet") as part:
            pq.write_table(runs, part)
        row += len(table)
        progress(row)
    return row


def _talks(table: pd.DataFrame, rows: Any) -> list[bytes]:
    """Give each row the key of its conversation: of its id, or its own where it has none."""
    named = (clean_text(value) for value in table["conversation_id"])
    keys = (f"id {one}" if one else f"row {row}" for one, row in zip(named, rows, strict=True))
    return [blake2b(key.encode(), digest_size=16).digest() for key in keys]


def _runs(table: pd.DataFrame, talks: list[bytes], roles: KnownRoles) -> tuple[Any, Any]:
    """Give the replies of a piece, and their runs of words, by company and conversation."""
    texts = [clean_text(value) for value in table["text"]]
    speakers = roles.speakers(table, [])
    said = [
        row for row, (role, text) in enumerate(zip(speakers, texts, strict=True))
        if role == "agent" and has_words(text)
    ]  # fmt: skip
    named = table["company"].iloc[said].tolist() if "company" in table else [None] * len(said)
    runs = runs_of([texts[row] for row in said], named)
    talk = np.frombuffer(b"".join(talks[row][:8] for row in said), dtype="<u8")
    replies = pa.table({"company": company_keys(named), "talk": talk})
    return replies, pa.table({"company": runs.company, "key": runs.key, "talk": talk[runs.reply]})
