"""Worked values."""

import numpy as np
import pytest

from empathy_score import Dimension, Marker
from empathy_score.evaluation import (
    agreement,
    chosen_level,
    expected_calibration_error,
    group_figures,
    kappa,
    macro_f1,
    span_figures,
)


def test_kappa():
    true, given = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0])
    assert kappa(true, given, n_levels=2, quadratic=False) == pytest.approx(0.5)
    far, near = np.array([0, 2, 0, 2]), np.array([0, 2, 1, 2])
    off = np.array([0, 2, 2, 2])
    assert kappa(far, near, n_levels=3, quadratic=True) > kappa(
        far, off, n_levels=3, quadratic=True
    )
    assert np.isnan(kappa(np.zeros(3, int), np.zeros(3, int), n_levels=2, quadratic=False))


def test_kappa_counts_the_distance_over_levels_that_nobody_chose():
    true, given = np.array([0, 0, 1, 3, 3, 1]), np.array([0, 1, 1, 3, 0, 1])
    weight = (true - given) ** 2
    chance = np.mean([(a - b) ** 2 for a in true for b in given])
    assert kappa(true, given, n_levels=4, quadratic=True) == pytest.approx(
        1 - weight.mean() / chance
    )


YES = Dimension("x", "agent", "binary", (0, 1), "", "")
LEVELS = Dimension("x", "agent", "ordinal", (0, 1, 2), "", "")
TOPICS = Dimension("x", "agent", "multilabel", ("a", "b"), "", "")


def certain(levels, n):
    return np.eye(n)[levels]


def test_macro_f1():
    assert macro_f1(YES, certain([0, 0, 0], 2), np.array([0, 0, 1])) == pytest.approx(0.4)


def test_counts_stand_for_repeated_items():
    p, t = certain([0, 0, 1, 1], 2), np.array([0, 1, 1, 1])
    counts = np.array([1, 2, 0, 3])
    again = np.repeat(np.arange(4), counts)
    for measure in (agreement, macro_f1):
        assert measure(YES, p, t, counts) == pytest.approx(measure(YES, p[again], t[again]))


def test_several_labels():
    p, t = np.array([[0.9, 0.1], [0.9, 0.8], [0.1, 0.7]]), np.array([1, 3, 2])
    assert chosen_level(TOPICS, p).tolist() == [1, 3, 2]
    assert agreement(TOPICS, p, t) == 1
    assert macro_f1(TOPICS, p, t) == 1


def test_the_level_that_is_read_off_is_the_expected_one_rounded():
    assert chosen_level(LEVELS, np.array([[0.5, 0, 0.5], [0.2, 0.2, 0.6]])).tolist() == [1, 1]


def test_expected_calibration_error():
    p = np.array([[0.75, 0.25]] * 4)
    assert expected_calibration_error(YES, p, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert expected_calibration_error(YES, p, np.array([1, 1, 1, 1])) == pytest.approx(0.75)


def test_span_figures():
    found = [[Marker("regret", 0, 5, "sorry", 1.0), Marker("own", 6, 9, "I'll", 1.0)]]
    labelled = [[{"type": "regret", "start": 3, "end": 8}, {"type": "wish", "start": 0, "end": 2}]]
    figures = span_figures(found, labelled)
    assert (figures["regret"].precision, figures["regret"].recall, figures["regret"].f1) == (
        1,
        1,
        1,
    )
    assert figures["own"].precision == 0
    assert figures["wish"].recall == 0
    groups = group_figures(figures, {"regret": "apology", "own": "empathy", "wish": "empathy"})
    assert groups["all"].f1 == pytest.approx(0.5)
    assert groups["empathy"].f1 == 0
