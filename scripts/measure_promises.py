"""Print how well promises are found: precision and recall on sentences that were read.

    python scripts/measure_promises.py

`data/promise_labels.jsonl` names 700 sentences of the written replies, drawn from three strata
(found as a promise; not found, with a word such as *will*; all others) and says whether each is a
promise: two readers, and a third where they differ. Each counts for as many sentences as it was
drawn from. The patterns were written before; what has changed in them since was for other examples.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from empathy_score.insight import find_promises
from empathy_score.training.sources import read_items

ROOT = Path(__file__).resolve().parents[1]
DRAWS = 1000
WRITTEN = ("authored", "authored_later")


def precision_recall(found: np.ndarray, true: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Give both, of sentences that stand for `weight` each."""
    hits = (weight * (found & true)).sum()
    return np.array([hits / (weight * found).sum(), hits / (weight * true).sum()])


def main() -> None:
    """Measure and print."""
    written = (read_items(ROOT / "data" / f"{name}.jsonl") for name in WRITTEN)
    replies = {item["id"]: item["reply"] for item in chain.from_iterable(written)}
    labels = read_items(ROOT / "data" / "promise_labels.jsonl")
    spans = {
        name: {(p.start, p.end) for p in find_promises(replies[name])}
        for name in {label["id"] for label in labels}
    }
    found = np.array([(label["start"], label["end"]) in spans[label["id"]] for label in labels])
    true = np.array([bool(label["promise"]) for label in labels])
    weight = np.array([label["weight"] for label in labels], dtype=float)
    draw = np.random.default_rng(0)
    drawn = [draw.integers(0, len(labels), len(labels)) for _ in range(DRAWS)]
    spread = np.array([precision_recall(found[d], true[d], weight[d]) for d in drawn])
    low, high = np.percentile(spread, [2.5, 97.5], axis=0)
    figures = zip(("precision", "recall"), precision_recall(found, true, weight), low, high,
                  strict=True)  # fmt: skip
    print("| promises | of 700 sentences | 95 % interval |\n|---|---|---|")
    for name, value, least, most in figures:
        print(f"| {name} | {value:.2f} | {least:.2f} to {most:.2f} |")
    readers = [[label[name] for label in labels] for name in ("promise_a", "promise_b")]
    print(f"\nTwo readers of all {len(labels)}: kappa {cohen_kappa_score(*readers):.2f}.")


if __name__ == "__main__":
    main()
