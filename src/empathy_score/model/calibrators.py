"""Reads calibrators that `save_model` wrote without importing `skops`.

`skops.io` imports every estimator of scikit-learn to make its list of safe types: two seconds
before the first score, for a file that holds one type. What is not exactly as expected here is left
to `skops`, and to its list.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

_LIST = ("builtins", "list", "ListNode")
_DICT = ("builtins", "dict", "DictNode")
_PLAIN = ("builtins", "str", "JsonNode")
_ARRAY = ("numpy", "ndarray", "NdArrayNode")
_REGRESSION = ("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode")


def plain_calibrators(data: bytes) -> list[dict[str, list[Any]]] | None:
    """Read the calibrators of each part of a model.

    Parameters
    ----------
    data : bytes
        A file that `skops.io.dump` wrote.

    Returns
    -------
    list of dict of str to list of LogisticRegression, or None
        By part and dimension; None where the file holds anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [
                {
                    name: [_regression(node, archive) for node in _content(own, _LIST)]
                    for name, own in _content(part, _DICT).items()
                }
                for part in _content(json.loads(archive.read("schema.json")), _LIST)
            ]
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _kind(node: Mapping[str, Any]) -> tuple[str, str, str]:
    return node["__module__"], node["__class__"], node["__loader__"]


def _content(node: Mapping[str, Any], kind: tuple[str, str, str]) -> Any:
    """Give what a node holds, which must be of a kind."""
    if _kind(node) != kind:
        raise ValueError("another kind of node")
    return node["content"]


def _regression(node: Mapping[str, Any], archive: zipfile.ZipFile) -> Any:
    from sklearn.linear_model import LogisticRegression

    state = _content(_content(node, _REGRESSION), _DICT)
    regression = LogisticRegression()
    regression.__setstate__({name: _value(one, archive) for name, one in state.items()})
    return regression


def _value(node: Mapping[str, Any], archive: zipfile.ZipFile) -> Any:
    if _kind(node) == _ARRAY:
        return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    return json.loads(_content(node, _PLAIN))
