"""Files -> tables piece by piece, for those that do not fit into memory."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from empathy_score.errors import TranscriptError
from empathy_score.transcripts import exports
from empathy_score.transcripts.formats import (
    AS_TEXT,
    Decoder,
    Note,
    as_given,
    decoded,
    form_of_name,
    from_arrow,
    from_records,
    json_line,
    parquet_errors,
    read_table,
    separator_of,
    table_errors,
)
from empathy_score.transcripts.packed import (
    damaged_gzip,
    parquet_size,
    room_by_way_of_disk,
    too_large,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LONGEST_LINE = 1 << 28
"""Characters of a line, at most: a piece holds at least one."""

PIECE_BYTES = 16_000_000
"""Size of a piece, about: of its text, or of a Parquet file's data in memory."""

MOST_ROWS = 50_000
"""Rows of a piece, at most."""

Cells = Literal["text", "json", "arrow"]


@dataclass(frozen=True)
class Pieces:
    """Files as one table that is read piece by piece.

    Parameters
    ----------
    paths : sequence of Path
    header : list of str
        Columns of all of them, in order of first appearance.
    cells : {"text", "json", "arrow"}
        What cells are: text or missing, any JSON value, or values of an Arrow schema.
    types : mapping of str to DataType
        Of the columns, where cells are of an Arrow schema.
    read : callable
        Reads one of the files; repairs are appended to the list of notes.
    """

    paths: Sequence[Path]
    header: list[str]
    cells: Cells
    types: Mapping[str, pa.DataType]
    read: Callable[[Path, list[Note]], Iterator[pd.DataFrame]]

    def tables(self, notes: list[Note]) -> Iterator[tuple[int, pd.DataFrame]]:
        """Give the number of a file and a piece of it, in order, with every column of the header.

        Raises
        ------
        TranscriptError
            Where a file cannot be read.
        """
        for number, path in enumerate(self.paths):
            for table in self.read(path, notes):
                table.columns = table.columns.map(str)
                whole = list(table.columns) == self.header
                yield number, table if whole else table.reindex(columns=self.header)


def pieces_of(paths: Sequence[Path]) -> Pieces:
    """Open files to be read piece by piece.

    Parameters
    ----------
    paths : sequence of Path
        CSV, TSV, JSON lines or Parquet, also gzipped; or exports of any form that `read_table`
        takes, which are read one whole file at a time.

    Raises
    ------
    TranscriptError
        Where the files are of several forms, or one cannot be read.
    """
    forms = {_form(path) for path in paths}
    if len(forms) > 1:
        raise TranscriptError(
            str(paths[0].parent),
            "holds files of several forms",
            expected="delimited text, JSON lines, Parquet or exports alone",
            came=", ".join(sorted(forms)),
            do="Score each form by itself.",
        )
    form = forms.pop()
    if form == "parquet":
        types = _parquet_types(paths)
        return Pieces(paths, list(types), "arrow", types, _parquet)
    if form == "export":
        return _exports(paths)
    header, cells, read = (
        (_json_header, "json", _json_lines) if form == "jsonl"
        else (_delimited_header, "text", _delimited)
    )  # fmt: skip
    names = dict.fromkeys(name for path in paths for name in header(path))
    return Pieces(paths, list(names), cells, {}, read)  # type: ignore[arg-type]


def _exports(paths: Sequence[Path]) -> Pieces:
    """Open exports; an id that an earlier file has too gets the file's name before it."""
    names: dict[str, None] = {}
    owner: dict[object, Path] = {}
    for path in paths:
        table, _ = read_table(path, [])
        names |= dict.fromkeys(map(str, table.columns))
        for identity in table.get("conversation_id", ()):
            owner.setdefault(identity, path)

    def read(path: Path, notes: list[Note]) -> Iterator[pd.DataFrame]:
        table, _ = read_table(path, notes)
        if "conversation_id" in table:
            table["conversation_id"] = [
                one if owner.get(one, path) == path else f"{path.stem}:{one}"
                for one in table["conversation_id"]
            ]
        yield table

    return Pieces(paths, list(names), "json", {}, read)


def _form(path: Path) -> str:
    """Tell the form of a file by its content: a table's, or ``"export"`` for any other."""
    with _opened(path) as raw:
        start = raw.read(1 << 16)
    if start[:4] == b"PAR1":
        return "parquet"
    text = start.decode(Decoder(start[:2]).encoding, "replace").lstrip()
    named = form_of_name(path.name)
    if text[:1] == "{" and named in ("jsonl", None):
        return "export" if _is_document(text.split("\n", 1)) else "jsonl"
    plain = bool(text) and text[:1] not in ("{", "[") and text[:2] != "PK"
    return "delimited" if plain and named in ("csv", "tsv") else "export"


def _is_document(lines: list[str]) -> bool:
    """Tell whether the first line is an exported conversation, or no JSON by itself."""
    if len(lines) < 2:
        return True
    try:
        return exports.read_documents([json.loads(lines[0])], "") is not None
    except (ValueError, RecursionError):
        return True


@contextmanager
def _text(path: Path) -> Iterator[_Text]:
    """Open a file as text."""
    with _opened(path) as raw, _Text(raw, str(path), path.stat().st_size) as text:
        yield text


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacking it where it is gzipped."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not packed:
                yield raw
                return
            with gzip.open(raw) as unpacked:
                try:
                    yield unpacked  # type: ignore[misc]
                except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                    raise damaged_gzip(str(path), error) from error
    except OSError as error:
        raise TranscriptError(
            str(path),
            "cannot be opened",
            expected="a readable file",
            came=error.strerror or type(error).__name__,
            do="Check the path and its permissions.",
        ) from error


