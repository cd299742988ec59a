"""Shared fixtures: the shipped model is loaded once, small models are made with a toy encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from empathy_score import MARKER_TYPES, Scorer
from empathy_score.model.encoder import Encoder
from empathy_score.model.folder import default_folder
from empathy_score.model.model import Model
from empathy_score.model.quantise import quantise

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def toy_encoder():
    """A real encoder, tiny and untrained: fast, and good enough to learn a word from."""
    import torch
    from transformers import BertConfig, BertModel

    sizes = {
        "vocab_size": 30522, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 64, "max_position_embeddings": 512, "type_vocab_size": 2,
        "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    }  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = BertModel(BertConfig(**sizes, initializer_range=0.5), add_pooling_layer=False)
    weights = {name: w.numpy() for name, w in body.state_dict().items()}
    tokenizer = (default_folder() / "tokenizer.json").read_text(encoding="utf-8")
    return Encoder(quantise(weights), sizes, tokenizer, name="toy")


@pytest.fixture(scope="session")
def toy_model(toy_encoder):
    """A model without heads, to begin training with."""
    return Model("toy", toy_encoder, (), MARKER_TYPES)


@pytest.fixture(scope="session")
def scorer():
    return Scorer()


@pytest.fixture(scope="session")
def sample_scores(scorer, sample):
    """The sample, scored once for all tests that only look."""
    return scorer.score(sample)


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def sample(root):
    return root / "data" / "sample_transcripts.csv"
