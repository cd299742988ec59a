"""A Spark DataFrame of transcripts -> one row a turn, each conversation's rows together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from empathy_score.errors import MissingExtraError
from empathy_score.spark.tasks import KEY, READ, Batches, Redacting
from empathy_score.transcripts.columns import WIDE
from empathy_score.transcripts.reading import shape_of
from empathy_score.transcripts.redacting import Redact

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import StructType

SOURCE = "the Spark DataFrame"
"""What stands for the input in errors."""

_ROW = "row"


@dataclass(frozen=True)
class Layout:
    """Turns, under column names of their own: two names of the input may be alike.

    Parameters
    ----------
    turns : DataFrame
        One row a turn: the columns that pass through, then `KEY`.
    names : list of str
        What a local run calls the columns that pass through.
    wide : bool
        Whether a row of the input is an exchange.
    """

    turns: DataFrame
    names: list[str]
    wide: bool

    @property
    def read(self) -> dict[str, str]:
        """Which of the columns is which of `READ`."""
        known = zip(self.names, self.turns.columns, strict=False)
        return {name: column for name, column in known if name in READ}

    def conversations(self, partitions: int | None = None, *, by_row: bool = False) -> DataFrame:
        """Bring the turns of a conversation together, in one partition and one after the other.

        Parameters
        ----------
        partitions : int, optional
            As many as Spark sees fit by default.
        by_row : bool, default False
            Whether turns stand as the input gives them. Without it only the two of an exchange
            have an order, and a task that is done again reads what it read before, whatever came
            before it.
        """
        turns = self.turns
        order = turns[self.read["role"]].desc()
        if by_row:
            turns = turns.withColumn(_ROW, _functions().monotonically_increasing_id())
            order = turns[_ROW]
        by = (KEY,) if partitions is None else (partitions, KEY)
        return turns.repartition(*by).sortWithinPartitions(KEY, order).drop(_ROW)

    def schema(self, types: Mapping[str, type]) -> StructType:
        """Give what passes through, and then columns of scores, markers and signature."""
        from pyspark.sql import types as spark

        text, number, whole = spark.StringType(), spark.DoubleType(), spark.LongType()
        marker = {"type": text, "start": whole, "end": whole, "text": text, "score": number}
        kinds = {str: text, int: whole, float: number, bool: spark.BooleanType()}
        fields = [spark.StructField(name, kind) for name, kind in marker.items()]
        markers = spark.ArrayType(spark.StructType(fields))
        added = [*(kinds[kind] for kind in types.values()), markers, text]
        passing = self.turns.drop(KEY).schema.fields
        passing[self.names.index("text")] = spark.StructField(self.read["text"], text)
        more = (spark.StructField(f"c{n}", kind) for n, kind in enumerate(added, len(passing)))
        return spark.StructType([*passing, *more])


def lay_out(
    dataframe: DataFrame, columns: Mapping[str, str], redact: Redact | None = None
) -> Layout:
    """Find which column is which, and give each turn a row, redacted before it goes anywhere.

    Texts are laid out as bytes: what is no UTF-8 in them is read as it is in a file.

    Raises
    ------
    TranscriptError
        Where a required column is missing.
    MissingExtraError
        Where pyspark is missing.
    """
    shape = shape_of(dataframe.columns, columns, SOURCE)
    names = [shape.renames.get(name, name) for name in dataframe.columns]
    turns = _numbered(dataframe)
    if shape.wide:
        turns, names = _lengthen(turns, names)
    text = turns.columns[names.index("text")]
    turns = turns.withColumn(text, turns[text].cast("string").cast("binary"))
    if redact is not None:
        turns = mapped(turns, Redacting(names, redact).run, _nullable(turns.schema))
    return Layout(turns.withColumn(KEY, _conversation(turns, names)), names, shape.wide)


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


def mapped(frame: DataFrame, function: Callable[[Batches], Batches], schema: Any) -> DataFrame:
    """Give what a function makes of each partition."""
    with warnings.catch_warnings():  # Spark warns of pandas 3, which has no part in this
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        return frame.mapInArrow(function, schema)


def _nullable(schema: StructType) -> StructType:
    from pyspark.sql.types import StructField, StructType

    return StructType([StructField(field.name, field.dataType) for field in schema.fields])


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
