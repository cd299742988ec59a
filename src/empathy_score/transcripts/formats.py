"""Files and tables of every accepted form -> one DataFrame of strings, with notes on repairs."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.errors import TranscriptError
from empathy_score.transcripts import exports
from empathy_score.transcripts.packed import gunzip, parquet_size, room
from empathy_score.transcripts.spreadsheets import restored

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".json": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")

SCORED = frozenset(("markers", "signature"))
"""Columns that tell a table of ours from one that is to be scored."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a table that was repaired, skipped or read with care.

    Parameters
    ----------
    what : str
        What was found and what was done.
    rows : int
        How many rows it touches; 0 where it concerns the whole table.
    """

    what: str
    rows: int


def read_table(source: Any, notes: list[Note]) -> tuple[pd.DataFrame, str]:
    """Read any accepted form of table.

    Parameters
    ----------
    source : DataFrame, datasets.Dataset, path, ``"-"`` or iterable of mappings
        ``"-"`` is standard input. Files may be CSV, TSV, JSON lines or Parquet, and gzipped.
    notes : list of Note
        Repairs are appended here.

    Returns
    -------
    table : DataFrame
        Row order as in the source; index 0 ... n-1.
    name : str
        What to call the source in messages.

    Raises
    ------
    TranscriptError
        Where the source cannot be read as a table.
    """
    import pandas as pd

    name = type(source).__name__
    if isinstance(source, pd.DataFrame):
        return _with_index(source), name
    if isinstance(source, str | Path):
        return _read_file(source, notes)
    if hasattr(source, "with_format"):  # datasets.Dataset
        return from_arrow(source.with_format("arrow")[:]), name
    if hasattr(source, "to_pandas"):
        return _with_index(source.to_pandas()), name
    if isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        return from_records(enumerate(source, 1), "row", name), name
    raise TranscriptError(
        type(source).__name__,
        "is not a table",
        expected="a DataFrame, a Dataset, a path, '-' or a list of dicts",
        came=type(source).__name__,
        do="Convert it to a DataFrame first.",
    )


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows numbers from 0, and make a named index a column."""
    named = any(name is not None for name in table.index.names)
    return table.reset_index() if named else table.reset_index(drop=True)


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """Convert without turning whole numbers beside a null into floats."""
    import pandas as pd
    import pyarrow as pa

    whole: dict[pa.DataType, Any] = {
        pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(), pa.uint16(): pd.UInt16Dtype(),
        pa.uint32(): pd.UInt32Dtype(), pa.uint64(): pd.UInt64Dtype(),
    }  # fmt: skip
    return _with_index(table.to_pandas(types_mapper=whole.get))


def from_records(records: Iterable[tuple[int, Any]], unit: str, name: str) -> pd.DataFrame:
    """Lay numbered records out; values stay the objects that they are."""
    import pandas as pd

    rows = []
    for number, record in records:
        if not isinstance(record, Mapping):
            raise TranscriptError(
                name,
                f"{unit} {number} is not a record",
                expected="a mapping of column to value",
                came=type(record).__name__,
                do="Give one object a turn.",
            )
        try:
            rows.append({whole_characters(str(k)): _whole(v) for k, v in record.items()})
        except RecursionError as error:
            raise TranscriptError(
                name,
                f"{unit} {number} is nested too deeply",
                expected="values, or short lists and objects of values",
                came="hundreds of lists within lists",
                do="Leave that column out.",
            ) from error
    return pd.DataFrame(rows, dtype=object)


def _whole(value: Any) -> Any:
    """Put U+FFFD in the place of lone surrogates, at any depth."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, Mapping):
        return {_whole(k): _whole(v) for k, v in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _read_file(source: str | Path, notes: list[Note]) -> tuple[pd.DataFrame, str]:
    name = "standard input" if str(source) == "-" else str(source)
    if str(source) != "-" and Path(source).is_dir():
        return _from_turns(exports.convokit(Path(source)), name), name
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise TranscriptError(
            name,
            "cannot be opened",
            expected="a readable file",
            came=getattr(error, "strerror", None) or type(error).__name__,
            do="Check the path and its permissions.",
        ) from error
    if data[:2] == b"\x1f\x8b":
        data = gunzip(data, name)
    if not data.strip():
        raise TranscriptError(
            name,
            "is empty",
            expected="a header and rows",
            came=f"{len(data)} bytes without content",
            do="Check the export that wrote it.",
        )
    if data[:4] == b"PK\x03\x04":
        raise TranscriptError(
            name,
            "is an Excel or zip file",
            expected="CSV, TSV, JSON lines or Parquet",
            came="zipped data",
            do="Save the sheet as CSV, or unzip it.",
        )
    if data[:4] == b"PAR1":
        return _parquet(data, name, notes), name
    form = form_of_name(name)
    if form == "parquet":
        raise TranscriptError(
            name,
            "is not a Parquet file",
            expected="data that begins with PAR1",
            came=f"{len(data)} bytes of something else",
            do="Check the export, or give the file its true ending.",
        )
    text = _decode(data, notes)
    if text[:6] == "WEBVTT":
        return _from_turns(exports.webvtt(text) or [], name), name
    if text.lstrip()[:1] in ("{", "["):
        found = _json_table(text, name)
        if found is not None:
            return found, name
    elif form not in ("csv", "tsv"):
        said = exports.labelled_text(text)
        if said is not None:
            return _from_turns(said, name), name
    form = form or _form_by_content(text)
    return (_jsonl(text, name) if form == "jsonl" else _delimited(text, name, form)), name


def form_of_name(name: str) -> str | None:
    """Tell the form that a file's ending claims, ``.gz`` left aside; None for an unknown one."""
    return _SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower())


