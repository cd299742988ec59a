"""Tables of any cells <-> Arrow tables of fixed types, for files between the steps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from empathy_score.transcripts.formats import from_arrow, is_missing
from empathy_score.transcripts.pieces import Cells
from empathy_score.writing import as_json, as_text, storable


@dataclass(frozen=True)
class Codec:
    """How the cells of an input travel.

    Parameters
    ----------
    cells : {"text", "json", "arrow"}
        JSON values travel as their JSON text; others as they are.
    types : mapping of str to DataType
        Of columns by canonical name, where cells are of an Arrow schema; others are text.
    """

    cells: Cells
    types: Mapping[str, pa.DataType]

    def encode(self, table: pd.DataFrame) -> dict[str, pa.Array]:
        """Give each column as an Arrow array of a type that is the same in every piece."""
        arrays = {}
        for name in table.columns:
            column: Any = table[name]
            if self.cells == "json":
                column = [None if is_missing(v) else as_json(v) for v in column]
            kind = self.types.get(name, pa.string())
            arrays[name] = pa.array(column, type=kind, from_pandas=True)
        return arrays

    def decode(self, table: pa.Table) -> pd.DataFrame:
        """Give the columns of `encode` back."""
        frame = from_arrow(table)
        if self.cells != "json":
            return frame
        return pd.DataFrame({name: _values(frame[name]) for name in frame})


def _values(column: Iterable[Any]) -> pd.Series:
    values = [float("nan") if is_missing(v) else json.loads(v) for v in column]
    return pd.Series(values, dtype=object)


MARKERS = pa.list_(
    pa.struct(
        [("type", pa.string()), ("start", pa.int64()), ("end", pa.int64()),
         ("text", pa.string()), ("score", pa.float64())]
    )
)  # fmt: skip
"""Type of the column `markers` in Parquet."""


def common_types(frames: Iterable[pd.DataFrame]) -> dict[str, pa.DataType]:
    """Give the type that each column's cells fit in all parts of a table."""
    found: dict[str, set[pa.DataType]] = {}
    for frame in frames:
        for field in pa.Schema.from_pandas(storable(frame), preserve_index=False):
            found.setdefault(field.name, set()).add(field.type)
    return {name: _common(kinds) for name, kinds in found.items()}


def _common(kinds: set[pa.DataType]) -> pa.DataType:
    known = kinds - {pa.null()}
    if len(known) == 1:
        return known.pop()
    numbers = all(pa.types.is_integer(k) or pa.types.is_floating(k) for k in known)
    return pa.float64() if known and numbers else pa.string()


def fitted(frame: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    """Give a part of a table with cells as text where the whole has them so."""
    fit = frame.copy(deep=False)
    for name in frame.columns:
        if frame[name].dtype == object and schema.field(name).type == pa.string():
            fit[name] = [None if is_missing(v) else as_text(v) for v in frame[name]]
    return fit
