"""Worked values."""

import numpy as np
import pytest

from empathy_score import Dimension, Marker
from empathy_score.evaluation import (
    dimension_figures,
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


def test_macro_f1():
    assert macro_f1(np.array([0, 0, 1]), np.array([0, 0, 0])) == pytest.approx(0.4)


def test_expected_calibration_error():
    p = np.array([[0.75, 0.25]] * 4)
    assert expected_calibration_error(p, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert expected_calibration_error(p, np.array([1, 1, 1, 1])) == pytest.approx(0.75)


def test_dimension_figures_leave_unlabelled_turns_out():
    dimension = Dimension("x", "agent", "ordinal", (0, 1, 2), "", "")
    p = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], dtype=float)
    figures = dimension_figures(dimension, p, np.array([0, 2, 1, -1]))
    assert (figures.n, figures.kappa, figures.macro_f1, figures.ece) == (3, 1, 1, 0)


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
