"""What is remembered is what would be read."""

import numpy as np
import pytest

from empathy_score.model.memory import RememberingEncoder


class Counting:
    """Stands before an encoder and counts what it reads."""

    def __init__(self, encoder):
        self.encoder, self.width, self.read = encoder, encoder.width, []

    def encode(self, texts, progress=None, *, tagged=()):
        self.read += texts
        return self.encoder.encode(texts, progress, tagged=tagged)


@pytest.fixture
def counting(scorer):
    return Counting(scorer.model.encoder)


def test_the_same_vectors_and_spans(counting):
    texts = ["sorry about that", "where is it", "we refunded you, sorry"]
    plain = counting.encoder.encode(texts, tagged=texts[::2])
    memory = RememberingEncoder(counting, 100)
    for order in (texts, texts[::-1]):
        found = memory.encode(order, tagged=texts[::2])
        place = [texts.index(text) for text in order]
        assert np.array_equal(found.vectors, plain.vectors[place])
        assert found.spans == plain.spans
    assert counting.read == texts


def test_a_text_is_read_again_to_be_tagged(counting):
    memory = RememberingEncoder(counting, 100)
    memory.encode(["so sorry"])
    assert memory.encode(["so sorry"], tagged=["so sorry"]).spans["so sorry"]
    assert counting.read == ["so sorry"] * 2
    memory.encode(["so sorry"])
    assert len(counting.read) == 2


def test_what_was_asked_for_longest_ago_goes_first(counting):
    memory = RememberingEncoder(counting, 2)
    memory.encode(["a", "b"])
    memory.encode(["a"])
    memory.encode(["c"])
    counting.read.clear()
    memory.encode(["a", "c"])
    assert counting.read == []
    memory.encode(["b"])
    assert counting.read == ["b"]


def test_nothing_is_remembered_without_room(counting):
    memory = RememberingEncoder(counting, 0)
    memory.encode(["a"])
    memory.encode(["a"])
    assert counting.read == ["a", "a"]
    assert memory.encode([]).vectors.shape == (0, memory.width)