class _Text(io.TextIOBase):
    """Decodes bytes as whole files are decoded; counts what it has read, and stops at a bomb.

    Parameters
    ----------
    raw : file of bytes
        Unpacked.
    name : str
        For errors.
    size : int
        Bytes of the file as it lies there.
    """

    def __init__(self, raw: IO[bytes], name: str, size: int) -> None:
        start = raw.read(2)
        raw.seek(0)
        self.codec = Decoder(start)
        self._inner = io.TextIOWrapper(
            raw, encoding=self.codec.encoding, errors=self.codec.errors, newline=""
        )
        self.count = 0
        self._name = name
        self._limit = room_by_way_of_disk(size)
        self._line = 0
        self._nul = False

    def _clean(self, text: str) -> str:
        self.count += len(text)
        ended = text.rfind("\n") + 1
        self._line = len(text) - ended + (0 if ended else self._line)
        if self.count > self._limit or self._line > LONGEST_LINE:
            raise too_large(self._name, min(self._limit, LONGEST_LINE))
        if "\x00" in text:
            self._nul = True
            text = text.replace("\x00", "\ufffd")
        return text

    def read(self, size: int | None = -1, /) -> str:
        return self._clean(self._inner.read(size))

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        return self._clean(self._inner.readline(LONGEST_LINE + 1 if size < 0 else size))

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._inner.close()
        super().close()

    def notes(self) -> list[Note]:
        """Say what was repaired so far."""
        return self.codec.notes(nul=self._nul)


def _delimited_header(path: Path) -> list[str]:
    return [str(name) for name in next(_delimited(path, [])).columns]


def _delimited(path: Path, notes: list[Note]) -> Iterator[pd.DataFrame]:
    with _delimited_reader(path) as (text, reader):
        rows, size = 0, min(500, MOST_ROWS)
        with suppress(StopIteration):
            while True:
                table = reader.read(size)
                rows += len(table)
                size = int(min(max(PIECE_BYTES * rows / max(text.count, 1), 1), MOST_ROWS))
                yield as_given(table.reset_index(drop=True))
        notes.extend(text.notes())


@contextmanager
def _delimited_reader(path: Path) -> Iterator[tuple[_Text, Any]]:
    import pandas as pd

    separator = separator_of(_first_line(path), form_of_name(path.name) or "csv")
    errors = table_errors(str(path), separator, lambda: _lines_again(path))
    with _text(path) as text, errors:
        yield text, pd.read_csv(text, sep=separator, iterator=True, **AS_TEXT)


def _first_line(path: Path) -> str:
    with _text(path) as text:
        return next((line for line in iter(text.readline, "") if line.strip()), "")


def _lines_again(path: Path) -> Iterable[str]:
    with _text(path) as text:
        yield from text


def _json_header(path: Path) -> list[str]:
    names: dict[str, None] = {}
    with _text(path) as text:
        for _, record in _records(path, text):
            if isinstance(record, dict):
                names |= dict.fromkeys(record)
    return list(from_records([(1, dict.fromkeys(names))], "line", str(path)).columns)


def _json_lines(path: Path, notes: list[Note]) -> Iterator[pd.DataFrame]:
    with _text(path) as text:
        held: list[tuple[int, Any]] = []
        begun = 0
        for record in _records(path, text):
            held.append(record)
            if text.count - begun >= PIECE_BYTES or len(held) >= MOST_ROWS:
                yield from_records(held, "line", str(path))
                held, begun = [], text.count
        if held:
            yield from_records(held, "line", str(path))
        notes.extend(text.notes())


def _records(path: Path, text: _Text) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(iter(text.readline, ""), 1):
        if line.strip():
            yield number, json_line(line, str(path), number)


def _parquet_types(paths: Sequence[Path]) -> dict[str, pa.DataType]:
    """Give the columns of the files as `from_arrow` names them, and their common types."""
    import pyarrow as pa

    schemas = []
    for path in paths:
        with _parquet_file(path) as file:
            schemas.append(file.schema_arrow)
    try:
        whole = pa.unify_schemas(schemas, promote_options="permissive")
    except pa.ArrowException as error:
        raise TranscriptError(
            str(paths[0].parent),
            "holds Parquet files whose columns differ",
            expected="the same type for a column in every file",
            came=str(error).splitlines()[0],
            do="Write them with one schema.",
        ) from error
    types = {field.name: _plain_type(field.type) for field in whole}
    header = from_arrow(schemas[0].empty_table()).columns.map(str)
    names = dict.fromkeys([*header, *(n for n in types if n not in schemas[0].names)])
    return {name: types.get(name, pa.int64()) for name in names}


def _plain_type(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.string()
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _parquet(path: Path, notes: list[Note]) -> Iterator[pd.DataFrame]:
    import pyarrow as pa

    with _parquet_file(path) as file:
        n_rows = max(file.metadata.num_rows, 1)
        whole = parquet_size(path, str(path), room_by_way_of_disk(path.stat().st_size))
        rows = int(min(max(PIECE_BYTES * n_rows / max(whole, 1), 1), MOST_ROWS))
        for batch in file.iter_batches(batch_size=rows):
            yield from_arrow(decoded(pa.Table.from_batches([batch]), notes))


@contextmanager
def _parquet_file(path: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with parquet_errors(str(path)), pq.ParquetFile(path) as file:
        yield file
