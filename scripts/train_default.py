"""Train the default model.

    python scripts/train_default.py --shared ../shared/data

Three sources train: that folder's `train.jsonl`, its `pool.jsonl` with the labels of
`data/public_labels.jsonl`, and `data/authored.jsonl`. `dev.jsonl` is never read here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from empathy_score.model.folder import save_model
from empathy_score.training import fit, labelled_table
from empathy_score.training.sources import join_labels, read_items

ROOT = Path(__file__).resolve().parents[1]


def training_items(shared: Path) -> list[dict[str, Any]]:
    """Collect every labelled reply that may train what ships."""
    pool = read_items(shared / "pool.jsonl")
    return [
        *read_items(shared / "train.jsonl"),
        *join_labels(pool, read_items(ROOT / "data" / "public_labels.jsonl")),
        *read_items(ROOT / "data" / "authored.jsonl"),
    ]


def sources(items: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count replies by source: the part of the id before the colon, or ``authored``."""
    counts: dict[str, int] = {}
    for item in items:
        name = item["id"].split(":")[0] if ":" in item["id"] else "authored"
        counts[name] = counts.get(name, 0) + 1
    return counts


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of train.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "default")
    given = parser.parse_args()
    items = training_items(given.shared)
    facts = {"replies": len(items), "sources": sources(items)}
    save_model(fit(labelled_table(items), name="default", facts=facts), given.out)
    print(f"saved {given.out}: {facts}")


if __name__ == "__main__":
    main()
