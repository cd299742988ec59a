"""Scored chunks on disk -> the tables that a user gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from empathy_score.batch.cells import MARKERS, Codec, common_types, fitted
from empathy_score.batch.database import in_input_order
from empathy_score.batch.work import Work
from empathy_score.transcripts.formats import from_arrow, is_missing
from empathy_score.writing import as_json, output_format, table_file

if TYPE_CHECKING:
    from empathy_score.scores import Scores

ROWS = 10_000
"""Rows written at a time."""


def keep(work: Work, number: int, scores: Scores, rows: Any, codec: Codec) -> None:
    """Leave the scores of a chunk in the run's folder; what comes last says that all is there.

    Parameters
    ----------
    work : Work
    number : int
        Of the chunk.
    scores : Scores
    rows : ndarray of int64
        Row of each turn in the input.
    codec : Codec
        Of the input's cells.
    """
    turns = scores.turns()
    came = dict(zip(turns.columns, scores.table.columns, strict=False))
    own = Codec(codec.cells, {n: codec.types[o] for n, o in came.items() if o in codec.types})
    found = _arrays(turns, own, list(came)) | {"es__row": pa.array(rows, type=pa.int64())}
    with work.write(f"turns-{number:06d}.parquet") as part:
        pq.write_table(pa.table(found), part)
    talks = scores.conversations()
    with work.write(f"conversations-{number:06d}.parquet") as part:
        pq.write_table(pa.table(_arrays(talks, codec, [n for n in _NAMES if n in talks])), part)
    said = {**scores.summary(), "seconds": scores.seconds, "columns": list(came)}
    with work.write(f"done-{number:06d}.json") as part:
        part.write_text(json.dumps(said), encoding="utf-8")


_NAMES = ("conversation_id", "company", "channel")
"""Columns of the input in a table of conversations."""


def _arrays(frame: pd.DataFrame, codec: Codec, inputs: list[str]) -> dict[str, pa.Array]:
    found = codec.encode(frame[inputs])
    for name in frame.columns.drop(inputs):
        values: Any = frame[name]
        if name == "markers":
            values = [None if is_missing(v) else as_json(v) for v in values]
        found[name] = pa.array(values, from_pandas=True)
    return found


@dataclass(frozen=True)
class Merged:
    """The whole table of turns or of conversations, some rows at a time.

    Parameters
    ----------
    schema : Schema
        Of the chunks' files.
    inputs : list of str
        Columns that came with the input.
    codec : Codec
        Of their cells.
    batches : callable
        Gives the rows, each time anew.
    """

    schema: pa.Schema
    inputs: list[str]
    codec: Codec
    batches: Callable[[], Iterable[pa.Table | pa.RecordBatch]]

    def write(self, path: str) -> None:
        """Write the table as `write_table` writes one that is in memory.

        Parameters
        ----------
        path : path or ``"-"``
        """
        schema = self._written() if output_format(path) == ".parquet" else None
        with table_file(path, schema) as write:
            for batch in chain([self.schema.empty_table()], self.batches()):  # there may be none
                came, found = self._parts(batch)
                if schema is not None:
                    came = fitted(came, schema)
                write(pd.concat([came, found], axis=1))

    def _parts(self, batch: pa.Table | pa.RecordBatch) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the input's columns and the scores' of some rows, as `Scores` gives them."""
        table = pa.table({f.name: batch[f.name].cast(f.type) for f in self.schema})
        found = from_arrow(table.drop_columns(self.inputs))
        if "markers" in found:
            told = [None if is_missing(v) else json.loads(v) for v in found["markers"].tolist()]
            found["markers"] = pd.Series(told, dtype=object)
        return self.codec.decode(table.select(self.inputs)), found

    def _written(self) -> pa.Schema:
        """Give the schema of a Parquet file of the whole."""
        kinds = {f.name: pa.string() if f.type == pa.null() else f.type for f in self.schema}
        if self.codec.cells == "json":
            came = (self._parts(batch)[0] for batch in self.batches())
            kinds |= common_types(came)
        if "markers" in kinds:
            kinds["markers"] = MARKERS
        return pa.schema(list(kinds.items()))


def merged_turns(work: Work, inputs: list[str], codec: Codec) -> Merged:
    """Give the scored turns in the order of the input."""
    schema = _schema(work, "turns-*.parquet").remove_metadata()
    schema = pa.schema([field for field in schema if field.name != "es__row"])
    return Merged(schema, inputs, codec, lambda: in_input_order(work, ROWS))


def merged_conversations(work: Work, codec: Codec) -> Merged:
    """Give the conversations in order of first appearance."""
    schema = _schema(work, "conversations-*.parquet")
    paths = sorted(work.path.glob("conversations-*.parquet"))
    inputs = [name for name in _NAMES if name in schema.names]
    return Merged(schema, inputs, codec, lambda: map(pq.read_table, paths))


def _schema(work: Work, pattern: str) -> pa.Schema:
    """Give the schema that all files fit: a column may be empty in one and not in another."""
    schemas = [pq.read_schema(path) for path in sorted(work.path.glob(pattern))]
    return pa.unify_schemas(schemas, promote_options="permissive")
