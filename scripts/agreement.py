"""Print the agreement between two independent labels of the same replies.

    python scripts/agreement.py --shared ../shared/data

`data/second_labels.jsonl` holds second readings of replies of `train.jsonl` and of
`data/authored.jsonl`, made without sight of the first.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from empathy_score.dimensions import DIMENSIONS
from empathy_score.evaluation import kappa
from empathy_score.training import labelled_table
from empathy_score.training.labels import level_index
from empathy_score.training.sources import join_labels, read_items

ROOT = Path(__file__).resolve().parents[1]

APART = ("twa", "twb", "twc", "twd", "twe", "apa", "apb", "apc", "hta", "cht", "mxa", "fem",
         "apd", "htb", "twf", "twg", "twh", "twi", "chu", "fpe")  # fmt: skip
"""Prefixes of the replies that were labelled by others than who wrote them."""


def agreement(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> dict[str, float]:
    """Give kappa by dimension for the replies that were labelled twice."""
    again = join_labels(first, second)
    twice = {item["id"]: item for item in first}
    one = labelled_table(twice[item["id"]] for item in again)
    two = labelled_table(again)
    values = {}
    for d in DIMENSIONS:
        a, b = level_index(one[d.name], d), level_index(two[d.name], d)
        known = (a >= 0) & (b >= 0)
        values[d.name] = kappa(
            a[known], b[known], n_levels=len(d.levels), quadratic=d.kind == "ordinal"
        )
    return values


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of train.jsonl")
    given = parser.parse_args()
    second = read_items(ROOT / "data" / "second_labels.jsonl")
    written = read_items(ROOT / "data" / "authored.jsonl")
    batches: dict[str, list[dict[str, Any]]] = {"public": [], "written": [], "written apart": []}
    for entry in second:
        prefix = entry["id"].split("-")[0]
        name = "written apart" if prefix in APART else "written"
        batches["public" if ":" in entry["id"] else name].append(entry)
    columns = {
        f"{name} ({len(entries)})": agreement(
            read_items(given.shared / "train.jsonl") if name == "public" else written, entries
        )
        for name, entries in batches.items()
        if entries
    }
    print("| dimension | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|")
    for d in DIMENSIONS:
        shown = " | ".join(f"{c[d.name]:.2f}" for c in columns.values()).replace("nan", "–")
        print(f"| {d.name} | {shown} |")


if __name__ == "__main__":
    main()
