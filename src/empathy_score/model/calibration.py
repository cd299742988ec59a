"""Calibration: margins of a head -> probabilities of the levels that mean what they say.

Fitted on margins of conversations that the head did not see, and replaceable without touching the
heads. Each dimension has a list of scikit-learn `LogisticRegression`: one over all margins where
it is nominal, one for each threshold (Platt scaling) where it is ordered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension


@dataclass(frozen=True)
class Calibration:
    """Calibrators of the dimensions of one role.

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
        margins : ndarray of shape (n_turns, n_margins)

        Returns
        -------
        ndarray of shape (n_turns, n_levels)
            Each row sums to 1.
        """
        if len(margins) == 0:
            return np.zeros((0, len(dimension.levels)))
        fitted = self.estimators[dimension.name]
        if dimension.kind == "nominal":
            return np.asarray(fitted[0].predict_proba(margins), dtype=np.float64)
        reached = np.column_stack(
            [np.ones(len(margins))]
            + [estimator.predict_proba(margins[:, [k]])[:, 1] for k, estimator in enumerate(fitted)]
            + [np.zeros(len(margins))]
        )
        reached = np.minimum.accumulate(reached, axis=1)  # at least 2 implies at least 1
        return -np.diff(reached, axis=1)


def fit_calibration(
    margins: Mapping[str, NDArray[np.float64]],
    labels: Mapping[str, NDArray[np.int64]],
    dimensions: tuple[Dimension, ...],
    weights: NDArray[np.float64] | None = None,
) -> Calibration:
    """Fit calibrators on margins that no head was fitted to.

    Parameters
    ----------
    margins : mapping of str to ndarray of shape (n_turns, n_margins)
        Margins of each dimension, from heads that did not see these conversations.
    labels : mapping of str to ndarray of shape (n_turns,)
        Index of the level; -1 where there is none.
    dimensions : tuple of Dimension
    weights : ndarray of shape (n_turns,), optional

    Returns
    -------
    Calibration
    """
    estimators: dict[str, list[Any]] = {}
    for dimension in dimensions:
        index = labels[dimension.name]
        known = index >= 0
        m, level = margins[dimension.name][known], index[known]
        w = np.ones(len(m)) if weights is None else weights[known]
        if dimension.kind == "nominal":
            estimators[dimension.name] = [_fit(m, level, np.arange(len(dimension.levels)), w)]
        else:
            estimators[dimension.name] = [
                _fit(m[:, [k]], (level > k).astype(np.int64), np.arange(2), w)
                for k in range(m.shape[1])
            ]
    return Calibration(estimators)


def _fit(
    m: NDArray[np.float64],
    target: NDArray[np.int64],
    classes: NDArray[np.int64],
    w: NDArray[np.float64],
) -> Any:
    """Fit one calibrator; half a pseudo-observation of each class keeps rare ones possible."""
    from sklearn.linear_model import LogisticRegression

    centre = np.repeat(m.mean(axis=0, keepdims=True), len(classes), axis=0)
    return LogisticRegression(C=10.0, max_iter=1000).fit(
        np.vstack([m, centre]),
        np.concatenate([target, classes]),
        sample_weight=np.concatenate([w, np.full(len(classes), 0.5)]),
    )
