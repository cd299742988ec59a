"""Print what smaller weights cost in kappa: eight bits, half precision, a pruned vocabulary.

    python scripts/size_costs.py --shared ../shared/data --checkpoint CHECKPOINT [--layers]
    python scripts/size_costs.py --shared ../shared/data --student STUDENT

CHECKPOINT is a folder that `train_default.py --checkpoints` kept, with the weights in 32 bits of
the model that ships; heads and calibration stay the shipped ones. With --layers, encoders of six,
four and three layers are tuned alike on a sample: layers cannot be cut without training again.
With --student, a model that `train_default.py --layers` trained is set beside the one that ships.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from empathy_score import Scorer
from empathy_score.model.encoder import Encoder
from empathy_score.model.folder import load_model
from empathy_score.model.model import Model
from empathy_score.model.normalise import normalise
from empathy_score.model.quantise import quantise
from empathy_score.training import evaluate, labelled_table
from empathy_score.training.sources import read_items
from train_default import ROOT, SETTINGS, train_on, training_items

WORDS = "embeddings.word_embeddings.weight"
TIMED, ROUNDS = 1000, 3
"""How many replies a student is timed on, and how often."""

SAMPLE = {"replies": 1500, "epochs": 2.0}
"""How many replies and passes an encoder of fewer layers is tuned with."""

Weights = dict[str, NDArray[Any]]


def by_row(weights: Weights) -> Weights:
    """Round matrices to eight bits with one scale a row."""
    rounded = {}
    for name, array in weights.items():
        scale = np.abs(array).max(axis=-1, keepdims=True) / 127
        whole = np.rint(array / np.where(scale > 0, scale, 1)) * scale
        rounded[name] = whole.astype(np.float32) if array.ndim == 2 else array
    return rounded


def pruned(weights: Weights, encoder: Encoder, texts: list[str]) -> tuple[Weights, int]:
    """Give every token that no training text holds the vector of the unknown one."""
    tokenizer = encoder.tokenizer
    kept = {int(tokenizer.token_to_id(t) or 0) for t in ("[PAD]", "[CLS]", "[SEP]", "[UNK]")}
    for text in texts:
        kept |= set(tokenizer.encode(normalise(text), add_special_tokens=False).ids)
    table = weights[WORDS].copy()
    gone = np.setdiff1d(np.arange(len(table)), sorted(kept))
    table[gone] = table[tokenizer.token_to_id("[UNK]")]
    return {**weights, WORDS: table}, len(gone)


def megabytes(weights: Mapping[str, NDArray[Any]], bits: int, fewer_words: int = 0) -> float:
    """Give the size of some weights, matrices at so many bits."""
    count = sum(array.size for array in weights.values()) - fewer_words * weights[WORDS].shape[1]
    return float(count * bits / 8 / 1e6)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of dev.jsonl")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--checkpoint", type=Path)
    asked.add_argument("--student", type=Path)
    parser.add_argument("--layers", action="store_true")
    given = parser.parse_args()
    dev = labelled_table(read_items(given.shared / "dev.jsonl"))
    if given.student is not None:
        print(beside(load_model(given.student), load_model("default"), dev))
        return
    items = training_items(given.shared)
    model = load_model("default")
    state = load_file(given.checkpoint / "model.safetensors")
    body = {n.removeprefix("body."): w for n, w in state.items() if n.startswith("body.")}
    texts = [text for i in items for text in (i["reply"], *(said for _, said in i["context"]))]
    fewer, gone = pruned(body, model.encoder, texts)
    variants: dict[str, tuple[Weights, float]] = {
        "32 bits": (body, megabytes(body, 32)),
        "16 bits": (
            {n: w.astype(np.float16).astype(np.float32) for n, w in body.items()},
            megabytes(body, 16),
        ),
        "8 bits, a scale for every 64 (ships)": (quantise(body), megabytes(body, 8) * 68 / 64),
        "8 bits, a scale a row": (by_row(body), megabytes(body, 8)),
        f"8 bits, without {gone:,} unseen word pieces": (
            quantise(fewer), megabytes(body, 8, gone) * 68 / 64,
        ),
    }  # fmt: skip
    print("| encoder | MB | road | mean kappa |\n|---|---|---|---|")
    for name, (weights, size) in variants.items():
        print(f"| {name} | {size:.1f} | {figures(with_encoder(model, weights), dev)} |", flush=True)
    if given.layers:
        sample = random.Random(0).sample(items, int(SAMPLE["replies"]))
        for count in (6, 4, 3):
            settings = replace(SETTINGS, epochs=SAMPLE["epochs"], min_steps=0)
            tuned = train_on(sample, settings=settings, layers=count)
            name = f"{count} layers, tuned on {SAMPLE['replies']:,} replies"
            size = sum(array.nbytes for array in tuned.encoder.arrays.values()) / 1e6
            print(f"| {name} | {size:.1f} | {figures(tuned, dev)} |", flush=True)


def beside(student: Model, shipped: Model, dev: Any) -> str:
    """Lay a student out beside the model that ships, both timed in turn on the same replies."""
    written = read_items(ROOT / "data" / "authored.jsonl")
    table = labelled_table(written[:: len(written) // TIMED]).drop(columns="spans")
    seconds: dict[str, list[float]] = {"shipped": [], "student": []}
    for _ in range(ROUNDS):
        for name, model in (("shipped", shipped), ("student", student)):
            begun = time.perf_counter()
            Scorer(model).score(table)
            seconds[name].append(time.perf_counter() - begun)
    lines = ["| model | MB | road | mean kappa | times as fast |", "|---|---|---|---|---|"]
    for name, model in (("shipped", shipped), ("student", student)):
        size = sum(array.nbytes for array in model.encoder.arrays.values()) / 1e6
        faster = min(seconds["shipped"]) / min(seconds[name])
        lines.append(f"| {name} | {size:.1f} | {figures(model, dev)} | {faster:.2f} |")
    return "\n".join(lines)


def with_encoder(model: Model, weights: Weights) -> Model:
    """Give the model with other weights in its encoder."""
    old = model.encoder
    encoder = Encoder(weights, old.config, old.tokenizer.to_str(), old.tagger, old.name)
    return replace(model, encoder=encoder)


def figures(model: Model, table: Any) -> str:
    """Give the road's kappa and the mean over dimensions."""
    kappas = evaluate(table, model, draws=2).figures["kappa"]
    return f"{kappas['road']:.3f} | {kappas.mean():.3f}"


if __name__ == "__main__":
    main()
