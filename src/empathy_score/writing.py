"""Tables of scores -> CSV, JSON lines or Parquet, whole or not at all."""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from empathy_score.errors import TranscriptError

if TYPE_CHECKING:
    import pandas as pd

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
    form = output_format(path)
    if str(path) == "-":
        _write(frame, cast("IO[bytes]", sys.stdout.buffer), form)
        return
    path = Path(path)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as raw:
            if path.name.endswith(".gz"):
                with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                    _write(frame, cast("IO[bytes]", packed), form)
            else:
                _write(frame, raw, form)
        Path(temporary).replace(path)
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
            Path(temporary).unlink(missing_ok=True)


def _write(frame: pd.DataFrame, out: IO[bytes], form: str) -> None:
    if form == ".parquet":
        frame.to_parquet(out, index=False)
    elif form == ".jsonl":
        for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            line = json.dumps(record, ensure_ascii=False, default=str)
            out.write(line.encode("utf-8") + b"\n")
    else:
        flat = frame.copy(deep=False)
        if "markers" in flat:
            flat["markers"] = [_as_json(value) for value in flat["markers"]]
        out.write(flat.to_csv(index=False, sep="\t" if form == ".tsv" else ",").encode("utf-8"))


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
