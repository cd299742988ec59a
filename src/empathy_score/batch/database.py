"""What is sorted and counted out of core, by DuckDB, over the files of a run."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from empathy_score.batch.work import Work
from empathy_score.insight.canned import FEWEST, RECURS, fewest_conversations

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY = "300MB"
"""What the database may hold; the rest goes to the run's folder."""

ROW_GROUP = 8192
"""Rows of a group in the grouped file: about a chunk, which is found by its groups' numbers."""


@contextmanager
def database(work: Work) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database that spills to the run's folder."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(work / "spill"),
        "preserve_insertion_order": False,
        "threads": 2,
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def grouped(work: Work) -> int:
    """Write the turns with each conversation's together, in order of first appearance.

    Leaves ``turns.parquet`` (`es__number` of the conversation, `es__row` in the input, and
    the input's columns) and ``sizes.npy``, the turns of each conversation; removes what was read.

    Returns
    -------
    int
        How many conversations have turns in more than one file.
    """
    read, talks = _files(work, "read-*.parquet"), _files(work, "talks.parquet")
    with database(work) as connection:
        if not work.has("turns.parquet"):
            with work.write("talks.parquet") as part:
                connection.execute(
                    f"copy (select row_number() over (order by min(es__row)) - 1 as es__number, "
                    f"es__talk, count(*) as n, min(es__file) < max(es__file) as parted from {read} "
                    f"group by es__talk order by es__number) "
                    f"to {_text(part)} (format parquet)"
                )
            with work.write("turns.parquet") as part:
                connection.execute(
                    f"copy (select t.es__number, s.* exclude (es__talk, es__file) from {read} s "
                    f"join {talks} t using (es__talk) order by t.es__number, s.es__row) "
                    f"to {_text(part)} (format parquet, row_group_size {ROW_GROUP})"
                )
        found = connection.execute(
            f"select n, parted from {talks} order by es__number"
        ).fetchnumpy()
    with work.write("sizes.npy") as part, part.open("wb") as out:
        np.save(out, np.asarray(found["n"], dtype=np.int64))
    for path in work.path.glob("read-*.parquet"):
        path.unlink()
    return int(np.count_nonzero(found["parted"]))


def counted(work: Work) -> None:
    """Find which runs of words recur in enough conversations; leaves ``canned.npz``."""
    with database(work) as connection:
        sizes = connection.execute(
            "select company, count(*) as n from (select distinct company, talk from "
            f"{_files(work, 'replies-*.parquet')}) group by company order by company"
        ).fetchnumpy()
        runs = connection.execute(
            "select company, key, count(*) as n from (select distinct company, key, talk from "
            f"{_files(work, 'runs-*.parquet')}) group by company, key "
            f"having n >= {RECURS} order by key"
        ).fetchnumpy()
    companies = np.asarray(sizes["company"], dtype=np.uint64)
    n_conversations = np.asarray(sizes["n"], dtype=np.int64)
    least = fewest_conversations(n_conversations)
    place = np.searchsorted(companies, np.asarray(runs["company"], dtype=np.uint64))
    canned = np.asarray(runs["n"], dtype=np.int64) >= least[place]
    with work.write("canned.npz") as part, part.open("wb") as out:
        np.savez(
            out,
            runs=np.asarray(runs["key"], dtype=np.uint64)[canned],
            companies=companies[n_conversations >= FEWEST],
        )
    for pattern in ("runs-*.parquet", "replies-*.parquet"):
        for path in work.path.glob(pattern):
            path.unlink()


def in_input_order(work: Work, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Give the scored turns of all chunks in the order of the input, some at a time."""
    with database(work) as connection:
        found = connection.sql(
            f"select * exclude (es__row) from {_files(work, 'turns-*.parquet')} order by es__row"
        )
        reader: Iterable[pa.RecordBatch] = found.to_arrow_reader(batch_rows)
        yield from reader


def _files(work: Work, pattern: str) -> str:
    """Read the files of a run whose names fit a pattern, as a table in SQL."""
    path = f"{glob.escape(str(work.path))}/{pattern}"
    return f"read_parquet({_text(path)}, union_by_name = true)"


def _text(value: object) -> str:
    """Write a text as SQL does."""
    return "'" + str(value).replace("'", "''") + "'"
