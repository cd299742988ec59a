"""Train the default model.

    python scripts/train_default.py --shared ../shared/data

Three sources train: that folder's `train.jsonl`, its `pool.jsonl` with the labels of
`data/public_labels.jsonl`, and `data/authored.jsonl`. Some replies get a stock sentence put in, so
that the model learns how little it changes. `dev.jsonl` is never read here.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from empathy_score.model.encoder import MINILM
from empathy_score.model.folder import save_model
from empathy_score.model.model import Model
from empathy_score.training import labelled_table, train
from empathy_score.training.finetuning import FinetuneSettings
from empathy_score.training.sources import join_labels, read_items
from empathy_score.training.stock import with_stock_sentences

ROOT = Path(__file__).resolve().parents[1]

SETTINGS = FinetuneSettings(epochs=5, learning_rate=1.2e-4, layer_decay=0.9, frozen_layers=1)

STOCK_SHARE = 0.15
"""Share of the replies that a stock sentence of `data/stock_sentences.jsonl` is put into."""


def training_items(shared: Path) -> list[dict[str, Any]]:
    """Collect every labelled reply that may train what ships."""
    pool = read_items(shared / "pool.jsonl")
    return [
        *read_items(shared / "train.jsonl"),
        *join_labels(pool, read_items(ROOT / "data" / "public_labels.jsonl")),
        *read_items(ROOT / "data" / "authored.jsonl"),
    ]


def train_on(
    items: list[dict[str, Any]],
    *,
    settings: FinetuneSettings = SETTINGS,
    facts: dict[str, Any] | None = None,
    checkpoints: Path | None = None,
    base: str | Model = MINILM.name,
) -> Model:
    """Train a model as the default one is trained."""
    sentences = read_items(ROOT / "data" / "stock_sentences.jsonl")
    return train(
        labelled_table(with_stock_sentences(items, sentences, share=STOCK_SHARE)),
        base=base,
        name="default",
        finetune=settings,
        checkpoints=checkpoints,
        facts=facts,
        say=print,
        progress=True,
    )


def source_of(item: dict[str, Any]) -> str:
    """Give the part of an id before the colon, or ``authored``."""
    return str(item["id"]).split(":")[0] if ":" in item["id"] else "authored"


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of train.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--checkpoints", type=Path, help="folder to keep checkpoints in")
    given = parser.parse_args()
    items = training_items(given.shared)
    facts = {"replies": len(items), "sources": dict(Counter(map(source_of, items)))}
    model = train_on(items, facts=facts, checkpoints=given.checkpoints)
    save_model(model, given.out)
    print(f"saved {given.out}: {facts}")


if __name__ == "__main__":
    main()
