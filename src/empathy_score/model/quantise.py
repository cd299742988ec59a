"""Weights as eight-bit integers with a scale for every 64: a quarter of the size.

An encoder is kept so from the moment it is made, so that what is fitted on it, what is saved and
what is loaded again are the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = ".scale"
"""Ending of the name of a matrix's scales."""

GROUP = 64
"""Neighbours in a row that share a scale."""

Arrays = Mapping[str, NDArray[Any]]


def quantise(weights: Arrays) -> dict[str, NDArray[Any]]:
    """Round matrices to integers of -127 to 127, each `GROUP` of a row with its own scale.

    Parameters
    ----------
    weights : mapping of str to ndarray
        32-bit floats.

    Returns
    -------
    dict of str to ndarray
        For each matrix an int8 array of its name, and float32 scales of its name and `SCALE`, of
        shape (n_rows, n_groups). Vectors, and matrices whose rows are no whole groups, stay.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in weights.items():
        whole = array.astype(np.float32)
        if whole.ndim != 2 or whole.shape[1] % GROUP:
            arrays[name] = whole
            continue
        grouped = whole.reshape(len(whole), -1, GROUP)
        scale = np.abs(grouped).max(axis=2) / np.float32(127)
        scale[scale == 0] = 1
        arrays[name] = np.rint(grouped / scale[:, :, None]).astype(np.int8).reshape(whole.shape)
        arrays[name + SCALE] = scale
    return arrays


def restore(arrays: Arrays) -> dict[str, NDArray[np.float32]]:
    """Give the 32-bit weights that `quantise` stands for."""
    weights = {}
    for name, array in arrays.items():
        if name.endswith(SCALE) and name.removesuffix(SCALE) in arrays:
            continue
        scale = arrays.get(name + SCALE)
        whole = array.astype(np.float32)
        if scale is not None:
            grouped = whole.reshape(len(whole), -1, GROUP)
            grouped *= scale[:, :, None]
        weights[name] = whole
    return weights
