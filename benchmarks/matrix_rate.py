"""Print how much of the machine's matrix-multiplication rate the encoder reaches, as JSON.

    python benchmarks/matrix_rate.py [--texts 2000]

The machine's rate is that of `torch.nn.functional.linear` on the encoder's own shapes, in the
arithmetic that it runs in. The encoder's is counted in the multiplications of its layers and of
attention, over tokens of texts alone, or padding included; its seconds hold all it does:
tokenising, tagging and pooling too.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from texts import authored

SECONDS = 2.0
"""How long each shape is multiplied."""


def linear_shapes(config: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Give the inputs and outputs of one layer's matrix multiplications."""
    width, wide = config["hidden_size"], config["intermediate_size"]
    return [(width, 3 * width), (width, width), (width, wide), (wide, width)]


def linear_operations(config: Mapping[str, Any]) -> int:
    """Count the floating-point operations of all layers' matrices for one token."""
    per_layer = sum(2 * inputs * outputs for inputs, outputs in linear_shapes(config))
    return int(config["num_hidden_layers"] * per_layer)


def attention_operations(config: Mapping[str, Any], length: int) -> int:
    """Count the operations of attention within a text of `length` tokens."""
    return int(4 * length * length * config["hidden_size"] * config["num_hidden_layers"])


def machine_rate(config: Mapping[str, Any], rows: int, device: str, dtype: str) -> float:
    """Measure operations a second, each shape for as many of them as a layer has."""
    import torch

    operations = seconds = 0.0
    with torch.inference_mode():
        for inputs, outputs in linear_shapes(config):
            place = {"device": device, "dtype": getattr(torch, dtype)}
            x, w = torch.randn(rows, inputs, **place), torch.randn(outputs, inputs, **place)
            each = 2.0 * rows * inputs * outputs
            operations += each
            seconds += each / _rate(x, w, each)
    return operations / seconds


def _rate(x: Any, w: Any, each: float) -> float:
    import torch
    from torch.nn.functional import linear

    wait: Callable[[], Any] = torch.cuda.synchronize if x.is_cuda else (lambda: None)
    linear(x, w)
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        linear(x, w)
        wait()
        count += 1
    return count * each / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=2000)
    given = parser.parse_args()
    from empathy_score.model.encoder import BATCH_TOKENS
    from empathy_score.model.folder import load_model
    from empathy_score.model.normalise import normalise

    encoder = load_model("default").encoder
    texts = sorted({normalise(exchange.reply) for exchange in authored(given.texts)})
    sizes = [len(encoder.window(encoder.tokens(text))) for text in texts]
    encoder.encode(texts[:50])
    passes: list[int] = []
    begun = time.perf_counter()
    encoder.encode(texts, lambda done, _: passes.append(done), tagged=texts)
    seconds = time.perf_counter() - begun
    each = linear_operations(encoder.config)
    attention = sum(attention_operations(encoder.config, size) for size in sizes)
    padded = len(passes) * BATCH_TOKENS
    arithmetic = encoder.arithmetic
    machine = machine_rate(encoder.config, BATCH_TOKENS, arithmetic.device, arithmetic.dtype)
    print(json.dumps({
        "arithmetic": str(arithmetic),
        "machine_gflops": machine / 1e9,
        "share": (sum(sizes) * each + attention) / seconds / machine,
        "share_padded": (padded * each + attention) / seconds / machine,
        "tokens_a_second": sum(sizes) / seconds,
        "filled": sum(sizes) / padded,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