def _json_table(text: str, name: str) -> pd.DataFrame | None:
    """Read what is JSON as a whole, or exported documents one a line; None for other text."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _documents_by_line(text, name)
    listed = isinstance(whole, list)
    rows = exports.read_documents([whole], name)  # a list may be one document
    if rows is None and listed and whole:
        rows = exports.read_documents(whole, name)
    if rows is not None:
        return _from_turns(rows, name)
    if not listed and _no_row(whole):
        raise exports.unknown(whole, name)
    return from_records(enumerate(whole if listed else [whole], 1), "record", name)


def _documents_by_line(text: str, name: str) -> pd.DataFrame | None:
    try:
        first = json.loads(text.lstrip().split("\n", 1)[0])
    except (ValueError, RecursionError):
        return None  # the table's own reader says what is wrong, and where
    if exports.read_documents([first], name) is None:
        return None
    numbered = ((n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip())
    rows = exports.read_documents((json_line(line, name, n) for n, line in numbered), name)
    return _from_turns(rows or [], name)


def _no_row(document: Mapping[Any, Any]) -> bool:
    """Tell a whole document from a table of one row: it holds lists or objects, and no text."""
    nested = any(isinstance(value, list | Mapping) for value in document.values())
    return nested and not {"text", "utterance", "message", "body", "content"} & set(document)


def _from_turns(rows: exports.Rows, name: str) -> pd.DataFrame:
    if not rows:
        raise TranscriptError(
            name,
            "holds no turn",
            expected="at least one message or phrase",
            came="an export without any",
            do="Check the export's filters.",
        )
    return from_records(exports.turns_of(rows), "turn", name)


def _form_by_content(text: str) -> str:
    """Tell the form of a text whose name says nothing: standard input, or an unknown ending."""
    if text.lstrip()[:1] in ("{", "["):
        return "jsonl"
    header = text.lstrip().split("\n", 1)[0]
    return "tsv" if header.count("\t") > header.count(",") else "csv"


def _decode(data: bytes, notes: list[Note]) -> str:
    decoder = Decoder(data[:2])
    text = data.decode(decoder.encoding, errors=decoder.errors)
    notes.extend(decoder.notes(nul="\x00" in text))
    return text.replace("\x00", "�")


class Decoder:
    """Decodes UTF-16 by its mark, else UTF-8; bytes that are not UTF-8 are read as Windows-1252.

    Parameters
    ----------
    start : bytes
        The first two bytes.
    """

    def __init__(self, start: bytes) -> None:
        wide = start in (b"\xff\xfe", b"\xfe\xff")
        self.encoding = "utf-16" if wide else "utf-8-sig"
        self.errors = "replace" if wide else f"empathy_score.cp1252.{id(self)}"
        self._strays = False
        if not wide:
            codecs.register_error(self.errors, self._as_cp1252)

    def _as_cp1252(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self._strays = True
        stray = error.object[error.start : error.end]
        return "".join(_cp1252(byte) for byte in stray), error.end

    def notes(self, *, nul: bool) -> list[Note]:
        """Say what was repaired; `nul` tells whether NUL characters were."""
        repairs = {
            "bytes that are not UTF-8 were read as Latin-1 (Windows-1252)": self._strays,
            "NUL characters were replaced by U+FFFD": nul,
        }
        return [Note(what, 0) for what, found in repairs.items() if found]


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _parquet(data: bytes, name: str, notes: list[Note]) -> pd.DataFrame:
    import pyarrow.parquet as pq

    with parquet_errors(name):
        parquet_size(io.BytesIO(data), name, room())
        return from_arrow(decoded(pq.read_table(io.BytesIO(data)), notes))


@contextmanager
def parquet_errors(name: str) -> Iterator[None]:
    """Say that a Parquet file is damaged where it cannot be read."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        quotes = type(error) is pa.ArrowException  # of a cell that it does not understand
        raise TranscriptError(
            name,
            "is a damaged Parquet file",
            expected="whole Parquet data",
            came="cells that are no text" if quotes else str(error).partition("\n")[0],
            do="Write it again.",
        ) from (None if quotes else error)


