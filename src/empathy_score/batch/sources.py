"""What a user names -> the files to score, and whether they need more than memory."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from empathy_score.errors import TranscriptError

IN_MEMORY = 4_000_000
"""Bytes of one file that is scored in memory; more, or several, go by way of the disk."""

PACKED = 6
"""How many times its size a packed file counts: gzip and Parquet."""


def input_files(sources: Iterable[str | Path]) -> list[Path]:
    """Find the files that are meant: files, the files of folders, and patterns such as ``*.csv``.

    Returns
    -------
    list of Path
        In the order named; those of a folder or pattern by name. Hidden files are left out.

    Raises
    ------
    TranscriptError
        Where a folder or pattern has no file.
    """
    found: list[Path] = []
    for source in sources:
        path = Path(source)
        if path.is_dir() and not is_corpus(path):
            own = sorted(p for p in path.iterdir() if p.is_file() and p.name[:1] != ".")
        elif path.exists() or not glob.has_magic(str(source)):
            own = [path]
        else:
            own = sorted(p for p in map(Path, glob.glob(str(source))) if p.is_file())  # noqa: PTH207
        if not own:
            raise TranscriptError(
                str(source),
                "holds no file",
                expected="a folder or pattern with at least one",
                came="none",
                do="Check the name; quote a pattern.",
            )
        found += own
    return list(dict.fromkeys(found))


def is_corpus(path: Path) -> bool:
    """Tell whether a folder is one ConvoKit corpus, and not a folder of files."""
    return (path / "utterances.jsonl").is_file()


def fits_into_memory(paths: list[Path]) -> bool:
    """Tell whether the input is one file that is small enough to be scored in one go."""
    if len(paths) != 1:
        return False
    path = paths[0]
    if not path.is_file():
        return True
    packed = path.suffix.lower() in (".gz", ".parquet", ".pq")
    return path.stat().st_size * (PACKED if packed else 1) <= IN_MEMORY
