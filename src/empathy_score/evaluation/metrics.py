"""How good the scores are: agreement, calibration and marker figures against labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.conversation import Marker
from empathy_score.dimensions import Dimension

ECE_BINS = 10


Counts = NDArray[np.int64]
"""How often each item is counted, as a bootstrap draws them; shape (n,)."""


def kappa(
    true: NDArray[np.int64],
    given: NDArray[np.int64],
    *,
    n_levels: int,
    quadratic: bool,
    counts: Counts | None = None,
) -> float:
    """Cohen's kappa, with quadratic weights where the levels are ordered; NaN if undefined.

    Parameters
    ----------
    true, given : ndarray of shape (n,)
        Indices of levels.
    n_levels : int
        How many levels there are, those that nobody chose included.
    quadratic : bool
        Whether a disagreement counts by the square of its distance.
    counts : ndarray of shape (n,), optional
        How often each item counts; once by default.
    """
    from sklearn.metrics import cohen_kappa_score

    there = slice(None) if counts is None else counts > 0
    if len(np.unique(np.concatenate([true[there], given[there]]))) < 2:
        return float("nan")
    return float(
        cohen_kappa_score(
            true, given, labels=np.arange(n_levels),
            weights="quadratic" if quadratic else None, sample_weight=counts,
        )
    )  # fmt: skip


def agreement(
    dimension: Dimension,
    probabilities: NDArray[np.float64],
    true: NDArray[np.int64],
    counts: Counts | None = None,
) -> float:
    """Give the kappa of the levels that a user would read off the probabilities.

    Quadratic where the dimension is ordered; the mean over labels where there are several; NaN if
    undefined.

    Parameters
    ----------
    dimension : Dimension
    probabilities : ndarray of shape (n, n_levels)
    true : ndarray of shape (n,)
        Indices of levels, none of them -1.
    counts : ndarray of shape (n,), optional
        How often each item counts.
    """
    given = chosen_level(dimension, probabilities)
    if dimension.kind == "multilabel":
        pairs = [((true >> i) & 1, (given >> i) & 1) for i in range(len(dimension.levels))]
        values = [kappa(t, g, n_levels=2, quadratic=False, counts=counts) for t, g in pairs]
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
    ordered = dimension.kind == "ordinal"
    n_levels = len(dimension.levels)
    return kappa(true, given, n_levels=n_levels, quadratic=ordered, counts=counts)


def macro_f1(
    dimension: Dimension,
    probabilities: NDArray[np.float64],
    true: NDArray[np.int64],
    counts: Counts | None = None,
) -> float:
    """Give the mean F1 over the levels that occur in `true`; over labels where there are several.

    Parameters
    ----------
    dimension : Dimension
    probabilities : ndarray of shape (n, n_levels)
    true : ndarray of shape (n,)
        Indices of levels, none of them -1.
    counts : ndarray of shape (n,), optional
        How often each item counts.
    """
    from sklearn.metrics import f1_score

    given = chosen_level(dimension, probabilities)
    there = slice(None) if counts is None else counts > 0
    if dimension.kind == "multilabel":
        places = np.arange(len(dimension.levels))
        true, given = (true[:, None] >> places) & 1, (given[:, None] >> places) & 1
        labels = np.flatnonzero(true[there].any(axis=0))
    else:
        labels = np.unique(true[there])
    if not len(labels):
        return float("nan")
    score = f1_score(
        true, given, labels=labels, average="macro", zero_division=0.0, sample_weight=counts
    )
    return float(score)


def expected_calibration_error(
    dimension: Dimension,
    probabilities: NDArray[np.float64],
    true: NDArray[np.int64],
    bins: int = ECE_BINS,
) -> float:
    """Mean gap between confidence in the most probable level and its accuracy.

    Parameters
    ----------
    dimension : Dimension
    probabilities : ndarray of shape (n, n_levels)
    true : ndarray of shape (n,)
        Indices of levels.
    bins : int
        Bins of equal width over confidence 0 to 1.

    Returns
    -------
    float
        0 to 1; 0 is calibrated. Source: Naeini, Cooper & Hauskrecht 2015.
    """
    confidence, correct = certainty(dimension, probabilities, true)
    gaps = (
        abs(confidence[inside].mean() - correct[inside].mean()) * inside.mean()
        for inside in in_bins(confidence, bins)
    )
    return float(sum(gaps))


def certainty(
    dimension: Dimension, probabilities: NDArray[np.float64], true: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the probability of the most probable level, and whether it is the right one.

    Where there are several labels, of each label of each item.
    """
    if dimension.kind == "multilabel":
        wanted = (true[:, None] >> np.arange(len(dimension.levels))) & 1 == 1
        sure = np.maximum(probabilities, 1 - probabilities).ravel()
        return sure, ((probabilities > 0.5) == wanted).ravel()
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == true


