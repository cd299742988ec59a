"""The formula's promises, on probabilities written by hand."""

import numpy as np
import pytest

from empathy_score.headline import doubt, doubt_limit, need, opportunity, score

CALM, ANGRY = [0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0]
TEXT = ["We have sent a new one today."]


def said(**levels):
    """Give certain probabilities of one reply: nothing at all but what is named."""
    sizes = {"road": 5, "care": 3, "empathy": 4, "emotion": 5, "trust": 5,
             "cognitive_control": 5, "behavioural_control": 5}  # fmt: skip
    rest = {"road": 4, "care": 0, "empathy": 0}
    places = {name: levels.get(name, rest.get(name, 2)) for name in sizes}
    return {name: np.eye(size)[[places[name]]] for name, size in sizes.items()}


def points(feeling, **levels):
    called = need(np.array([feeling], dtype=float), [(0,)])
    return score(called, said(**levels), TEXT)[0]


def test_need_takes_the_loudest_turn_and_none_for_silence():
    feelings = np.array([[0.2, 0.1, 0.1, 0.6, 0, 0, 0], [0.7, 0, 0, 0.3, 0, 0, 0]])
    assert need(feelings, [(0,), (0, 1), ()]).tolist() == pytest.approx([0.4, 0.7, 0])


@pytest.mark.parametrize(
    ("feeling", "levels", "expected"),
    [
        (ANGRY, {}, "missed"),
        (ANGRY, {"empathy": 1}, "given"),
        (ANGRY, {"care": 2}, "given"),
        (CALM, {}, "not_needed"),
        (CALM, {"empathy": 2}, "not_needed"),
    ],
)
def test_opportunity(feeling, levels, expected):
    called = need(np.array([feeling], dtype=float), [(0,)])
    assert opportunity(called, said(**levels)).tolist() == [expected]


def test_worked_values():
    assert points(CALM) == pytest.approx(100 * (0.4 * 0.4 + 0.35 * 0.5 + 0.25))
    assert points(ANGRY) == pytest.approx(100 * (0.4 * 0.4 + 0.35 * 0.5))
    assert points(ANGRY, road=1, care=2, empathy=3, emotion=3, trust=3) == pytest.approx(
        100 * (0.4 + 0.35 + 0.25)
    )


def test_a_formulaic_phrase_never_raises_the_score():
    for feeling in (ANGRY, CALM):
        cold = points(feeling, emotion=1)
        stock = points(feeling, emotion=2, empathy=1, care=1)
        named_care = points(feeling, road=1, empathy=1, care=1)
        assert max(stock, named_care) <= cold


def test_no_need_no_punishment():
    assert points(CALM, road=2) > points(ANGRY, road=2)
    assert points(CALM, road=2, empathy=1) <= points(CALM, road=2)


def test_a_slight_turn_has_no_score():
    called = np.zeros(2)
    p = {name: np.repeat(values, 2, axis=0) for name, values in said().items()}
    assert np.isnan(score(called, p, ["ok, thanks", "It is on its way"])).tolist() == [True, False]


def test_doubt_and_its_limit():
    assert doubt(np.array([[0.7, 0.2, 0.1, 0, 0]])).tolist() == pytest.approx([0.3])
    quantiles = np.linspace(0, 0.8, 101)
    assert doubt_limit(quantiles, 0.25) == pytest.approx(0.6)
    assert doubt_limit(quantiles, 0) > 0.8
    assert doubt_limit(quantiles, 1) < 0
