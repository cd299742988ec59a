"""Measure what `empathy-score score` costs as files grow, and draw the curve.

    python benchmarks/cost_curve.py [--turns 10000 100000 1000000] [--uses 20] [--figure FILE.svg]

Each size is a CSV of made turns, no text twice (with --uses, each about so many times), scored by
the command in a process of its own: seconds from start to end, loading and writing included, and
that process's peak memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from texts import write_made


@dataclass(frozen=True)
class Cost:
    """What one file cost."""

    turns: int
    seconds: float
    peak_mb: float
    output_mb: float


def measure(turns: int, uses: int, form: str, arguments: Sequence[str]) -> Cost:
    """Score a file of so many made turns.

    Parameters
    ----------
    turns, uses : int
    form : str
        Ending of the output.
    arguments : sequence of str
        Further ones for `empathy-score score`.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "in.csv", Path(folder) / f"out.{form}"
        write_made(turns, source, uses=uses)
        command = [sys.executable, "-m", "empathy_score.cli", "score", str(source)]
        begun = time.perf_counter()
        child = subprocess.Popen([*command, "-o", str(output), *arguments])
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{turns} turns: the command ended with {child.returncode}")
        kilobytes = usage.ru_maxrss / (1 if sys.platform == "linux" else 1024)
        return Cost(turns, seconds, kilobytes / 1024, output.stat().st_size / 1e6)


def as_markdown(costs: Sequence[Cost]) -> str:
    """Lay the costs out."""
    lines = ["| turns | seconds | turns/s | peak MB | output MB |", "|---|---|---|---|---|"]
    lines += [
        f"| {c.turns:,} | {c.seconds:,.0f} | {c.turns / c.seconds:,.0f} | {c.peak_mb:,.0f} "
        f"| {c.output_mb:,.0f} |"
        for c in costs
    ]
    return "\n".join(lines)


def draw(costs: Sequence[Cost], path: Path) -> None:
    """Draw seconds and memory over turns; a straight line of slope 1 is linear cost."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    time_axes, memory_axes = figure.subplots(1, 2)
    turns = [c.turns for c in costs]
    time_axes.plot(turns, [c.seconds for c in costs], "o-", label="measured")
    last = costs[-1]
    time_axes.plot(
        turns, [last.seconds * n / last.turns for n in turns], ":", color="grey", label="linear"
    )
    _logarithmic(time_axes, "seconds")
    time_axes.set_yscale("log")
    time_axes.legend(frameon=False)
    memory_axes.plot(turns, [c.peak_mb for c in costs], "o-")
    _logarithmic(memory_axes, "peak memory, MB")
    memory_axes.set_ylim(bottom=0)
    figure.savefig(path)


def _logarithmic(axes: Any, label: str) -> None:
    axes.set_xscale("log")
    axes.set_xlabel("turns")
    axes.set_ylabel(label)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--uses", type=int, default=1, help="of each text")
    parser.add_argument("--form", default="csv", choices=["csv", "jsonl", "parquet"])
    parser.add_argument("--figure", type=Path, help="SVG or PNG to write")
    given, further = parser.parse_known_args()
    costs = []
    for turns in sorted(given.turns):
        costs.append(measure(turns, given.uses, given.form, further))
        print(as_markdown(costs[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(as_markdown(costs))
    if given.figure is not None:
        draw(costs, given.figure)


if __name__ == "__main__":
    main()