def in_bins(confidence: NDArray[np.float64], bins: int = ECE_BINS) -> list[NDArray[np.bool_]]:
    """Give which items lie in each bin of equal width over 0 to 1, empty bins left out."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [place == b for b in range(bins) if (place == b).any()]


def chosen_level(dimension: Dimension, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the index of the level that a user would read off the scores.

    The most probable level; for an ordered dimension the expected level, rounded; for several
    labels all that are more probable than not, as `heads.targets` counts them.
    """
    if dimension.kind == "multilabel":
        places = np.arange(len(dimension.levels), dtype=np.int64)
        chosen: NDArray[np.int64] = ((probabilities > 0.5).astype(np.int64) << places).sum(axis=1)
        return chosen
    if dimension.kind != "ordinal":
        best: NDArray[np.int64] = probabilities.argmax(axis=1)
        return best
    expected = probabilities @ np.arange(len(dimension.levels), dtype=np.float64)
    nearest: NDArray[np.int64] = np.floor(expected + 0.5).astype(np.int64)
    return nearest


@dataclass(frozen=True)
class SpanFigures:
    """Overlap figures of marker spans: a span is right where one of its type overlaps it."""

    given: int
    right: int
    wanted: int
    found: int

    @property
    def precision(self) -> float:
        """Share of the given spans that overlap a labelled one; NaN if none was given."""
        return self.right / self.given if self.given else float("nan")

    @property
    def recall(self) -> float:
        """Share of the labelled spans that a given one overlaps; NaN if none was labelled."""
        return self.found / self.wanted if self.wanted else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN if none was labelled."""
        if not self.wanted:
            return float("nan")
        p, r = self.precision if self.given else 0.0, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


Labelled = Sequence[Mapping[str, Any]]
"""Labelled spans of one reply: mappings with `type`, `start`, `end`."""


def span_figures(
    found: Iterable[Sequence[Marker]], labelled: Iterable[Labelled]
) -> dict[str, SpanFigures]:
    """Compare marker spans with labelled ones.

    Parameters
    ----------
    found : iterable of sequences of Marker
        One sequence a reply.
    labelled : iterable of sequences of mapping
        The labelled spans of the same replies.

    Returns
    -------
    dict of str to SpanFigures
        By marker type.
    """
    counts: dict[str, Counter[str]] = {}
    for markers, spans in zip(found, labelled, strict=True):
        for marker in markers:
            own = counts.setdefault(marker.type, Counter())
            own["given"] += 1
            own["right"] += any(_overlap(marker, span) for span in spans)
        for span in spans:
            own = counts.setdefault(span["type"], Counter())
            own["wanted"] += 1
            own["found"] += any(_overlap(marker, span) for marker in markers)
    return {
        name: SpanFigures(c["given"], c["right"], c["wanted"], c["found"])
        for name, c in counts.items()
    }


def group_figures(
    figures: Mapping[str, SpanFigures], groups: Mapping[str, str]
) -> dict[str, SpanFigures]:
    """Add figures up by group of marker types, and over all as ``"all"``."""
    sums: dict[str, list[int]] = {}
    for name, f in figures.items():
        for group in (groups.get(name, name), "all"):
            parts = (f.given, f.right, f.wanted, f.found)
            sums[group] = [a + b for a, b in zip(sums.get(group, [0] * 4), parts, strict=True)]
    return {group: SpanFigures(*total) for group, total in sums.items()}


def _overlap(marker: Marker, span: Mapping[str, Any]) -> bool:
    start, end = int(span["start"]), int(span["end"])
    return marker.type == span["type"] and marker.start < end and start < marker.end
