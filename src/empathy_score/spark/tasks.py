"""What Spark's tasks do: Arrow batches of whole conversations in, Arrow batches out."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from empathy_score.batch.cells import MARKERS
from empathy_score.errors import ModelError
from empathy_score.insight.canned import FEWEST, Recurrence, company_keys, runs_of
from empathy_score.readings import has_words
from empathy_score.scorer import Scorer
from empathy_score.scores import Scores
from empathy_score.transcripts import Note, Transcripts
from empathy_score.transcripts.formats import from_arrow
from empathy_score.transcripts.reading import (
    BY_ROW,
    KnownRoles,
    Order,
    OrderFinder,
    Shape,
    arrange,
)
from empathy_score.transcripts.redacting import Redact, is_redacted, redacted_table
from empathy_score.transcripts.times import numbers

READ = ("conversation_id", "role", "text", "turn", "timestamp", "company")
"""Columns that scoring reads."""

KEY = "key"
"""Column by which the rows of a conversation are kept together."""

TURNS_AT_ONCE = 8192
"""Turns that are held and scored together; more where a conversation is longer."""

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}

Batches = Iterator[pa.RecordBatch]
Loading = tuple[str, float, str | None, str | None]
"""Model, review rate, dtype and device."""


@lru_cache(maxsize=1)
def scorer_of(model: str, review_rate: float, dtype: str | None, device: str | None) -> Scorer:
    """Load the model, once in each Python process."""
    return Scorer(model, review_rate=review_rate, dtype=dtype, device=device)


def chunks(batches: Batches) -> Iterator[pa.Table]:
    """Put batches together, `TURNS_AT_ONCE` rows or more, and cut between conversations."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= TURNS_AT_ONCE:
            table = pa.Table.from_batches(held)
            last = table[KEY].index(table[KEY][-1]).as_py()
            if last:
                yield table.slice(0, last)
            held = table.slice(last).to_batches()
    if sum(b.num_rows for b in held):
        yield pa.Table.from_batches(held)


def _cell(value: bytes) -> pa.RecordBatch:
    return pa.record_batch([pa.array([value], type=pa.binary())], names=["cell"])


@dataclass(frozen=True)
class Redacting:
    """Redacts turns as they come.

    Parameters
    ----------
    names : list of str
        What a local run calls their columns.
    redact : callable
        Takes a text and gives what may be kept of it.
    """

    names: list[str]
    redact: Redact

    def run(self, batches: Batches) -> Batches:
        """Give the same columns, redacted as those of a local table."""
        for batch in batches:
            table = from_arrow(pa.Table.from_batches([batch]).rename_columns(self.names))
            table = redacted_table(table, self.redact)
            columns = [
                pa.array(table.iloc[:, place], type=column.type, from_pandas=True)
                if is_redacted(name) else column
                for place, (name, column) in enumerate(zip(self.names, batch.columns, strict=True))
            ]  # fmt: skip
            yield pa.record_batch(columns, names=batch.schema.names)


@dataclass(frozen=True)
class Reading:
    """Reads whole conversations.

    Parameters
    ----------
    at : mapping of str to str
        Canonical column to the DataFrame's.
    roles : KnownRoles
    order : Order
    """

    at: Mapping[str, str]
    roles: KnownRoles
    order: Order

    def table(self, talks: pa.Table) -> pd.DataFrame:
        """Give the canonical columns alone, texts as they are read."""
        table = talks.select(list(self.at.values())).rename_columns(list(self.at))
        return Shape({}, wide=False).apply(from_arrow(table))

    def transcripts(self, table: pd.DataFrame) -> Transcripts:
        """Group the turns."""
        return arrange(table, [], self.roles, self.order)


def _replies(transcripts: Transcripts) -> tuple[list[str], NDArray[np.int64], list[Any]]:
    """Give the text of each reply, the number of its conversation, and its company."""
    said = [
        (turn.row, turn.text, number)
        for number, conversation in enumerate(transcripts)
        for turn in conversation.turns
        if turn.role == "agent" and turn.row is not None and has_words(turn.text)
    ]
    companies = [None] * len(said)
    if "company" in transcripts.table:
        companies = transcripts.table["company"].iloc[[row for row, _, _ in said]].tolist()
    talks = np.array([number for _, _, number in said], dtype=np.int64)
    return [text for _, text, _ in said], talks, companies


