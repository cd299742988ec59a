"""Measure what scoring on Spark costs here, and work out what a billion turns would take.

    pip install -e ".[spark]"
    python benchmarks/billion.py [--turns 60000] [--cores 2]

Made turns, no text twice, are read from Parquet, scored by one Python process for each core, and
written as Parquet. The model has been loaded before. A cluster is taken to be as many such cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from empathy_score.spark import TURNS_PER_TASK, score
from texts import write_made

BILLION = 1_000_000_000
CORES = (64, 256, 1024)


@dataclass(frozen=True)
class Cost:
    """What some turns cost.

    Parameters
    ----------
    turns, cores : int
    deciding, scoring : float
        Seconds of the two passes that decide over the whole, and of scoring and writing.
    read_bytes, written_bytes : int
        Sizes of the Parquet files.
    peak_mb : float
        Memory of the largest Python process.
    """

    turns: int
    cores: int
    deciding: float
    scoring: float
    read_bytes: int
    written_bytes: int
    peak_mb: float

    def core_seconds(self, turns: int) -> float:
        """Give what so many turns take on one core."""
        return turns * (self.deciding + self.scoring) * self.cores / self.turns


class Memory(threading.Thread):
    """Watches how large Spark's Python processes become, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0

    def run(self) -> None:
        """Look twice a second."""
        while True:
            listed = subprocess.run(["ps", "-wweo", "rss,args"], capture_output=True, text=True)
            for line in listed.stdout.splitlines():
                if "pyspark.daemon" in line:
                    self.peak = max(self.peak, int(line.split()[0]) / 1024)
            time.sleep(0.5)


def session(cores: int) -> Any:
    """Start Spark on this machine."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{cores}]")
    return builder.config("spark.ui.enabled", "false").getOrCreate()


def measure(turns: int, cores: int) -> Cost:
    """Score so many made turns."""
    spark = session(cores)
    memory = Memory()
    memory.start()
    with tempfile.TemporaryDirectory() as folder:
        source, output = f"{folder}/turns", f"{folder}/scored"
        write_made(turns, Path(folder) / "turns.csv")
        table = spark.read.csv(f"{folder}/turns.csv", header=True, multiLine=True, escape='"')
        table = table.selectExpr("*", "monotonically_increasing_id() as turn")
        table.write.parquet(source)
        score(table.limit(64 * cores), partitions=cores).collect()  # loads the model
        begun = time.perf_counter()
        scored = score(spark.read.parquet(source), partitions=4 * cores)
        decided = time.perf_counter()
        scored.write.parquet(output)
        done = time.perf_counter()
        read, written = parquet_bytes(source), parquet_bytes(output)
    spark.stop()
    return Cost(turns, cores, decided - begun, done - decided, read, written, memory.peak)


def parquet_bytes(folder: str) -> int:
    """Give the size of a table."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))


def report(cost: Cost) -> str:
    """Write the table, with the arithmetic."""
    rate = cost.turns / cost.core_seconds(cost.turns)
    total = cost.core_seconds(BILLION)
    per_task = cost.core_seconds(TURNS_PER_TASK) * cost.scoring / (cost.deciding + cost.scoring)
    lines = [
        f"Measured: {cost.turns:,} turns on {cost.cores} cores, {cost.deciding:.0f} s to decide "
        f"and {cost.scoring:.0f} s to score and write: {rate:.0f} turns a second and core. "
        f"{cost.peak_mb:.0f} MB is the largest Python process.",
        "",
        f"A billion turns: 1,000,000,000 / {rate:.0f} = {total:,.0f} core seconds "
        f"= {total / 3600:,.0f} core hours.",
        "",
        "| cores | hours |",
        "|---|---|",
        *(f"| {cores:,} | {total / cores / 3600:,.1f} |" for cores in CORES),
        "",
        f"Parquet in: {cost.read_bytes / cost.turns * BILLION / 1e9:,.0f} GB; out: "
        f"{cost.written_bytes / cost.turns * BILLION / 1e9:,.0f} GB. {BILLION // TURNS_PER_TASK:,} "
        f"tasks of {per_task:.0f} s.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--turns", type=int, default=60_000)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    print(report(measure(arguments.turns, arguments.cores)))


if __name__ == "__main__":
    main()
