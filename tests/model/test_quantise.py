import numpy as np

from empathy_score.model.quantise import GROUP, quantise, restore


def test_matrices_lose_little_and_vectors_nothing():
    draw = np.random.default_rng(0)
    weights = {
        "w": draw.normal(size=(5, 2 * GROUP)).astype(np.float32),
        "b": draw.normal(size=7).astype(np.float32),
        "odd": draw.normal(size=(3, GROUP + 1)).astype(np.float32),
    }
    arrays = quantise(weights)
    back = restore(arrays)
    assert arrays["w"].dtype == np.int8
    assert set(back) == set(weights)
    assert np.abs(back["w"] - weights["w"]).max() <= np.abs(weights["w"]).max() / 127
    assert (back["b"] == weights["b"]).all()
    assert (back["odd"] == weights["odd"]).all()


def test_a_row_of_zeros_stays():
    assert (restore(quantise({"w": np.zeros((2, GROUP), np.float32)}))["w"] == 0).all()
