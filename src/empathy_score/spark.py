"""Spark DataFrames: the columns and values of a local run, on as many machines as there are.

What a local run decides over its whole table is decided over the whole DataFrame: which column is
which, whom each role names, what orders the turns, which wording recurs. That takes two passes over
the input when `score` is called. The scores come when the result is used, anew each time: write it
once, and go on from what was written.

Spark keeps rows in no order. The turns of a conversation stand by `turn`, else by `timestamp`, as
locally; one of them is required as soon as a conversation has two turns (or exchanges). Turns that
have the same, or none, follow each other as the input's partitions give them: as in the file, where
the DataFrame was read from one, and at random after a join or another shuffle.

Rows travel as Arrow tables, past Spark's own conversion to pandas: pandas 2 and 3 both work, and
columns that pass through keep their types.
"""

from __future__ import annotations

import pickle
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from empathy_score.batch.cells import MARKERS
from empathy_score.conversation import Role
from empathy_score.errors import MissingExtraError, ModelError, TranscriptError
from empathy_score.insight.canned import (
    FEWEST,
    NOTHING,
    Recurrence,
    company_keys,
    fewest_conversations,
    runs_of,
)
from empathy_score.readings import has_words
from empathy_score.scorer import Scorer
from empathy_score.scores import Scores
from empathy_score.transcripts import Transcripts, free_name
from empathy_score.transcripts.columns import WIDE
from empathy_score.transcripts.formats import from_arrow
from empathy_score.transcripts.reading import (
    BY_ROW,
    KnownRoles,
    Order,
    OrderFinder,
    arrange,
    shape_of,
)

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import StructType

NAME = "the Spark DataFrame"
"""What stands for the input in errors."""

TURNS_PER_TASK = 20_000
"""Turns that a task scores, about: what is done again when a machine is lost."""

TURNS_AT_ONCE = 8192
"""Turns that are held and scored together; more where a conversation is longer."""

_READ = ("conversation_id", "role", "text", "turn", "timestamp", "company")
_KEY, _ROW = "key", "row"
"""What conversations are kept whole by, and where each row stood."""

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
Batches = Iterator[pa.RecordBatch]


