"""What replies and conversations are found by: "missed", "late promise", "recovered"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from empathy_score.insight.opportunity import in_stock_words
from empathy_score.insight.spoken import replies, spoken
from empathy_score.insight.voice import voice

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

BEST = 85.0
"""Score from which a reply that gave empathy when called for is one to learn from."""

PROMISES = ("kept", "late", "open")
"""What becomes of a promise; a flag of the reply that makes it, as in ``"late promise"``."""

LOOKS = ("missed", "best", "late promise", "unsure")
"""Flags of what deserves a look."""

REPLY_FLAGS = (
    "called for", "given", "in own words", "in stock words", "missed", "best",
    *(f"{became} promise" for became in PROMISES), "over-promised", "affect without action",
    "unsure",
)  # fmt: skip
TALK_FLAGS = ("failed", "recovered", "not recovered", "moment of truth")
TAGS = (*LOOKS, "failed", "recovered")
"""Flags that a conversation shows in the list."""


def reply_flags(scores: Scores, promises: pd.DataFrame) -> dict[str, list[int]]:
    """Give the rows of the replies that have each of `REPLY_FLAGS`, in the order of the turns.

    Parameters
    ----------
    scores : Scores
    promises : DataFrame
        From `empathy_score.insight.promises`.
    """
    said = replies(spoken(scores, ("opportunity", "score")))
    given, missed = said["opportunity"] == "given", said["opportunity"] == "missed"
    stock = in_stock_words(scores)
    which: dict[str, Any] = {
        "called for": given | missed,
        "given": given,
        "in own words": given & ~stock,
        "in stock words": stock,
        "missed": missed,
        "best": given & (said["score"] >= BEST),
        "over-promised": said.index.isin(promises.loc[promises["over_promised"], "row"]),
        "affect without action": voice(scores)["affect_without_action"],
        "unsure": said["needs_review"].eq(True) if "needs_review" in said else missed & False,
    }
    for became in PROMISES:
        made = promises.loc[promises["status"] == became, "row"]
        which[f"{became} promise"] = said.index.isin(made)
    return {name: said.index[which[name]].tolist() for name in REPLY_FLAGS}


def talk_flags(arc: pd.DataFrame) -> dict[str, list[int]]:
    """Give the numbers of the conversations that have each of `TALK_FLAGS`.

    Parameters
    ----------
    arc : DataFrame
        From `empathy_score.insight.arcs`.
    """
    which = {
        "failed": arc["failed"],
        "recovered": arc["recovered"],
        "not recovered": ~arc["recovered"],
        "moment of truth": arc["n_moments"] > 0,
    }
    return {name: arc.index[which[name].fillna(False).astype(bool)].tolist() for name in TALK_FLAGS}
