import numpy as np
import pytest
import torch

from empathy_score import Scorer
from empathy_score.model.body import DTYPES, Arithmetic, Body
from empathy_score.model.quantise import restore

CPU = Arithmetic("cpu", "float32")


@pytest.fixture
def plain_machine(monkeypatch):
    """Neither a GPU nor a processor with fast bfloat16."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)


def laid_out(texts):
    """Lay token ids end to end, one run a text."""
    places = np.concatenate([np.arange(len(text)) for text in texts])
    return np.concatenate(texts), places, [(1, len(text)) for text in texts]


def test_float32_on_the_cpu_where_there_is_nothing_better(plain_machine):
    assert Arithmetic.chosen() == CPU


@pytest.mark.parametrize("feature", ["amx_bf16", "avx512_bf16"])
def test_bfloat16_where_the_processor_has_it(plain_machine, monkeypatch, feature):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {feature: True})
    assert Arithmetic.chosen() == Arithmetic("cpu", "bfloat16")
    assert Arithmetic.chosen(dtype="float32") == CPU


def test_a_cuda_device_where_there_is_one(plain_machine, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    assert Arithmetic.chosen() == Arithmetic("cuda", "bfloat16")
    assert Arithmetic.chosen("cpu") == CPU


@pytest.mark.parametrize(
    "wrong", [{"dtype": "float16"}, {"dtype": "int8"}, {"device": "abacus"}, {"device": "meta"}]
)
def test_arithmetic_that_is_not_known(wrong):
    with pytest.raises(ValueError, match="must be one"):
        Arithmetic.chosen(**wrong)


def test_the_signature_names_the_arithmetic(toy_model):
    assert "|dtype:float32|" in Scorer(toy_model, dtype="float32", device="cpu").signature
    assert "|dtype:bfloat16|" in Scorer(toy_model, dtype="bfloat16", device="cpu").signature
    assert str(Arithmetic("cuda:1", "bfloat16")) == "bfloat16@cuda:1"


def test_the_same_as_a_bert_model(toy_encoder):
    rng = np.random.default_rng(0)
    texts = [rng.integers(1000, 2000, size) for size in (3, 3, 17, 40)]
    weights = restore(toy_encoder.arrays)
    ids, places, _ = laid_out(texts)
    hidden = Body(weights, toy_encoder.config, CPU)(ids, places, [(2, 3), (1, 17), (1, 40)])
    bert = toy_encoder.body().eval()
    with torch.inference_mode():
        expected = [bert(torch.from_numpy(text[None])).last_hidden_state[0] for text in texts]
    assert hidden == pytest.approx(torch.cat(expected).numpy(), abs=1e-4)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_text_does_not_see_its_neighbours(toy_encoder, dtype):
    body = Body(restore(toy_encoder.arrays), toy_encoder.config, Arithmetic("cpu", dtype))
    rng = np.random.default_rng(1)
    text, one, other = (rng.integers(1000, 2000, size) for size in (9, 20, 20))
    beside_one = body(*laid_out([one, text]))
    beside_other = body(*laid_out([other, text]))
    assert (beside_one[20:] == beside_other[20:]).all()
    assert not (beside_one[:20] == beside_other[:20]).any()


def test_bfloat16_is_close_to_float32(toy_encoder):
    texts = ["we are so sorry about the late parcel", "where is it?"]
    exact, rough = (
        toy_encoder.using(Arithmetic("cpu", dtype)).encode(texts).vectors for dtype in DTYPES
    )
    assert (exact * rough).sum(axis=1) == pytest.approx(np.ones(2), abs=1e-3)
    assert (exact != rough).any()


@pytest.mark.parametrize(
    ("name", "value"), [("hidden_size", 128), ("num_attention_heads", 3), ("num_hidden_layers", 1),
                        ("hidden_act", "relu")],
)  # fmt: skip
def test_weights_that_are_not_those_of_the_config(toy_encoder, name, value):
    with pytest.raises(ValueError, match=r"weights are not|multiple|activation"):
        Body(restore(toy_encoder.arrays), {**toy_encoder.config, name: value}, CPU)