def score(
    dataframe: DataFrame,
    *,
    model: str | Path = "default",
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    review_rate: float = 0.1,
    dtype: str | None = None,
    device: str | None = None,
    partitions: int | None = None,
) -> DataFrame:
    """Score a Spark DataFrame of transcripts.

    Parameters
    ----------
    dataframe : pyspark.sql.DataFrame
        One row a turn or one row an exchange, as `read_transcripts` takes it. It is read three
        times and must be the same each time.
    model : str or Path, default "default"
        The model that ships with the package, or a model folder that every machine can read.
    columns, roles : mapping, optional
        As in `read_transcripts`.
    review_rate : float, default 0.1
    dtype, device : str, optional
        As in `Scorer`. Every machine takes what is chosen, for the driver by default: a score does
        not depend on which of them gives it.
    partitions : int, optional
        Tasks to score in; one for every `TURNS_PER_TASK` turns by default.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of `Scores.turns`, null where those are NaN; `markers` is an array of structs.
        Rows stand conversation by conversation. As Spark's names are the same in any case, an input
        column ``Score`` becomes ``Score_original``, too.

    Raises
    ------
    TranscriptError
        Where a required column is missing, a role is unknown, or nothing orders the turns.
    ModelError
        Where the model cannot be loaded.
    MissingExtraError
        Where pyspark is missing.
    """
    scorer = _scorer(str(model), review_rate, dtype, device)
    turns, names, most = _one_row_a_turn(dataframe, columns or {})
    at = {name: column for name, column in zip(names, turns.columns, strict=False) if name in _READ}
    reading = _Reading(at, KnownRoles(roles or {}, NAME), BY_ROW)
    survey = _survey(_whole_conversations(turns), reading)
    reading = replace(reading, order=survey.order(most))
    talks = _whole_conversations(turns, partitions or -(-survey.n_turns // TURNS_PER_TASK) or 1)
    recurrence = _recurrence(talks, reading, survey)
    arithmetic = scorer.model.arithmetic
    loading = (str(model), review_rate, arithmetic.dtype, arithmetic.device)
    scoring = _Scoring(reading, recurrence, loading, scorer.signature)
    scored = _map(talks, scoring.run, _schema(turns, scorer.column_types))
    added = [*scorer.column_types, "markers", "signature"]
    return scored.toDF(*_beside(names, added), *added)


_Loading = tuple[str, float, str | None, str | None]


@lru_cache(maxsize=1)
def _scorer(model: str, review_rate: float, dtype: str | None, device: str | None) -> Scorer:
    """Load the model, once in each Python process."""
    return Scorer(model, review_rate=review_rate, dtype=dtype, device=device)


def _one_row_a_turn(
    dataframe: DataFrame, columns: Mapping[str, str]
) -> tuple[DataFrame, list[str], int]:
    """Lay turns out under names of their own, so that any two input names may be alike.

    Returns
    -------
    turns : DataFrame
        One row a turn: the columns that pass through, then `_KEY` and `_ROW`.
    names : list of str
        What a local run calls the columns that pass through.
    most : int
        Turns that a conversation may have without anything to order them.
    """
    functions = _functions()
    shape = shape_of(dataframe.columns, columns, NAME)
    names = [shape.renames.get(name, name) for name in dataframe.columns]
    turns = _numbered(dataframe)
    if shape.wide:
        turns, names = _lengthen(turns, names)
    turns = turns.withColumn(_KEY, _conversation(turns, names))
    return turns.withColumn(_ROW, functions.monotonically_increasing_id()), names, 1 + shape.wide


def _conversation(turns: DataFrame, names: Sequence[str]) -> Column:
    """Give what a row's conversation is kept together by; rows without one are spread."""
    functions = _functions()
    identity, role, text = (
        turns[turns.columns[names.index(name)]] for name in ("conversation_id", "role", "text")
    )
    missing = identity.isNull() | (identity.cast("string") == "")
    if turns.schema[names.index("conversation_id")].dataType.typeName() in ("float", "double"):
        missing |= functions.isnan(identity)
    spread = functions.concat(functions.lit("\0"), functions.xxhash64(role, text).cast("string"))
    return functions.when(missing, spread).otherwise(identity.cast("string"))


def _functions() -> Any:
    try:
        from pyspark.sql import functions
    except ImportError as error:
        raise MissingExtraError("scoring on Spark", "spark") from error
    return functions


def _numbered(dataframe: DataFrame) -> DataFrame:
    return dataframe.toDF(*(f"c{place}" for place in range(len(dataframe.columns))))


def _lengthen(exchanges: DataFrame, names: Sequence[str]) -> tuple[DataFrame, list[str]]:
    """Turn one row an exchange into two rows, the customer's before the agent's."""
    functions = _functions()
    at = dict(zip(names, exchanges.columns, strict=True))
    sides = (
        functions.struct(
            functions.lit(role).alias("role"),
            exchanges[at[f"{role}_text"]].cast("string").alias("text"),
        )
        for role in ("customer", "agent")
    )
    kept = [
        (name, column)
        for name, column in zip(names, exchanges.columns, strict=True)
        if name not in WIDE[1:]
    ]
    by_agent = functions.col("side.role") == "agent"
    shared = [
        functions.when(by_agent, exchanges[column]) if name == "agent_id" else exchanges[column]
        for name, column in kept
    ]
    turns = exchanges.withColumn("side", functions.explode(functions.array(*sides)))
    turns = turns.select(*shared, "side.role", "side.text")
    return _numbered(turns), [*(name for name, _ in kept), "role", "text"]


def _whole_conversations(turns: DataFrame, partitions: int | None = None) -> DataFrame:
    """Bring the turns of a conversation together, in the order of their rows."""
    by = (_KEY,) if partitions is None else (partitions, _KEY)
    return turns.repartition(*by).sortWithinPartitions(_KEY, _ROW)


def _map(frame: DataFrame, function: Callable[[Batches], Batches], schema: Any) -> DataFrame:
    with warnings.catch_warnings():  # Spark warns of pandas 3, which has no part in this
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        return frame.mapInArrow(function, schema)


def _gather(frame: DataFrame, function: Callable[[Batches], Batches]) -> list[bytes]:
    """Bring what `function` makes of each partition, a `_cell` each, to the driver."""
    return [bytes(cell) for (cell,) in _map(frame, function, "cell binary").collect()]


def _cell(value: bytes) -> pa.RecordBatch:
    return pa.record_batch([pa.array([value], type=pa.binary())], names=["cell"])


def _chunks(batches: Batches) -> Iterator[pa.Table]:
    """Put batches together, `TURNS_AT_ONCE` rows or more, and cut between conversations."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= TURNS_AT_ONCE:
            table = pa.Table.from_batches(held)
            last = table[_KEY].index(table[_KEY][-1]).as_py()
            if last:
                yield table.slice(0, last)
            held = table.slice(last).to_batches()
    if sum(b.num_rows for b in held):
        yield pa.Table.from_batches(held)


@dataclass(frozen=True)
class _Reading:
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
        """Give the canonical columns alone."""
        return from_arrow(talks.select(list(self.at.values())).rename_columns(list(self.at)))

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
    numbers = np.array([number for _, _, number in said], dtype=np.int64)
    return [text for _, text, _ in said], numbers, companies


class _Survey:
    """What is decided over the whole DataFrame; its parts are seen apart and merged."""

    def __init__(self, roles: KnownRoles) -> None:
        self.roles = roles
        self.n_turns = 0
        self.longest = 0
        self.companies: Counter[int] = Counter()
        self._orders = OrderFinder()

    def see(self, table: pd.DataFrame, transcripts: Transcripts) -> None:
        """Look at some whole conversations."""
        self.n_turns += len(table)
        self.longest = max(self.longest, *(len(c.turns) for c in transcripts))
        self._orders.see(table)
        _, numbers, companies = _replies(transcripts)
        pairs = set(zip(company_keys(companies).tolist(), numbers.tolist(), strict=True))
        self.companies.update(company for company, _ in pairs)

    def merge(self, other: _Survey) -> None:
        """Take in what another has seen."""
        self.roles.merge(other.roles)
        self.n_turns += other.n_turns
        self.longest = max(self.longest, other.longest)
        self.companies.update(other.companies)
        self._orders.merge(other._orders)

    def order(self, most: int) -> Order:
        """Give what orders the turns.

        Raises
        ------
        TranscriptError
            Where nothing does, and a conversation has more than `most` turns.
        """
        order = self._orders.order([])
        if order.column is None and self.longest > most:
            raise TranscriptError(
                NAME,
                "nothing orders the turns of a conversation",
                expected="a column turn or timestamp that can be read in most rows",
                came="none: Spark keeps rows in no order",
                do="Add one. Where the rows still stand as in their file, "
                "monotonically_increasing_id() gives a turn.",
            )
        return order

    def large_companies(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Give the keys of those with `FEWEST` conversations, ascending, and how many each has."""
        large = sorted((key, n) for key, n in self.companies.items() if n >= FEWEST)
        keys = np.array([key for key, _ in large], dtype=np.uint64)
        return keys, np.array([n for _, n in large], dtype=np.int64)


@dataclass(frozen=True)
class _Surveying:
    reading: _Reading

    def run(self, batches: Batches) -> Batches:
        survey = _Survey(self.reading.roles)
        for talks in _chunks(batches):
            table = self.reading.table(talks)
            self.reading.roles.see(table)
            survey.see(table, self.reading.transcripts(table))
        yield _cell(pickle.dumps(survey))


def _survey(talks: DataFrame, reading: _Reading) -> _Survey:
    survey = _Survey(reading.roles)
    for part in _gather(talks, _Surveying(reading).run):
        survey.merge(pickle.loads(part))  # noqa: S301 (our own tasks wrote it)
    survey.roles.check()
    return survey


@dataclass(frozen=True)
class _Counting:
    """Counts in how many conversations each run of words occurs.

    Parameters
    ----------
    reading : _Reading
    companies : ndarray of uint64, shape (n_companies,)
        Keys of those whose replies are counted, ascending.
    least : ndarray of int64, shape (n_companies,)
        Conversations of each from which a run is canned.
    """

    reading: _Reading
    companies: NDArray[np.uint64]
    least: NDArray[np.int64]

    def run(self, batches: Batches) -> Batches:
        for talks in _chunks(batches):
            texts, numbers, companies = _replies(
                self.reading.transcripts(self.reading.table(talks))
            )
            runs = runs_of(texts, companies)
            large = np.isin(runs.company, self.companies)
            frame = pd.DataFrame(
                {
                    "run": runs.key[large].view(np.int64),  # Spark has no unsigned numbers
                    "least": self.least[np.searchsorted(self.companies, runs.company[large])],
                    "talk": numbers[runs.reply[large]],
                }
            )
            counts = frame.drop_duplicates().groupby(["run", "least"], as_index=False).size()
            yield from pa.Table.from_pandas(counts, preserve_index=False).to_batches()


def _recurrence(talks: DataFrame, reading: _Reading, survey: _Survey) -> Recurrence:
    """Count which runs of words recur over the whole DataFrame."""
    companies, sizes = survey.large_companies()
    if not len(companies):
        return NOTHING
    counting = _Counting(reading, companies, fewest_conversations(sizes))
    counts = _map(talks, counting.run, "run long, least long, n long").groupBy("run", "least")
    canned = counts.agg({"n": "sum"}).where("`sum(n)` >= least").select("run")
    found = b"".join(_gather(canned, _packed))
    return Recurrence(np.sort(np.frombuffer(found, dtype=np.uint64)), companies)


def _packed(batches: Batches) -> Batches:
    """Give a column of numbers as bytes: a list of rows would be twenty times as large."""
    for batch in batches:
        yield _cell(batch.column(0).to_numpy().tobytes())


@dataclass(frozen=True)
class _Scoring:
    reading: _Reading
    recurrence: Recurrence
    loading: _Loading
    signature: str

    def run(self, batches: Batches) -> Batches:
        scorer = _scorer(*self.loading)
        if scorer.signature != self.signature:
            raise ModelError(
                f"The driver has {self.signature}, a worker has {scorer.signature}. "
                "Install the same wheel, and the same model folder, on every machine."
            )
        for talks in _chunks(batches):
            transcripts = self.reading.transcripts(self.reading.table(talks))
            scores = scorer.score(transcripts, recurrence=self.recurrence)
            yield from _scored(talks, scores, scorer.column_types).to_batches()


def _scored(talks: pa.Table, scores: Scores, types: Mapping[str, type]) -> pa.Table:
    """Put the columns of scores beside those that pass through."""
    turns = scores.turns()
    columns = talks.drop([_KEY, _ROW]).columns
    for name, kind in types.items():
        values = turns[name].map(str, na_action="ignore") if kind is str else turns[name]
        columns.append(pa.array(values, type=_TYPES[kind], from_pandas=True))
    columns.append(pa.array(turns["markers"], type=MARKERS, from_pandas=True))
    columns.append(pa.array(turns["signature"], type=pa.string()))
    return pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))])


def _schema(turns: DataFrame, types: Mapping[str, type]) -> StructType:
    """Give the schema of `_scored` tables: what passes through, and what the dimensions say."""
    from pyspark.sql import types as spark

    text, number, whole = spark.StringType(), spark.DoubleType(), spark.LongType()
    marker = {"type": text, "start": whole, "end": whole, "text": text, "score": number}
    kinds = {str: text, int: whole, float: number, bool: spark.BooleanType()}
    fields = [spark.StructField(name, kind) for name, kind in marker.items()]
    added = [
        *(kinds[kind] for kind in types.values()),
        spark.ArrayType(spark.StructType(fields)),
        text,
    ]
    passing = turns.drop(_KEY, _ROW).schema.fields
    more = (spark.StructField(f"c{n}", kind) for n, kind in enumerate(added, len(passing)))
    return spark.StructType([*passing, *more])


def _beside(given: Sequence[str], added: Sequence[str]) -> list[str]:
    """Let input columns step aside that have a score's name, in any case."""
    ours = {name.lower() for name in added}
    taken = {*given, *added}
    return [free_name(name, taken) if name.lower() in ours else name for name in given]
