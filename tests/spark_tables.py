"""A table on Spark, and beside it what a local run gives; skips where there is no Spark."""

import os
import random
import shutil
import sys

import pytest

from empathy_score import read_transcripts

sql = pytest.importorskip("pyspark.sql", reason="the extra spark is not installed")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("there is no Java", allow_module_level=True)

WARNINGS = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # py4j leaves its sockets to the end
    pytest.mark.filterwarnings("ignore:distutils Version:DeprecationWarning"),  # pyspark 3.5
]


def session(master, tables):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return (
        sql.SparkSession.builder.master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(tables))
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )


def one_company(sample):
    """Give the rows of a sample as one company's: with fewer conversations, nothing is canned."""
    table = read_transcripts(sample).table.drop(columns="company").astype(object)
    return table.where(table.notna(), None).to_dict("records")


def shuffled(spark, rows, partitions=4):
    schema = ", ".join(f"{name} string" for name in rows[0])
    values = [tuple(row.values()) for row in rows]
    random.Random(1).shuffle(values)
    return spark.createDataFrame(values, schema).repartition(partitions)


def plain(value):
    """Give a cell of pandas or Spark as one that compares: nothing is None, whatever it was."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return None if value is None or value != value else value


def assert_same(scored, local, by):
    """Compare what Spark gives with the turns of a local run, each row once."""
    assert scored.columns == list(local.columns)
    found = [plain(row.asDict(recursive=True)) for row in scored.collect()]
    expected = [plain(row) for row in local.to_dict("records")]
    assert len(found) == len(expected)
    for ours, theirs in zip(sorted(found, key=by), sorted(expected, key=by), strict=True):
        assert ours == theirs


def place(row):
    return row["conversation_id"], int(row["turn"])
