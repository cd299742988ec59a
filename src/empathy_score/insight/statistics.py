"""Intervals, shrinkage and change: what keeps a small sample from saying too much.

Replies of one conversation resemble each other, so every interval counts conversations, not
replies: the sample is made as much smaller as its conversations vary more than chance alone would
make them (Kish's design effect).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

LEVEL = 0.95
"""Share of intervals that should cover the truth."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """A share with its interval.

    Parameters
    ----------
    value, low, high : float
        0 to 1; NaN where there was nothing to count.
    n : int
        How many were counted.
    n_effective : float
        As many independent ones would say as much.
    """

    value: float
    low: float
    high: float
    n: int
    n_effective: float


def rate(hits: Any, clusters: Any, level: float = LEVEL) -> Rate:
    """Estimate a share with an interval that knows of clusters.

    Parameters
    ----------
    hits : array-like of bool, shape (n,)
    clusters : array-like, shape (n,)
        What each belongs to, such as its conversation.
    level : float, default 0.95

    Returns
    -------
    Rate
        Wilson's interval over the effective size.
    """
    x = np.asarray(hits, dtype=np.float64)
    if not len(x):
        return Rate(float("nan"), float("nan"), float("nan"), 0, 0.0)
    p = float(x.mean())
    n_effective = len(x) / design_effect(x, clusters)
    low, high = wilson(p, n_effective, level)
    return Rate(p, low, high, len(x), n_effective)


def design_effect(values: Any, clusters: Any) -> float:
    """Give how many times the variance of a mean exceeds that of independent values.

    Parameters
    ----------
    values : array-like of shape (n,)
    clusters : array-like of shape (n,)

    Returns
    -------
    float
        1 or more, never more than values to a cluster; from the variance between clusters
        (linearised ratio estimate). With values all alike it is what full dependence would give.
    """
    x = np.asarray(values, dtype=np.float64)
    _, place = np.unique(np.asarray(clusters), return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    k, n = len(sizes), len(x)
    most = float((sizes**2).sum() / n)  # all values of a cluster alike
    if k == n:
        return 1.0
    if k < 2:
        return max(most, 1.0)
    spread = float(x.var())
    if spread == 0:
        return max(most, 1.0)
    totals = np.bincount(place, weights=x - x.mean())
    between = float((totals**2).sum() * k / (k - 1) / n**2)
    return float(np.clip(between / (spread / n), 1.0, max(most, 1.0)))


def wilson(p: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Give Wilson's score interval of a share `p` of `n`, which need not be whole."""
    z = float(stats.norm.ppf(0.5 + level / 2))
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def mean_interval(values: Any, clusters: Any, level: float = LEVEL) -> tuple[float, float, float]:
    """Estimate a mean with Student's interval over clusters.

    Parameters
    ----------
    values : array-like of shape (n,)
        NaN is left out.
    clusters : array-like of shape (n,)
    level : float, default 0.95

    Returns
    -------
    mean, low, high : float
        The interval is NaN with fewer than two clusters.
    """
    x = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(x)
    x, owners = x[known], np.asarray(clusters)[known]
    nan = float("nan")
    if not len(x):
        return nan, nan, nan
    _, place = np.unique(owners, return_inverse=True)
    k, middle = int(place.max()) + 1, float(x.mean())
    if k < 2:
        return middle, nan, nan
    totals = np.bincount(place, weights=x - middle)
    error = float(np.sqrt((totals**2).sum() * k / (k - 1)) / len(x))
    half = float(stats.t.ppf(0.5 + level / 2, k - 1)) * error
    return middle, middle - half, middle + half


@dataclass(frozen=True)
class Shrunk:
    """Shares of several groups, drawn towards what they have in common.

    Parameters
    ----------
    value, low, high : ndarray of shape (n_groups,)
        Mean and interval of each group's posterior, 0 to 1.
    prior_mean, prior_size : float
        Mean of the groups, and how many observations it weighs as much as.
    """

    value: Floats
    low: Floats
    high: Floats
    prior_mean: float
    prior_size: float


