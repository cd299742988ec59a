"""Linear heads: one row of features -> margins for every dimension, in one product.

A nominal dimension has one margin a level (multinomial logistic regression). An ordered one has
one margin a threshold, for "at least this level" (cumulative logistic regression), so that its
levels stay ordered. One with several labels has one margin a label.
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
    return len(dimension.levels) - (dimension.kind in ("ordinal", "binary"))


def targets(dimension: Dimension, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what the margins of a dimension are to tell: one column a margin, 0 or 1.

    Parameters
    ----------
    dimension : Dimension
    index : ndarray of shape (n,)
        Index of the level, 0 or more; of a multilabel dimension, the sum of 2 to the power of
        each level's place.

    Returns
    -------
    ndarray of shape (n, n_margins(dimension))
    """
    places = np.arange(n_margins(dimension))
    if dimension.kind == "nominal":
        found = index[:, None] == places
    elif dimension.kind == "multilabel":
        found = (index[:, None] >> places) & 1 == 1
    else:
        found = index[:, None] > places
    return np.asarray(found, dtype=np.float64)


def level_probabilities(dimension: Dimension, margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn margins into probabilities of the levels, before any calibration.

    Parameters
    ----------
    dimension : Dimension
    margins : ndarray of shape (n, n_margins(dimension))

    Returns
    -------
    ndarray of shape (n, n_levels)
        Rows sum to 1, but for a multilabel dimension, whose levels are apart.
    """
    from scipy.special import expit, softmax

    if dimension.kind == "nominal":
        chances: NDArray[np.float64] = softmax(margins, axis=1)
        return chances
    return from_margin_probabilities(dimension, expit(margins))


def from_margin_probabilities(
    dimension: Dimension, reached: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Turn the probability of each margin, of any kind but nominal, into those of the levels."""
    if dimension.kind == "multilabel":
        return reached
    ends = np.ones((len(reached), 1))
    steps = np.minimum.accumulate(np.hstack([ends, reached, 0 * ends]), axis=1)
    return -np.diff(steps, axis=1)  # at least 2 implies at least 1


@dataclass(frozen=True)
class Heads:
    """Coefficients of all heads that read the same features, side by side.

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

    def margins(self, X: csr_matrix | NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Give the margins of each dimension.

        Parameters
        ----------
        X : csr_matrix or ndarray of shape (n_turns, n_features)

        Returns
        -------
        dict of str to ndarray of shape (n_turns, n_margins(dimension))
        """
        every = _product(X, self.coefficients.astype(np.float64)) + self.intercepts
        sizes = np.cumsum([n_margins(dimension) for dimension in self.dimensions])[:-1]
        parts = np.split(every, sizes, axis=1)
        return {d.name: part for d, part in zip(self.dimensions, parts, strict=True)}

    def only(self, dimensions: Sequence[Dimension]) -> Heads:
        """Give the heads of some of the dimensions."""
        ends = np.cumsum([0, *(n_margins(d) for d in self.dimensions)])
        kept = [i for i, d in enumerate(self.dimensions) if d in dimensions]
        columns = np.concatenate([np.arange(ends[i], ends[i + 1]) for i in kept])
        return Heads(
            tuple(self.dimensions[i] for i in kept),
            self.coefficients[:, columns],
            self.intercepts[columns],
        )


ROWS_AT_ONCE = 64


def _product(
    X: csr_matrix | NDArray[np.float64], coefficients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Multiply; dense rows in blocks of one size, since kernels round by the block's shape."""
    if not isinstance(X, np.ndarray):
        return np.asarray(X @ coefficients)
    result = np.empty((len(X), coefficients.shape[1]))
    block = np.zeros((ROWS_AT_ONCE, X.shape[1]))
    for start in range(0, len(X), ROWS_AT_ONCE):
        part = X[start : start + ROWS_AT_ONCE]
        block[: len(part)] = part
        result[start : start + len(part)] = (block @ coefficients)[: len(part)]
    return result


def fit_heads(
    X: csr_matrix | NDArray[np.float64],
    labels: Mapping[str, NDArray[np.int64]],
    dimensions: Sequence[Dimension],
    *,
    C: float,
    weights: NDArray[np.float64],
    base: Heads | None = None,
) -> Heads:
    """Fit heads by logistic regression.

    Parameters
    ----------
    X : csr_matrix or ndarray of shape (n_turns, n_features)
    labels : mapping of str to ndarray of shape (n_turns,)
        Index of the level in each dimension; -1 where a turn has no label for it.
    dimensions : sequence of Dimension
    C : float
        Inverse of the penalty's strength.
    weights : ndarray of shape (n_turns,)
        Weight of each turn.
    base : Heads, optional
        Heads over the same features to begin with. A guess from what they say is read beside the
        features, hardly penalised, and folded in afterwards, so that a dimension that they lack
        leans on those that they have; one that they have is moved by as much as its labels weigh
        against `BASE_LABELS`.

    Returns
    -------
    Heads
    """
    columns: list[NDArray[np.float64]] = []
    intercepts: list[NDArray[np.float64]] = []
    said = None if base is None else base.margins(X)
    for dimension in dimensions:
        known = labels[dimension.name] >= 0
        if not known.any():  # a fold may have none: its margins say nothing
            columns.append(np.zeros((X.shape[1], n_margins(dimension))))
            intercepts.append(np.zeros(n_margins(dimension)))
            continue
        goal = targets(dimension, labels[dimension.name][known])
        fit = _multinomial if dimension.kind == "nominal" else _binary
        if base is None or said is None:
            coefficient, intercept = fit(X[known], goal, C, weights[known])
        else:
            lean = _lean(base, said, dimension, goal, known, weights)
            guess = X[known] @ lean[0] + lean[1]
            coefficient, intercept = fit(_beside(X[known], guess), goal, C, weights[known])
            coefficient, intercept = _folded(coefficient, intercept, lean)
            if dimension in base.dimensions:
                share = float(known.sum()) / (known.sum() + BASE_LABELS)
                old = base.only([dimension])
                coefficient = share * coefficient + (1 - share) * old.coefficients
                intercept = share * intercept + (1 - share) * old.intercepts
        columns.append(coefficient)
        intercepts.append(intercept)
    return Heads(
        tuple(dimensions), np.hstack(columns).astype(np.float32), np.concatenate(intercepts)
    )


BASE_LABELS = 200.0
"""Labels that weigh as much as what a base's head says of its own dimension."""

TRUST = 10.0
"""Factor of a base's guess beside the features: so large that leaning on it costs little."""

C_LEAN = 0.5
"""Inverse strength of the penalty where a base's margins alone are read."""

Fitted = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Coefficients and intercepts."""


def _lean(
    base: Heads,
    said: Mapping[str, NDArray[np.float64]],
    dimension: Dimension,
    goal: NDArray[np.float64],
    known: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> Fitted:
    """Guess a dimension from what a base says: of it, or where it lacks it, of all that it has.

    Returns
    -------
    Coefficients and intercepts over the features that the base reads.
    """
    own = base.only([dimension]) if dimension in base.dimensions else base
    M = np.hstack([said[d.name] for d in own.dimensions])[known]
    middle, spread = M.mean(axis=0), M.std(axis=0)
    spread[spread == 0] = 1.0
    fit = _multinomial if dimension.kind == "nominal" else _binary
    W, intercept = fit((M - middle) / spread, goal, C_LEAN, weights[known])
    W = W / spread[:, None]
    coefficients = own.coefficients.astype(np.float64) @ W
    return coefficients, intercept + (own.intercepts - middle) @ W


def _beside(
    X: csr_matrix | NDArray[np.float64], guess: NDArray[np.float64]
) -> csr_matrix | NDArray[np.float64]:
    """Put a guess beside the features."""
    if isinstance(X, np.ndarray):
        return np.hstack([X, TRUST * guess])
    from scipy.sparse import csr_matrix, hstack

    return csr_matrix(hstack([X, csr_matrix(TRUST * guess)]))


def _folded(
    coefficients: NDArray[np.float64], intercepts: NDArray[np.float64], lean: Fitted
) -> Fitted:
    """Give what was fitted beside a guess as coefficients over the features alone."""
    width = len(lean[0])
    own, relied = coefficients[:width], TRUST * coefficients[width:]
    return own + lean[0] @ relied, intercepts + lean[1] @ relied


def _regression(C: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=C, max_iter=400, tol=1e-3)


def _multinomial(X: Any, goal: NDArray[np.float64], C: float, w: NDArray[np.float64]) -> Fitted:
    """Fit all levels at once; one that no turn has stays out of reach."""
    coefficient = np.zeros((X.shape[1], goal.shape[1]))
    intercept = np.full(goal.shape[1], -NEVER)
    level = goal.argmax(axis=1)
    present = np.unique(level)
    if len(present) == 1:
        intercept[present[0]] = NEVER
        return coefficient, intercept
    fitted = _regression(C).fit(X, level, sample_weight=w)
    if len(present) == 2:  # scikit-learn keeps one column for two classes
        coefficient[:, present[1]] = fitted.coef_[0]
        intercept[present] = [0.0, fitted.intercept_[0]]
    else:
        coefficient[:, present] = fitted.coef_.T
        intercept[present] = fitted.intercept_
    return coefficient, intercept


def _binary(X: Any, goal: NDArray[np.float64], C: float, w: NDArray[np.float64]) -> Fitted:
    """Fit each threshold or label on its own."""
    coefficient = np.zeros((X.shape[1], goal.shape[1]))
    intercept = np.zeros(goal.shape[1])
    for k, reached in enumerate(goal.T):
        if reached.all() or not reached.any():
            intercept[k] = NEVER if reached.all() else -NEVER
            continue
        fitted = _regression(C).fit(X, reached, sample_weight=w)
        coefficient[:, k] = fitted.coef_[0]
        intercept[k] = fitted.intercept_[0]
    return coefficient, intercept
