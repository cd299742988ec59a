"""Linear heads: one row of features -> margins for every dimension of a role, in one product.

A nominal dimension has one margin a level (multinomial logistic regression). An ordered one has
one margin a threshold, for "at least this level" (cumulative logistic regression), so that its
levels stay ordered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEVER = 8.0
"""Margin of a level that no training label has: a probability of about 3 in 10,000."""


def n_margins(dimension: Dimension) -> int:
    """Give how many margins a dimension has."""
    return len(dimension.levels) - (dimension.kind != "nominal")


@dataclass(frozen=True)
class Heads:
    """Coefficients of all heads of one role, side by side.

    Parameters
    ----------
    dimensions : tuple of Dimension
        In the order of their columns.
    coefficients : ndarray of shape (n_features, n_margins), float32
    intercepts : ndarray of shape (n_margins,), float64
    """

    dimensions: tuple[Dimension, ...]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float64]

    def margins(self, X: csr_matrix) -> dict[str, NDArray[np.float64]]:
        """Give the margins of each dimension.

        Parameters
        ----------
        X : csr_matrix of shape (n_turns, n_features)

        Returns
        -------
        dict of str to ndarray of shape (n_turns, n_margins(dimension))
        """
        every = np.asarray(X @ self.coefficients.astype(np.float64)) + self.intercepts
        sizes = np.cumsum([n_margins(dimension) for dimension in self.dimensions])[:-1]
        parts = np.split(every, sizes, axis=1)
        return {d.name: part for d, part in zip(self.dimensions, parts, strict=True)}


def fit_heads(
    X: csr_matrix,
    labels: Mapping[str, NDArray[np.int64]],
    dimensions: Sequence[Dimension],
    *,
    C: float = 1.0,
    weights: NDArray[np.float64] | None = None,
) -> Heads:
    """Fit the heads of one role.

    Parameters
    ----------
    X : csr_matrix of shape (n_turns, n_features)
    labels : mapping of str to ndarray of shape (n_turns,)
        Index of the level in each dimension; -1 where a turn has no label for it.
    dimensions : sequence of Dimension
    C : float, default 1.0
        Inverse of the penalty's strength.
    weights : ndarray of shape (n_turns,), optional
        Weight of each turn.

    Returns
    -------
    Heads
    """
    columns: list[NDArray[np.float64]] = []
    intercepts: list[float] = []
    weight = np.ones(X.shape[0]) if weights is None else weights
    for dimension in dimensions:
        index = labels[dimension.name]
        known = index >= 0
        rows, level, w = X[known], index[known], weight[known]
        if dimension.kind == "nominal":
            coefficient, intercept = _multinomial(rows, level, len(dimension.levels), C, w)
        else:
            coefficient, intercept = _cumulative(rows, level, len(dimension.levels), C, w)
        columns.append(coefficient)
        intercepts.extend(intercept)
    return Heads(
        tuple(dimensions), np.hstack(columns).astype(np.float32), np.array(intercepts, dtype=float)
    )


def _regression(C: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=C, max_iter=400, tol=1e-3)


def _multinomial(
    X: csr_matrix, level: NDArray[np.int64], n_levels: int, C: float, w: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[float]]:
    coefficient = np.zeros((X.shape[1], n_levels))
    intercept = np.full(n_levels, -NEVER)
    present = np.unique(level)
    if len(present) == 1:
        intercept[present[0]] = NEVER
        return coefficient, intercept.tolist()
    fitted = _regression(C).fit(X, level, sample_weight=w)
    if len(present) == 2:  # scikit-learn keeps one column for two classes
        coefficient[:, present[1]] = fitted.coef_[0]
        intercept[present] = [0.0, fitted.intercept_[0]]
    else:
        coefficient[:, present] = fitted.coef_.T
        intercept[present] = fitted.intercept_
    return coefficient, intercept.tolist()


def _cumulative(
    X: csr_matrix, level: NDArray[np.int64], n_levels: int, C: float, w: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[float]]:
    coefficient = np.zeros((X.shape[1], n_levels - 1))
    intercept = np.zeros(n_levels - 1)
    for threshold in range(1, n_levels):
        reached = level >= threshold
        if reached.all() or not reached.any():
            intercept[threshold - 1] = NEVER if reached.all() else -NEVER
            continue
        fitted = _regression(C).fit(X, reached, sample_weight=w)
        coefficient[:, threshold - 1] = fitted.coef_[0]
        intercept[threshold - 1] = fitted.intercept_[0]
    return coefficient, intercept.tolist()
