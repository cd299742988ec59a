"""Labelled replies with a stock sentence put in: what teaches a model not to be fooled by one.

The codebook says what such a sentence changes: it is formulaic empathy, a bare regret or minor
care at most, and never what the reply does. So the labels of the reply with it follow from those
without it.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from typing import Any

PLACES = ("before", "after", "either")
WHEN = ("any", "failure")
"""Whether a sentence fits any reply, or only one to an unhappy customer."""


def with_stock_sentences(
    items: Sequence[Mapping[str, Any]],
    sentences: Sequence[Mapping[str, Any]],
    *,
    share: float,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Put a stock sentence before or after some of the replies, and mend their labels.

    Parameters
    ----------
    items : sequence of mapping
        Labelled replies, `labels` by the codebook with spans as offsets.
    sentences : sequence of mapping
        Each with `text`, `place` (one of `PLACES`), `when` (one of `WHEN`), the grades `care`,
        `empathy` and `apology` that it has by itself (0 or 1), and `spans` (type and quote).
    share : float
        Of the replies that get one, 0 to 1.
    seed : int

    Returns
    -------
    list of dict
        As many as there were, in the same order; a reply without labels stays as it is.
    """
    draw = random.Random(seed)
    changed = []
    for item in items:
        fitting = [s for s in sentences if s["when"] == "any" or _unhappy(item)]
        if "labels" in item and fitting and draw.random() < share:
            sentence = draw.choice(fitting)
            before = sentence["place"] == "before" or (
                sentence["place"] == "either" and draw.random() < 0.5
            )
            changed.append(with_sentence(item, sentence, before=before))
        else:
            changed.append(dict(item))
    return changed


def with_sentence(
    item: Mapping[str, Any], sentence: Mapping[str, Any], *, before: bool
) -> dict[str, Any]:
    """Put one stock sentence before or after a reply, and mend its labels.

    Parameters
    ----------
    item, sentence : mapping
        See `with_stock_sentences`.
    before : bool
        Whether it comes first.
    """
    text, reply = sentence["text"], item["reply"]
    joined = f"{text} {reply}" if before else f"{reply} {text}"
    labels = copy.deepcopy(dict(item["labels"]))
    labels["roads"][1] = max(labels["roads"][1], sentence["care"])
    labels["expectations"][0] = max(labels["expectations"][0], sentence["care"])
    labels["empathy"] = max(labels["empathy"], sentence["empathy"])
    if sentence["apology"] and not labels["apology"]:
        labels["apology"], labels["apology_parts"] = 1, ["regret"]
    if sentence["empathy"] and labels["etc"][0] == -1:
        labels["etc"][0] = 0  # a loud feeling that had been passed over has its word
    moved = len(text) + 1 if before else 0
    own = [
        {**span, "start": span["start"] + moved, "end": span["end"] + moved}
        for span in labels["spans"]
    ]
    at = 0 if before else len(reply) + 1
    for name, quote in sentence["spans"]:
        start = at + text.index(quote)
        own.append({"type": name, "start": start, "end": start + len(quote), "text": quote})
    labels["spans"] = sorted(own, key=lambda span: (span["start"], span["end"]))
    return {**item, "reply": joined, "labels": labels}


def _unhappy(item: Mapping[str, Any]) -> bool:
    labels = item.get("labels", {})
    return bool(labels.get("stage") == "recovery" or labels.get("valence", 0) < 0)
