"""Labelled replies from files: written ones whole, public ones by stand-off labels.

Public texts may not be copied into the project: their labels are kept by id, with the first 12
digits of the reply's SHA-1, and joined with the texts where those are at hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from empathy_score.errors import LabelError


def read_items(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def join_labels(
    items: Iterable[Mapping[str, Any]], labels: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Put stand-off labels on the texts that they were given to.

    Parameters
    ----------
    items : iterable of mapping
        With `id`, `context` and `reply`.
    labels : iterable of mapping
        With `id`, `sha1` and `labels`.

    Returns
    -------
    list of dict
        The labelled items, with `labels`.

    Raises
    ------
    LabelError
        Where a label's text is not there or not the one that was labelled.
    """
    by_id = {item["id"]: item for item in items}
    joined = []
    for entry in labels:
        item = by_id.get(entry["id"])
        if item is None:
            raise LabelError(f"no text for the label of {entry['id']!r}")
        if hashlib.sha1(item["reply"].encode()).hexdigest()[:12] != entry["sha1"]:
            raise LabelError(f"the text of {entry['id']!r} is not the one that was labelled")
        joined.append({**item, "labels": entry["labels"]})
    return joined
