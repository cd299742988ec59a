"""Calibration: margins of the heads -> probabilities of the levels that mean what they say.

Fitted on margins of conversations that the heads did not see, and replaceable without touching
them. Each dimension has a list of scikit-learn `LogisticRegression`: one over all margins where it
is nominal; else one for each threshold or label (Platt scaling, with one input from each head).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension
from empathy_score.model.heads import from_margin_probabilities, n_margins, targets

Margins = Mapping[str, NDArray[np.float64]]
"""By dimension: shape (n_turns, n_heads, n_margins)."""

PENALTY = 10.0
"""Inverse strength of the calibrators' penalty."""


@dataclass(frozen=True)
class Calibration:
    """Calibrators of some dimensions.

    Parameters
    ----------
    estimators : mapping of str to list of LogisticRegression
        By dimension.
    """

    estimators: Mapping[str, list[Any]]

    def probabilities(
        self, dimension: Dimension, margins: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give calibrated probabilities of a dimension's levels.

        Parameters
        ----------
        dimension : Dimension
        margins : ndarray of shape (n_turns, n_heads, n_margins)

        Returns
        -------
        ndarray of shape (n_turns, n_levels)
            Each row sums to 1, but for a multilabel dimension.
        """
        if len(margins) == 0:
            return np.zeros((0, len(dimension.levels)))
        fitted = self.estimators[dimension.name]
        chances = [
            estimator.predict_proba(part)
            for estimator, part in zip(fitted, _inputs(dimension, margins), strict=True)
        ]
        if dimension.kind == "nominal":
            return np.asarray(chances[0], dtype=np.float64)
        return from_margin_probabilities(dimension, np.column_stack([c[:, 1] for c in chances]))


def n_calibrators(dimension: Dimension, n_heads: int) -> tuple[int, int]:
    """Give how many calibrators a dimension has, and how many inputs each."""
    margins = n_margins(dimension)
    return (1, n_heads * margins) if dimension.kind == "nominal" else (margins, n_heads)


def fit_calibration(
    margins: Margins,
    labels: Mapping[str, NDArray[np.int64]],
    dimensions: Sequence[Dimension],
    weights: NDArray[np.float64],
    prior: Calibration | None = None,
    prior_weight: float = 0.0,
) -> Calibration:
    """Fit calibrators on margins that no head was fitted to.

    Parameters
    ----------
    margins : mapping of str to ndarray of shape (n_turns, n_heads, n_margins)
        Of each dimension, from heads that did not see these conversations.
    labels : mapping of str to ndarray of shape (n_turns,)
        Index of the level; -1 where there is none.
    dimensions : sequence of Dimension
    weights : ndarray of shape (n_turns,)
    prior : Calibration, optional
        What is believed before the labels: as many pseudo-labels as `prior_weight` says, spread
        over the labelled turns, are given by it.
    prior_weight : float

    Returns
    -------
    Calibration
    """
    estimators: dict[str, list[Any]] = {}
    for dimension in dimensions:
        known = labels[dimension.name] >= 0
        m, w = margins[dimension.name][known], weights[known]
        goal = targets(dimension, labels[dimension.name][known])
        believed = None
        if prior is not None:
            believed = prior.probabilities(dimension, m)
            if dimension.kind == "ordinal":  # of at least each level
                believed = np.cumsum(believed[:, ::-1], axis=1)[:, -2::-1]
            elif dimension.kind == "binary":
                believed = believed[:, 1:]
        inputs = _inputs(dimension, m)
        if dimension.kind == "nominal":
            estimators[dimension.name] = [_fit(inputs[0], goal, believed, w, prior_weight)]
            continue
        estimators[dimension.name] = [
            _fit(part, _two(goal[:, k]), None if believed is None else _two(believed[:, k]), w,
                 prior_weight)
            for k, part in enumerate(inputs)
        ]  # fmt: skip
    return Calibration(estimators)


def _inputs(dimension: Dimension, margins: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Give what each calibrator of a dimension reads; shape (n_turns, n_inputs)."""
    if dimension.kind == "nominal":
        return [margins.reshape(len(margins), -1)]
    return [margins[:, :, k] for k in range(margins.shape[2])]


def _two(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([1 - chance, chance])


def _fit(
    m: NDArray[np.float64],
    goal: NDArray[np.float64],
    believed: NDArray[np.float64] | None,
    w: NDArray[np.float64],
    prior_weight: float,
) -> Any:
    """Fit one calibrator; half a pseudo-observation of each class keeps rare ones possible.

    `goal` and `believed` have a column a class; a row counts for each class by what it has there.
    """
    from sklearn.linear_model import LogisticRegression

    classes = np.arange(goal.shape[1])
    centre = np.repeat(m.mean(axis=0, keepdims=True), len(classes), axis=0)
    share = goal * w[:, None]
    if believed is not None:
        share = share + believed * prior_weight / len(m)
    rows = np.repeat(m, len(classes), axis=0)
    every = np.tile(classes, len(m))
    weight = share.ravel()
    counted = weight > 0
    return LogisticRegression(C=PENALTY, max_iter=1000).fit(
        np.vstack([rows[counted], centre]),
        np.concatenate([every[counted], classes]),
        sample_weight=np.concatenate([weight[counted], np.full(len(classes), 0.5)]),
    )