def decoded(table: pa.Table, notes: list[Note]) -> pa.Table:
    """Make texts of columns of bytes; what is no UTF-8 there, or in a text, becomes U+FFFD."""
    import pyarrow as pa

    for place, column in enumerate(table.columns):
        raw = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        if raw or not _is_sound(column):
            cells = column.cast(pa.large_binary()).to_pylist()
            texts = [None if cell is None else clean_text(cell) for cell in cells]
            fresh = pa.array(texts, pa.large_string())
            table = table.set_column(place, table.column_names[place], fresh)
            note = Note("columns of bytes were read as UTF-8", 0)
            notes.extend([] if note in notes else [note])
    return table


def _is_sound(column: pa.ChunkedArray) -> bool:
    """Tell whether a column's texts, if that is what it has, are UTF-8."""
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return True
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _jsonl(text: str, name: str) -> pd.DataFrame:
    if text.lstrip().startswith("["):
        records = json_line(text, name, 1)
        return from_records(enumerate(records, 1), "record", name)
    lines = enumerate(text.split("\n"), 1)
    numbered = ((number, json_line(line, name, number)) for number, line in lines if line.strip())
    return from_records(numbered, "line", name)


def json_line(text: str, name: str, line: int) -> Any:
    """Read a line of JSON; `name` and `line` stand for it in errors."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        bad = _bad_json(name, line + error.lineno - 1, error.msg)
    except (ValueError, RecursionError) as error:
        bad = _bad_json(name, line, f"{type(error).__name__} in it")
    raise bad  # apart from its cause, which holds the whole text


def _bad_json(name: str, line: int, message: str) -> TranscriptError:
    return TranscriptError(
        name,
        f"line {line} is not JSON",
        expected="one JSON object a line",
        came=message,
        do="Mend or remove that line.",
    )


def _delimited(text: str, name: str, form: str) -> pd.DataFrame:
    import pandas as pd

    separator = separator_of(text.lstrip().split("\n", 1)[0], form)
    with table_errors(name, separator, lambda: io.StringIO(text)):
        table: pd.DataFrame = pd.read_csv(io.StringIO(text), sep=separator, **AS_TEXT)
    return as_given(table)


def as_given(table: pd.DataFrame) -> pd.DataFrame:
    """Undo in a table that we wrote what keeps a spreadsheet from running its texts."""
    if not set(table.columns) >= SCORED:
        return table
    for place in range(table.shape[1]):
        column = table.iloc[:, place]
        if column.str.startswith("'").any():
            table.isetitem(place, column.map(restored, na_action="ignore").array)
    return table.rename(columns=restored)


AS_TEXT: dict[str, Any] = {
    "dtype": str, "keep_default_na": False, "na_values": [""], "index_col": False,
    "on_bad_lines": "error",
}  # fmt: skip
"""How `pandas.read_csv` leaves cells as they are."""


def separator_of(header: str, form: str) -> str:
    """Tell what parts the cells of a file, by its first line."""
    return "\t" if form == "tsv" else max(",;\t|", key=header.count)


@contextmanager
def table_errors(name: str, separator: str, lines: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Say what is wrong with a delimited file where pandas cannot read it.

    Parameters
    ----------
    name : str
    separator : str
    lines : callable
        Gives the file's lines from the start, to find the row that is too long.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # cells would be lost
            yield
    except pd.errors.ParserWarning as error:
        raise TranscriptError(
            name,
            f"{_first_long_row(lines(), separator)} has more cells than the header",
            expected=f"rows with as many cells as the header, parted by {separator!r}",
            came="cells that would be lost",
            do="Quote cells that hold the separator or a line break.",
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TranscriptError(
            name,
            "cannot be read as a table",
            expected=f"rows with as many cells as the header, parted by {separator!r}",
            came=str(error).strip().splitlines()[-1],
            do="Quote cells that hold the separator or a line break.",
        ) from error


def _first_long_row(lines: Iterable[str], separator: str) -> str:
    """Name the first row that is wider than the header, as far as it can be told."""
    rows = csv.reader(lines, delimiter=separator)
    try:
        width = len(next(rows))
        number = next((n for n, row in enumerate(rows, 1) if len(row) > width), None)
    except csv.Error:  # such as a cell beyond csv's limit
        number = None
    return "a row" if number is None else f"row {number}"


def clean_text(value: object) -> str:
    """Give a cell as text: empty for None, NaN and NA; what is no character becomes U+FFFD."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return whole_characters(value)
    return "" if is_missing(value) else whole_characters(str(value))


def is_missing(value: object) -> bool:
    """Tell whether a cell is None, NaN, NA or NaT."""
    absent = value is None or type(value).__name__ in ("NAType", "NaTType")
    return absent or (isinstance(value, float) and math.isnan(value))


def whole_characters(text: str) -> str:
    """Put U+FFFD in the place of NUL and lone surrogates, which not every file can hold."""
    return _UNWRITABLE.sub("�", text)
