"""The arc of a conversation: the customer's valence, its moments of truth, failure and recovery.

Sources: moments of truth, Carlzon (1987), by way of journey mapping; recovery, Zemke & Bell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.headline import CALLING
from empathy_score.insight.spoken import by_conversation, once, spoken

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

MOMENT = 0.75
"""Change of valence between two customer turns, on -2 to 2, from which it is a moment of truth."""

FAILED_VALENCE = -0.5
"""Valence below which a customer who is angry, anxious or disappointed was failed by something."""

WORKED_ON = 0.5
"""Expected level from which a reply deals with a failure."""

NEEDS = ("valence", "feeling", "stage", "recovery", "apology", "problem_solving")


def arcs(scores: Scores) -> pd.DataFrame:
    """Give the arc of each conversation.

    Parameters
    ----------
    scores : Scores
        Of a model with `valence`, `feeling`, `stage`, `recovery`, `apology` and `problem_solving`.

    Returns
    -------
    DataFrame
        One row a conversation, in order of first appearance, index: its number.

        - `conversation_id`
        - `valence_start`, `valence_end`, `valence_shift`, `valence_lowest` (-2 to 2, of judged
          customer turns; NaN where there is none)
        - `lowest_row`: row of the turn where it is lowest (missing where there is none)
        - `failed`: whether something failed: a customer's turn that is angry, anxious or
          disappointed with valence below `FAILED_VALENCE`, or a reply at the stage `recovery` to a
          customer who is not glad
        - `dealt_with`: whether a reply after that apologises, repairs or helps; missing where
          nothing failed
        - `recovered`: whether the customer came back to 0 or above afterwards; missing where
          nothing failed, the customer was never below 0, or said nothing after a reply to it
        - `n_moments`: moments of truth
    """
    return _arcs(scores).copy()


@once
def _arcs(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    turns = spoken(scores, NEEDS)
    names = {number: own[0][1] for number, own in by_conversation(turns, "conversation_id")}
    rows = [
        {"conversation": number, "conversation_id": names[number], **_arc(own)}
        for number, own in by_conversation(turns, "role", *NEEDS)
    ]
    columns = ["conversation", "conversation_id", *_arc([])]
    frame = pd.DataFrame(rows, columns=columns).set_index("conversation")
    for name in ("failed", "dealt_with", "recovered"):
        frame[name] = frame[name].astype("boolean")
    frame["lowest_row"] = frame["lowest_row"].astype("Int64")
    return frame


_Turn = tuple[Any, ...]
"""Row, role, and the values of `NEEDS`."""


def _arc(own: list[_Turn]) -> dict[str, Any]:
    nan = float("nan")
    felt = [(row, v) for row, role, v, *_ in own if role == "customer" and v == v]
    found: dict[str, Any] = {
        "valence_start": nan, "valence_end": nan, "valence_shift": nan, "valence_lowest": nan,
        "lowest_row": None, "failed": False, "dealt_with": None, "recovered": None, "n_moments": 0,
    }  # fmt: skip
    if felt:
        valence = [v for _, v in felt]
        lowest = int(np.argmin(valence))
        found |= {
            "valence_start": valence[0],
            "valence_end": valence[-1],
            "valence_shift": valence[-1] - valence[0],
            "valence_lowest": valence[lowest],
            "lowest_row": felt[lowest][0],
            "n_moments": sum(abs(b - a) >= MOMENT for a, b in pairwise(valence)),
        }
    failure = _failure(own)
    if failure is not None:
        found |= {"failed": True, **_after(own, failure)}
    return found


def _failure(own: list[_Turn]) -> int | None:
    """Give the place, among a conversation's turns, of the first sign that something failed."""
    glad = False
    for place, (_, role, valence, feeling, stage, *_) in enumerate(own):
        if role == "customer":
            if feeling in CALLING and valence < FAILED_VALENCE:
                return place
            glad = valence > 0
        elif stage == "recovery" and not glad:
            return place
    return None


def _after(own: list[_Turn], failure: int) -> dict[str, bool | None]:
    """Say whether a failure was dealt with, and whether the customer came back."""
    rest = own[failure:]
    answers = [turn for turn in rest if turn[1] == "agent"]
    dealt = any(level >= WORKED_ON for turn in answers for level in turn[5:])
    first = own.index(answers[0]) if answers else len(own)
    before = [turn[2] for turn in own[:first] if turn[1] == "customer" and turn[2] < 0]
    after = [turn[2] for turn in own[first:] if turn[1] == "customer" and turn[2] == turn[2]]
    return {"dealt_with": dealt, "recovered": after[-1] >= 0 if before and after else None}


def moments_of_truth(scores: Scores) -> pd.DataFrame:
    """Give the turns where a customer's valence changed most, and the reply beside each.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    DataFrame
        One row a moment, the largest change first: `conversation_id`; `row`, of the customer's
        turn; `before`, `after` (valence, -2 to 2) and `change`; `reply_row`, of the last reply
        before it (missing where there is none), its `road` and `agent_id` (where the table has
        one). A change of less than `MOMENT` is none.
    """
    import pandas as pd

    turns = spoken(scores, ("valence", "road"))
    agent = ["agent_id"] if "agent_id" in turns else []
    found: list[dict[str, Any]] = []
    values = ("conversation_id", "role", "valence", "road", *agent)
    for _, own in by_conversation(turns, *values):
        before: float = float("nan")
        reply: tuple[Any, ...] | None = None
        for turn in own:
            row, name, role, valence, *_ = turn
            if role == "agent":
                reply = turn
            elif valence == valence:
                if abs(valence - before) >= MOMENT:
                    found.append({
                        "conversation_id": name, "row": row, "before": before, "after": valence,
                        "change": valence - before,
                        **dict(zip(("reply_row", *values), reply or (), strict=False)),
                    })  # fmt: skip
                before, reply = valence, None
    columns = ["conversation_id", "row", "before", "after", "change", "reply_row", "road", *agent]
    frame = pd.DataFrame(found, columns=columns)
    frame["reply_row"] = frame["reply_row"].astype("Int64")
    order = frame["change"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)
