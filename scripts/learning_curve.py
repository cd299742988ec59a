"""Print what 50, 100, 200 and 500 labels of a new channel give, with and without fine-tuning.

    python scripts/learning_curve.py

The new channel is the written reviews' answers of `data/authored.jsonl`. The base is trained, as
the default model is, on replies of the other channels, so that no part of it saw the channel; every
figure is on the same 300 answers, which nothing trains on.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from empathy_score.model.model import Model
from empathy_score.training import calibrate, evaluate, labelled_table, train
from empathy_score.training.labels import conversation_of
from empathy_score.training.sources import read_items
from train_default import ROOT, SETTINGS, train_on

Item = dict[str, Any]

CHANNEL = "review"
SIZES = (50, 100, 200, 500)
BASE = {"replies": 1200, "epochs": 2.0}
TEST = 300


def figures(model: Model, test: list[dict[str, Any]]) -> str:
    """Give the road's kappa and the mean over dimensions."""
    kappas = evaluate(labelled_table(test), model, draws=2).figures["kappa"]
    return f"{kappas['road']:.2f} / {kappas.mean():.2f}"


def curve() -> None:
    """Train the base, then on more and more labels; print the figures, line by line."""
    draw = random.Random(0)
    items = read_items(ROOT / "data" / "authored.jsonl")
    draw.shuffle(items)
    own = [item for item in items if item["channel"] == CHANNEL]
    test, labelled = _apart(own, TEST)
    rest = [item for item in items if item["channel"] != CHANNEL]
    settings = replace(SETTINGS, epochs=BASE["epochs"])
    base = train_on(rest[: int(BASE["replies"])], settings=settings)
    print("| labels | calibrate | train | train --finetune |\n|---|---|---|---|")
    print(f"| 0 | {figures(base, test)} | | |", flush=True)
    for size in SIZES:
        table = labelled_table(labelled[:size])
        models = (
            calibrate(table, base),
            train(table, base=base),
            train(table, base=base, finetune=True),
        )
        shown = " | ".join(figures(model, test) for model in models)
        print(f"| {size} | {shown} |", flush=True)


def _apart(items: list[Item], count: int) -> tuple[list[Item], list[Item]]:
    """Split labelled replies at `count` or a little later, without parting a conversation."""
    by_conversation: dict[str, list[Item]] = {}
    for item in items:
        by_conversation.setdefault(conversation_of(item), []).append(item)
    first: list[Item] = []
    second: list[Item] = []
    for own in by_conversation.values():
        (first if len(first) < count else second).extend(own)
    return first, second


if __name__ == "__main__":
    curve()