def shrink(hits: Any, sizes: Any, level: float = LEVEL) -> Shrunk:
    """Draw shares of small groups towards the mean of all (hierarchical beta-binomial model).

    Parameters
    ----------
    hits, sizes : array-like of shape (n_groups,)
        How many of how many; effective sizes need not be whole.
    level : float, default 0.95

    Returns
    -------
    Shrunk
        What is not known of the groups' common mean and of how much they differ is averaged over,
        by how well each explains all groups: intervals are as wide as that doubt makes them.
    """
    x = np.asarray(hits, dtype=np.float64)
    n = np.asarray(sizes, dtype=np.float64)
    if n.sum() <= 0:
        nan = np.full(len(n), np.nan)
        return Shrunk(nan, nan, nan, float("nan"), float("nan"))
    means, priors = (grid.ravel() for grid in np.meshgrid(MEANS, PRIOR_SIZES))
    a, b = means * priors, (1 - means) * priors
    fit = np.zeros(len(a))
    for hit, size in zip(x, n, strict=True):
        fit += special.betaln(hit + a, size - hit + b) - special.betaln(a, b)
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    at = x[:, None] + a  # each group's posterior under each prior
    of = n[:, None] + a + b
    mean = (weight * at / of).sum(axis=1)
    square = (weight * at * (at + 1) / (of * (of + 1))).sum(axis=1)
    variance = np.maximum(square - mean**2, 1e-12)
    strength = np.maximum(mean * (1 - mean) / variance - 1, 1e-6)
    ends = (0.5 - level / 2, 0.5 + level / 2)
    low, high = (stats.beta.ppf(end, mean * strength, (1 - mean) * strength) for end in ends)
    return Shrunk(
        mean, np.asarray(low), np.asarray(high),
        float(weight @ means), float(np.exp(weight @ np.log(priors))),
    )  # fmt: skip


MEANS = special.expit(np.linspace(-6, 6, 61))
PRIOR_SIZES = np.geomspace(1, 2000, 25)
"""Common means, and weights of the prior in observations, that `shrink` averages over."""


FEWEST = 10
"""Clusters below which change cannot be told from noise."""


def trend(values: Any, times: Any, clusters: Any) -> tuple[float, float]:
    """Fit a straight line over time, with the error that clusters allow.

    Parameters
    ----------
    values : array-like of shape (n,)
    times : array-like of shape (n,)
        In any unit.
    clusters : array-like of shape (n,)

    Returns
    -------
    slope : float
        Of `values` to a unit of time; NaN where time does not vary.
    p_value : float
        Two-sided, that there is no change; NaN with fewer than `FEWEST` clusters or three times.
    """
    y, t = np.asarray(values, dtype=np.float64), np.asarray(times, dtype=np.float64)
    known = ~(np.isnan(y) | np.isnan(t))
    y, t, owners = y[known], t[known], np.asarray(clusters)[known]
    if not len(y) or t.min() == t.max():
        return float("nan"), float("nan")
    _, place = np.unique(owners, return_inverse=True)
    k = int(place.max()) + 1
    centred = t - t.mean()
    weight = float((centred**2).sum())
    slope = float((centred * y).sum() / weight)
    if k < FEWEST or len(np.unique(t)) < 3:
        return slope, float("nan")
    if abs(slope) * np.ptp(t) < 1e-9 * max(1.0, float(np.abs(y).max())):
        return 0.0, 1.0
    rest = y - y.mean() - slope * centred
    parts = np.bincount(place, weights=centred * rest)
    error = float(np.sqrt((parts**2).sum() * k / (k - 1)) / weight)
    if error == 0:
        return slope, 0.0
    return slope, float(2 * stats.t.sf(abs(slope) / error, k - 2))
