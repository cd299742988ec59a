"""Shared fixtures: the shipped model is loaded once, small models are made with a toy encoder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from empathy_score import Scorer

ROOT = Path(__file__).resolve().parents[1]


class ToyEncoder:
    """Bag of hashed words: fast, deterministic, and good enough to learn a word from."""

    width = 64

    def encode(self, texts, progress=None):
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, hashlib.md5(word.encode()).digest()[0] % self.width] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if progress is not None:
            progress(len(texts), len(texts))
        return np.divide(vectors, norms, out=vectors, where=norms > 0)


@pytest.fixture(scope="session")
def toy_encoder():
    return ToyEncoder()


@pytest.fixture(scope="session")
def scorer():
    return Scorer()


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def sample(root):
    return root / "data" / "sample_transcripts.csv"
