"""Score for an hour, and tell whether memory is where it was.

    python benchmarks/soak.py [--minutes 60] [--turns 3000] [--bound 50]

Each round reads a file of made turns of its own, scores it, sums it up and writes it, as a service
does that never ends. Before the first one the scorer's memory of texts is filled, which is meant to
grow until then. Fails where the last tenth of the rounds has more MB than the first by over
`--bound`.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from empathy_score import Conversation, Scorer, Turn
from empathy_score.scorer import REMEMBERED
from empathy_score.writing import write_table
from texts import write_made


def memory() -> float:
    """Give this process's memory in MB, what is waiting to be freed left out."""
    gc.collect()
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return int(listed.stdout) / 1024


def fill(scorer: Scorer, texts: int) -> None:
    """Let the scorer read so many short texts."""
    said = (Turn("customer", f"Hello {number}") for number in range(texts))
    for _ in scorer.stream(Conversation("c", (turn,)) for turn in said):
        pass


def rounds(scorer: Scorer, seconds: float, turns: int) -> Iterator[float]:
    """Score one file of made turns after the other for so long; give the memory after each."""
    until = time.monotonic() + seconds
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "turns.csv", Path(folder) / "scored.parquet"
        while time.monotonic() < until:
            write_made(turns, source, seed=number)
            scores = scorer.score(source)
            scores.conversations()
            write_table(scores.turns(), output)
            number += 1
            yield memory()


def tenths(found: Sequence[float]) -> tuple[float, float]:
    """Give the median of the first tenth and of the last."""
    size = max(len(found) // 10, 1)
    return statistics.median(found[:size]), statistics.median(found[-size:])


def main() -> None:
    """Run and print; exit 1 where memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--turns", type=int, default=3000, help="of each round")
    parser.add_argument("--bound", type=float, default=50, help="MB that memory may grow by")
    given = parser.parse_args()
    scorer = Scorer()
    fill(scorer, REMEMBERED)
    found = list(rounds(scorer, 60 * given.minutes, given.turns))
    first, last = tenths(found)
    print("| minutes | turns scored | MB at first | MB at last | most |\n|---|---|---|---|---|")
    print(
        f"| {given.minutes:g} | {len(found) * given.turns:,} | {first:.0f} | {last:.0f} "
        f"| {max(found):.0f} |"
    )
    if last - first > given.bound:
        sys.exit(f"memory grew by {last - first:.0f} MB; {given.bound:g} are allowed")


if __name__ == "__main__":
    main()