class Survey:
    """What is decided over the whole DataFrame; its parts are seen apart and merged.

    Parameters
    ----------
    roles : KnownRoles
    wide : bool
        Whether an exchange made two turns, which stand in their own order.

    Attributes
    ----------
    n_turns : int
    """

    def __init__(self, roles: KnownRoles, *, wide: bool) -> None:
        self.roles = roles
        self.n_turns = 0
        self._side = ["role"] if wide else []
        self._longest = 0
        self._repeated: set[str] = set()
        self._companies: Counter[int] = Counter()
        self._orders = OrderFinder()

    def see(self, table: pd.DataFrame) -> None:
        """Look at some whole conversations."""
        self.roles.see(table)
        self._orders.see(table)
        self.n_turns += len(table)
        transcripts = arrange(table, [], self.roles, BY_ROW)
        self._longest = max(self._longest, *(len(talk.turns) for talk in transcripts))
        self._see_repeated(table, transcripts)
        _, talks, companies = _replies(transcripts)
        pairs = set(zip(company_keys(companies).tolist(), talks.tolist(), strict=True))
        self._companies.update(company for company, _ in pairs)

    def _see_repeated(self, table: pd.DataFrame, transcripts: Transcripts) -> None:
        """Note the columns that give two turns of a conversation the same place."""
        talk = np.zeros(len(table), dtype=np.int64)
        for number, conversation in enumerate(transcripts):
            talk[[turn.row for turn in conversation.turns if turn.row is not None]] = number
        rows = table.assign(talk=talk)
        if "turn" in rows:
            rows["turn"] = numbers(rows["turn"])
        for column in {"turn", "timestamp"} & set(rows):
            if rows.duplicated(["talk", column, *self._side]).any():
                self._repeated.add(column)

    def merge(self, other: Survey) -> None:
        """Take in what another has seen."""
        self.roles.merge(other.roles)
        self._orders.merge(other._orders)
        self.n_turns += other.n_turns
        self._longest = max(self._longest, other._longest)
        self._repeated |= other._repeated
        self._companies.update(other._companies)

    @property
    def order(self) -> Order:
        """What orders the turns."""
        return self._orders.order([])

    @property
    def unordered(self) -> bool:
        """Whether nothing but their rows orders the turns of a conversation."""
        return self.order.column is None and self._longest > 1 + len(self._side)

    @property
    def loose(self) -> bool:
        """Whether some turns have no place but that of their row."""
        unread: list[Note] = []
        order = self._orders.order(unread)
        return self.unordered or bool(unread) or order.column in self._repeated

    def large_companies(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Give the keys of those with `FEWEST` conversations, ascending, and how many each has."""
        large = sorted((key, n) for key, n in self._companies.items() if n >= FEWEST)
        keys = np.array([key for key, _ in large], dtype=np.uint64)
        return keys, np.array([n for _, n in large], dtype=np.int64)


@dataclass(frozen=True)
class Surveying:
    """Looks at all rows, for what is decided over the whole; gives a pickled `Survey`."""

    reading: Reading
    wide: bool

    def run(self, batches: Batches) -> Batches:
        """Give one cell for a partition."""
        survey = Survey(self.reading.roles, wide=self.wide)
        for talks in chunks(batches):
            survey.see(self.reading.table(talks))
        yield _cell(pickle.dumps(survey))


@dataclass(frozen=True)
class Counting:
    """Counts in how many conversations each run of words occurs.

    Parameters
    ----------
    reading : Reading
    companies : ndarray of uint64, shape (n_companies,)
        Keys of those whose replies are counted, ascending.
    least : ndarray of int64, shape (n_companies,)
        Conversations of each from which a run is canned.
    """

    reading: Reading
    companies: NDArray[np.uint64]
    least: NDArray[np.int64]

    def run(self, batches: Batches) -> Batches:
        """Give each run's key, the conversations from which it is canned, and those it is in."""
        for talks in chunks(batches):
            texts, talk, companies = _replies(self.reading.transcripts(self.reading.table(talks)))
            runs = runs_of(texts, companies)
            large = np.isin(runs.company, self.companies)
            frame = pd.DataFrame(
                {
                    "run": runs.key[large].view(np.int64),  # Spark has no unsigned numbers
                    "least": self.least[np.searchsorted(self.companies, runs.company[large])],
                    "talk": talk[runs.reply[large]],
                }
            )
            counts = frame.drop_duplicates().groupby(["run", "least"], as_index=False).size()
            yield from pa.Table.from_pandas(counts, preserve_index=False).to_batches()


def packed(batches: Batches) -> Batches:
    """Give a column of numbers as bytes: a list of rows would be twenty times as large."""
    for batch in batches:
        yield _cell(batch.column(0).to_numpy().tobytes())


@dataclass(frozen=True)
class Scoring:
    """Scores, with the model that the driver has.

    Parameters
    ----------
    reading : Reading
    recurrence : Recurrence
        Over the whole DataFrame.
    loading : tuple
        What `scorer_of` takes.
    signature : str
        The driver's.
    """

    reading: Reading
    recurrence: Recurrence
    loading: Loading
    signature: str

    def run(self, batches: Batches) -> Batches:
        """Give the columns that pass through, and those of `Scores.turns`.

        Raises
        ------
        ModelError
            Where this machine's model is another.
        """
        scorer = scorer_of(*self.loading)
        if scorer.signature != self.signature:
            raise ModelError(
                f"The driver has {self.signature}, a worker has {scorer.signature}. "
                "Install the same wheel, and the same model folder, on every machine."
            )
        for talks in chunks(batches):
            transcripts = self.reading.transcripts(self.reading.table(talks))
            scores = scorer.score(transcripts, recurrence=self.recurrence)
            yield from self._beside(talks, scores, scorer.column_types).to_batches()

    def _beside(self, talks: pa.Table, scores: Scores, types: Mapping[str, type]) -> pa.Table:
        """Put the columns of scores beside those that pass through."""
        turns = scores.turns()
        texts = pa.array(turns["text"], type=pa.string(), from_pandas=True)
        place = talks.schema.get_field_index(self.reading.at["text"])
        columns = talks.set_column(place, "text", texts).drop([KEY]).columns
        for name, kind in types.items():
            values = turns[name].map(str, na_action="ignore") if kind is str else turns[name]
            columns.append(pa.array(values, type=_TYPES[kind], from_pandas=True))
        columns.append(pa.array(turns["markers"], type=MARKERS, from_pandas=True))
        columns.append(pa.array(turns["signature"], type=pa.string()))
        return pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))])
