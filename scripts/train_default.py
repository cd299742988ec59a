"""Train the default model, or a student of fewer layers.

    python scripts/train_default.py --shared ../shared/data
    python scripts/train_default.py --shared ../shared/data --layers 3 --out STUDENT

Three sources train: that folder's `train.jsonl`, its `pool.jsonl` with the labels of
`data/public_labels.jsonl`, and `data/authored.jsonl`. Some replies get a stock sentence put in, so
that the model learns how little it changes. A student also reads `data/authored_later.jsonl`, for
longer and with all its layers. `dev.jsonl` is never read here.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from empathy_score.model.encoder import MINILM, Encoder
from empathy_score.model.folder import save_model
from empathy_score.model.model import Model
from empathy_score.training import labelled_table, train
from empathy_score.training.finetuning import FinetuneSettings
from empathy_score.training.fitting import load_base
from empathy_score.training.sources import join_labels, read_items
from empathy_score.training.stock import with_stock_sentences

ROOT = Path(__file__).resolve().parents[1]

SETTINGS = FinetuneSettings(epochs=4, learning_rate=1.2e-4, layer_decay=0.9, frozen_layers=1)
STUDENT = replace(SETTINGS, epochs=5, frozen_layers=0)

LAYERS = 6
"""Of the public encoder; a student has the lowest of them."""

STOCK_SHARE, STUDENT_STOCK_SHARE = 0.15, 0.25
"""Share of the replies that a stock sentence of `data/stock_sentences.jsonl` is put into."""


def training_items(shared: Path) -> list[dict[str, Any]]:
    """Collect every labelled reply that may train what ships."""
    pool = read_items(shared / "pool.jsonl")
    return [
        *read_items(shared / "train.jsonl"),
        *join_labels(pool, read_items(ROOT / "data" / "public_labels.jsonl")),
        *read_items(ROOT / "data" / "authored.jsonl"),
    ]


def lowest_layers(count: int) -> Model:
    """Give the public encoder's lowest layers, to begin training with."""
    base = load_base(MINILM.name)
    whole = base.encoder
    kept = {
        name: array
        for name, array in whole.arrays.items()
        if not name.startswith("encoder.layer.") or int(name.split(".")[2]) < count
    }
    config = {**whole.config, "num_hidden_layers": count}
    encoder = Encoder(kept, config, whole.tokenizer.to_str(), None, whole.name)
    return replace(base, encoder=encoder)


def train_on(
    items: list[dict[str, Any]],
    *,
    settings: FinetuneSettings = SETTINGS,
    facts: dict[str, Any] | None = None,
    checkpoints: Path | None = None,
    layers: int = LAYERS,
    stock_share: float = STOCK_SHARE,
) -> Model:
    """Train a model as the default one is trained."""
    sentences = read_items(ROOT / "data" / "stock_sentences.jsonl")
    return train(
        labelled_table(with_stock_sentences(items, sentences, share=stock_share)),
        base=lowest_layers(layers),
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
    parser.add_argument("--layers", type=int, default=LAYERS, help="fewer make a student")
    given = parser.parse_args()
    items = training_items(given.shared)
    student = given.layers < LAYERS
    if student and given.out == parser.get_default("out"):
        parser.error("a student needs a folder of its own: --out")
    if student:
        items += read_items(ROOT / "data" / "authored_later.jsonl")
    facts = {"replies": len(items), "sources": dict(Counter(map(source_of, items)))}
    model = train_on(
        items,
        settings=STUDENT if student else SETTINGS,
        facts=facts,
        checkpoints=given.checkpoints,
        layers=given.layers,
        stock_share=STUDENT_STOCK_SHARE if student else STOCK_SHARE,
    )
    save_model(model, given.out)
    print(f"saved {given.out}: {facts}")


if __name__ == "__main__":
    main()
