"""Intervals cover the truth as often as they say, also where replies come in conversations."""

import numpy as np
import pytest
from scipy import stats

from empathy_score.insight.statistics import (
    design_effect,
    mean_interval,
    rate,
    shrink,
    trend,
    wilson,
)

DRAWS = 500


def clustered(rng, p, k=60, size=5, spread=1.0):
    """Draw hits in clusters whose own rates vary around `p`; one value each, and its cluster."""
    own = rng.beta(p * spread * 4, (1 - p) * spread * 4, k)
    sizes = rng.poisson(size, k) + 1
    clusters = np.repeat(np.arange(k), sizes)
    return rng.random(len(clusters)) < own[clusters], clusters


def test_wilson_has_its_textbook_value():
    low, high = wilson(0.5, 10)
    assert (low, high) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_rate_covers_the_truth_at_its_rate_over_500_draws_of_clustered_replies():
    rng = np.random.default_rng(1)
    covered, naive = 0, 0
    for _ in range(DRAWS):
        hits, clusters = clustered(rng, 0.3)
        found = rate(hits, clusters)
        covered += found.low <= 0.3 <= found.high
        low, high = wilson(found.value, found.n)
        naive += low <= 0.3 <= high
    assert stats.binomtest(covered, DRAWS, 0.95).pvalue > 0.001, covered
    assert naive / DRAWS < 0.9  # what counting replies as independent would give


def test_mean_interval_covers_the_truth_at_its_rate_over_500_draws():
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(DRAWS):
        clusters = np.repeat(np.arange(30), rng.poisson(3, 30) + 1)
        values = rng.normal(50, 5, 30)[clusters] + rng.normal(0, 10, len(clusters))
        _, low, high = mean_interval(values, clusters)
        covered += low <= 50 <= high
    assert stats.binomtest(covered, DRAWS, 0.95).pvalue > 0.001, covered


def test_shrunk_intervals_cover_the_truth_of_groups_at_their_rate():
    rng = np.random.default_rng(3)
    covered, asked = 0, 0
    for _ in range(DRAWS):
        truth = rng.beta(6, 14, 25)
        sizes = rng.integers(5, 80, 25)
        found = shrink(rng.binomial(sizes, truth), sizes)
        covered += int(((found.low <= truth) & (truth <= found.high)).sum())
        asked += 25
    assert 0.93 <= covered / asked <= 0.97


def test_a_small_group_is_drawn_further_to_the_mean_than_a_large_one():
    found = shrink([3, 300, 100, 20], [3, 300, 400, 200])
    assert found.value[0] < found.value[1]
    assert found.value[1] > 0.95


def test_groups_that_differ_by_chance_alone_get_nearly_the_same_share():
    rng = np.random.default_rng(5)
    sizes = np.full(40, 10)
    found = shrink(rng.binomial(sizes, 0.4), sizes)
    raw = rng.binomial(sizes, 0.4) / sizes
    assert np.ptp(found.value) < np.ptp(raw) / 3


def test_nothing_counted_is_nan_not_zero():
    assert np.isnan(rate([], []).value)
    assert np.isnan(shrink([0, 0], [0, 0]).value).all()
    assert np.isnan(mean_interval([], [])[0])


def test_design_effect_is_one_where_each_has_a_cluster_of_its_own():
    assert design_effect([0, 1, 1, 0], [1, 2, 3, 4]) == 1
    assert design_effect([0, 0, 1, 1], [1, 1, 2, 2]) == pytest.approx(2)


def test_trend_tells_change_from_noise():
    rng = np.random.default_rng(4)
    weeks = np.repeat(np.arange(20), 10)
    conversations = np.arange(len(weeks)) // 2
    false = 0
    for _ in range(DRAWS):
        own = rng.normal(0, 1, conversations.max() + 1)
        _, p = trend(own[conversations] + rng.normal(0, 1, len(weeks)), weeks, conversations)
        false += p < 0.05
    assert false / DRAWS < 0.085
    slope, p = trend(0.3 * weeks + rng.normal(0, 1, len(weeks)), weeks, conversations)
    assert slope == pytest.approx(0.3, abs=0.05)
    assert p < 0.001
