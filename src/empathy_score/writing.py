"""Tables of scores -> CSV, JSON lines or Parquet, whole or not at all."""

from __future__ import annotations

import csv
import gzip
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from numbers import Number
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from empathy_score.errors import TranscriptError
from empathy_score.transcripts import free_name
from empathy_score.transcripts.formats import is_missing, whole_characters
from empathy_score.transcripts.spreadsheets import harmless

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMATS = (".csv", ".tsv", ".jsonl", ".parquet")


def output_format(path: str | Path) -> str:
    """Give the form in which `path` asks to be written: its ending, ``.gz`` left aside.

    Raises
    ------
    TranscriptError
        Where the ending is none of `FORMATS`.
    """
    if str(path) == "-":
        return ".csv"
    suffix = Path(str(path).removesuffix(".gz")).suffix.lower()
    if suffix not in FORMATS or (suffix == ".parquet" and str(path).endswith(".gz")):
        raise TranscriptError(
            str(path),
            "the output's form is not known",
            expected="a name that ends in .csv, .tsv, .jsonl (these also .gz) or .parquet",
            came=repr(Path(path).name),
            do="Change the ending.",
        )
    return suffix


def check_outputs(source: str, outputs: Sequence[str]) -> None:
    """Refuse tables that could not be written: an unknown form, or a place that cannot be.

    Raises
    ------
    TranscriptError
    """
    for path in outputs:
        output_format(path)
    check_places(source, outputs)


def check_places(source: str, outputs: Sequence[str]) -> None:
    """Refuse outputs that could not be written, or that would replace the input or each other.

    Raises
    ------
    TranscriptError
    """
    taken = {Path(source).resolve(): "the input"} if source != "-" else {}
    for path in outputs:
        if path == "-":
            continue
        folder, resolved = Path(path).parent, Path(path).resolve()
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise TranscriptError(
                path,
                "cannot be written",
                expected="a folder that exists and may be written to",
                came=f"the folder {str(folder)!r}",
                do="Make the folder, or name another.",
            )
        if resolved.is_dir():
            raise TranscriptError(
                path,
                "cannot be written",
                expected="the name of a file",
                came="a folder",
                do="Name a file in it.",
            )
        if resolved in taken:
            raise TranscriptError(
                path,
                f"would replace {taken[resolved]}",
                expected="a name of its own for each file",
                came="the same file twice",
                do="Name another output.",
            )
        taken[resolved] = f"the output {path!r}"


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table of scores; the file appears under its name only when it is whole.

    Parameters
    ----------
    frame : DataFrame
    path : path or ``"-"``
        ``"-"`` is standard output, as CSV.

    Raises
    ------
    TranscriptError
        Where the name's ending is not known or the file cannot be written.
    """
    with table_file(path) as write:
        write(frame)


@contextmanager
def table_file(
    path: str | Path, schema: pa.Schema | None = None
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Open a file that a table is written to in parts; it appears only when it is whole.

    Parameters
    ----------
    path : path or ``"-"``
    schema : pyarrow.Schema, optional
        Of the whole table, for Parquet; that of the first part by default.

    Yields
    ------
    callable
        Writes the next rows.

    Raises
    ------
    TranscriptError
        Where the name's ending is not known or the file cannot be written.
    """
    form = output_format(path)
    with ExitStack() as open_files:
        if str(path) == "-":
            out = cast("IO[bytes]", sys.stdout.buffer)
        else:
            out = open_files.enter_context(whole_file(Path(path)))
        if str(path).endswith(".gz"):
            packed = gzip.GzipFile("", "wb", fileobj=out, mtime=0)
            out = cast("IO[bytes]", open_files.enter_context(packed))
        if form == ".parquet":
            yield open_files.enter_context(_ParquetParts(out, schema)).write
        else:
            yield _jsonl_parts(out) if form == ".jsonl" else _delimited_parts(out, form)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write that appears under its name only when it is whole.

    Raises
    ------
    TranscriptError
        Where it cannot be written.
    """
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as raw:  # only its owner may read it
            temporary = Path(raw.name)
            yield cast("IO[bytes]", raw)
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except OSError as error:
        raise TranscriptError(
            str(path),
            "cannot be written",
            expected="a folder that exists and has room",
            came=error.strerror or type(error).__name__,
            do="Check the folder, its permissions and the disk.",
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Give the permissions that a file had, or that a new one gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _jsonl_parts(out: IO[bytes]) -> Callable[[pd.DataFrame], None]:
    def write(frame: pd.DataFrame) -> None:
        for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            out.write(whole_characters(as_json(record)).encode() + b"\n")

    return write


def _delimited_parts(out: IO[bytes], form: str) -> Callable[[pd.DataFrame], None]:
    begun = False

    def write(frame: pd.DataFrame) -> None:
        nonlocal begun
        text = _spreadsheet(frame).to_csv(
            index=False,
            header=not begun,
            sep="\t" if form == ".tsv" else ",",
            quoting=csv.QUOTE_NONNUMERIC,  # a carriage return in a cell must not end its row
        )
        out.write(whole_characters(text).encode())
        begun = True

    return write


def _spreadsheet(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the table as a spreadsheet may open it: lists as JSON, no text that it would run."""
    import pandas as pd
    from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

    flat = frame.copy(deep=False)
    if "markers" in flat:
        flat["markers"] = [None if v is None else as_json(v) for v in flat["markers"]]
    for place in range(flat.shape[1]):
        column = flat.iloc[:, place]
        if not (is_numeric_dtype(column) or is_datetime64_any_dtype(column)):
            cells = [_harmless(value) for value in column]
            flat.isetitem(place, pd.Series(cells, dtype=object).array)
    flat.columns = [harmless(str(name)) for name in flat.columns]
    return flat


def _harmless(value: Any) -> Any:
    """Give a number as it is, and all else as text that nothing runs."""
    return value if is_missing(value) or isinstance(value, Number) else harmless(str(value))


class _ParquetParts:
    def __init__(self, out: IO[bytes], schema: pa.Schema | None) -> None:
        self._out = out
        self._schema = schema
        self._writer: Any = None

    def __enter__(self) -> _ParquetParts:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_pandas(storable(frame), schema=self._schema, preserve_index=False)
        if self._writer is None:
            self._schema = table.schema
            self._writer = pq.ParquetWriter(self._out, table.schema)
        self._writer.write_table(table)


def storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the table with columns of mixed types, which Parquet cannot hold, as JSON text."""
    import pyarrow as pa

    storable = frame.copy(deep=False)
    storable.columns = _distinct(map(str, frame.columns))
    for name in storable.columns:
        if storable[name].dtype != object:
            continue
        try:
            pa.array(storable[name], from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            storable[name] = [
                None if v is None or v != v else whole_characters(as_text(v))
                for v in storable[name]
            ]
    return storable


def _distinct(names: Iterable[str]) -> list[str]:
    taken: list[str] = []
    for name in names:
        taken.append(free_name(name, taken) if name in taken else name)
    return taken


def as_text(value: Any) -> str:
    """Write a cell as text: a string as it is, any other value as JSON."""
    return value if isinstance(value, str) else as_json(value)


def as_json(value: Any) -> str:
    """Write a cell as JSON; what JSON does not know becomes text."""
    return json.dumps(value, ensure_ascii=False, default=str)
