"""Files and tables of every accepted form -> one DataFrame of strings, with notes on repairs."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
import sys
import warnings
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.errors import TranscriptError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "tsv", "jsonl", "parquet")
_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".json": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_SURROGATES = re.compile("[\ud800-\udfff]")


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

    if isinstance(source, pd.DataFrame):
        return source.reset_index(drop=True), "DataFrame"
    if isinstance(source, str | Path):
        return _read_file(source, notes)
    if hasattr(source, "to_pandas"):
        return source.to_pandas().reset_index(drop=True), type(source).__name__
    if isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        return _from_records(list(source), type(source).__name__), type(source).__name__
    raise TranscriptError(
        type(source).__name__,
        "is not a table",
        expected="a DataFrame, a Dataset, a path, '-' or a list of dicts",
        came=type(source).__name__,
        do="Convert it to a DataFrame first.",
    )


def _from_records(records: list[Any], name: str) -> pd.DataFrame:
    import pandas as pd

    for row, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            raise TranscriptError(
                name,
                f"row {row} is not a record",
                expected="a mapping of column to value",
                came=type(record).__name__,
                do="Give one dict a turn.",
            )
    return pd.DataFrame.from_records(
        [
            {
                name: whole_characters(value) if isinstance(value, str) else value
                for name, value in record.items()
            }
            for record in records
        ]
    )


def _read_file(source: str | Path, notes: list[Note]) -> tuple[pd.DataFrame, str]:
    name = "standard input" if str(source) == "-" else str(source)
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else Path(source).read_bytes()
    except OSError as error:
        raise TranscriptError(
            name,
            "cannot be opened",
            expected="a readable file",
            came=error.strerror or type(error).__name__,
            do="Check the path and its permissions.",
        ) from error
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise TranscriptError(
                name,
                "is a damaged gzip file",
                expected="whole gzip data",
                came=str(error),
                do="Fetch or compress it again.",
            ) from error
    if not data.strip():
        raise TranscriptError(
            name,
            "is empty",
            expected="a header and rows",
            came=f"{len(data)} bytes without content",
            do="Check the export that wrote it.",
        )
    form = _format_of(name, data)
    if form == "parquet":
        return _parquet(data, name), name
    text = _decode(data, notes)
    return (_jsonl(text, name) if form == "jsonl" else _delimited(text, name, form)), name


def _format_of(name: str, data: bytes) -> str:
    """Choose the form by content where content is unmistakable, else by the file's name."""
    if data[:4] == b"PAR1":
        return "parquet"
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return "jsonl"
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    form = _SUFFIXES.get(suffix)
    if form == "parquet":
        raise TranscriptError(
            name,
            "is not a Parquet file",
            expected="data that begins with PAR1",
            came=f"{len(data)} bytes of something else",
            do="Check the export, or give the file its true ending.",
        )
    if form in ("csv", "tsv"):
        return form
    header = data.split(b"\n", 1)[0]
    return "tsv" if header.count(b"\t") > header.count(b",") else "csv"


def _decode(data: bytes, notes: list[Note]) -> str:
    """Decode UTF-16 by its mark, else UTF-8; bytes that are not UTF-8 are read as Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            codecs.register_error("empathy_score.cp1252", _as_cp1252)
            text = data.decode("utf-8-sig", errors="empathy_score.cp1252")
            notes.append(Note("bytes that are not UTF-8 were read as Latin-1 (Windows-1252)", 0))
    if "\x00" in text:
        notes.append(Note("NUL characters were replaced by U+FFFD", 0))
        text = text.replace("\x00", "�")
    return text


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(_cp1252(byte) for byte in stray), error.end


def _cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _parquet(data: bytes, name: str) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(io.BytesIO(data)).reset_index(drop=True)
    except (pa.ArrowException, OSError) as error:
        raise TranscriptError(
            name,
            "is a damaged Parquet file",
            expected="whole Parquet data",
            came=str(error).splitlines()[0],
            do="Write it again.",
        ) from error


def _jsonl(text: str, name: str) -> pd.DataFrame:
    if text.lstrip().startswith("["):
        try:
            records = json.loads(text)
        except json.JSONDecodeError as error:
            raise _bad_json(name, error.lineno, error.msg) from error
        return _from_records(records, name)
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise _bad_json(name, number, error.msg) from error
    return _from_records(records, name)


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

    header = text.lstrip().split("\n", 1)[0]
    separator = "\t" if form == "tsv" else max(",;\t|", key=header.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # cells would be lost
            return pd.read_csv(
                io.StringIO(text),
                sep=separator,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                on_bad_lines="error",
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        raise TranscriptError(
            name,
            "cannot be read as a table",
            expected=f"rows with as many cells as the header, parted by {separator!r}",
            came=str(error).strip().splitlines()[-1],
            do="Quote cells that hold the separator or a line break.",
        ) from error


def clean_text(value: object) -> str:
    """Give a cell as text: empty for None, NaN and NA; lone surrogates become U+FFFD."""
    if isinstance(value, str):
        return whole_characters(value)
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        return ""
    return whole_characters(str(value))


def whole_characters(text: str) -> str:
    """Put U+FFFD in the place of lone surrogates, which no file can hold."""
    return _SURROGATES.sub("�", text)
