"""Timing and voice: warm at the ends, competent in the middle; "I" and "we"; what was asked.

Sources: Packard, Li & Berger 2024 (when warmth and competence help); Packard, Moore & McFerran
2018 ("I" beats "we"); Packard & Berger 2021 (concrete words); Clark et al. 2013 (affect without
action works least).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.insight.opportunity import group_keys
from empathy_score.insight.spoken import once, replies, spoken
from empathy_score.insight.statistics import mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from empathy_score.scores import Scores

STAGES = ("start", "middle", "end")

_ACTION = (
    r"(?:['’](?:ll|ve|m)|\s+(?:will|have|am|can|just|already|now|also|did))*\s+"
    r"(?:check|look|send|sent|refund|credit|call|spoke|speak|ask|raise|report|fix|repair|chase|arrange|"
    r"book|cancel|waive|remove|reset|update|follow|replac|process|issu|escalat|pass|forward|order|"
    r"contact|add|chang|found|find|sort|make|made|put|done)\w*"
)
_I = re.compile(rf"\bi{_ACTION}", re.IGNORECASE)
_WE = re.compile(rf"\bwe{_ACTION.replace('(?:ll|ve|m)', '(?:ll|ve|re)')}", re.IGNORECASE)


def voice(scores: Scores) -> pd.DataFrame:
    """Describe how each reply speaks.

    Parameters
    ----------
    scores : Scores
        Of a model with `care`, `empathy`, `problem_solving`, `teach`, `cognitive_control` and
        `behavioural_control`.

    Returns
    -------
    DataFrame
        Index: rows of replies. `conversation`, `conversation_id`, the grouping columns of the
        table; `part`: ``"start"``, ``"middle"`` or ``"end"``, its place among the conversation's
        replies (a missing value where there are fewer than three); `warmth`: care, 0 to 2;
        `competence`: the larger of problem solving and teaching, 0 to 2; `i_actions`,
        `we_actions`: clauses in which "I" or "we" do something; `affect_without_action`: empathy
        of 1 or more while nothing is solved, taught or put into the customer's hands; `answers`:
        closeness of the reply's words to those of the customer's turns that it answers, 0 to 1
        (cosine of TF-IDF over word stems; NaN where they said nothing).
    """
    return _voice(scores).copy()


@once
def _voice(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    needs = ("care", "empathy", "problem_solving", "teach", "cognitive_control",
             "behavioural_control")  # fmt: skip
    turns = spoken(scores, needs)
    said = replies(turns)
    place = said.groupby("conversation").cumcount()
    size = said.groupby("conversation")["place"].transform("size")
    part = pd.Series("middle", index=said.index, dtype=object)
    part[place == size - 1] = "end"
    part[place == 0] = "start"
    dry = (
        (said["problem_solving"] < 0.5) & (said["teach"] < 0.5)
        & (said["cognitive_control"] < 0.25) & (said["behavioural_control"] < 0.25)
    )  # fmt: skip
    kept = [n for n in ("conversation", "conversation_id", "company", "agent_id", "channel")
            if n in said]  # fmt: skip
    return said[kept].assign(
        part=part.where(size >= len(STAGES), None),
        warmth=said["care"].astype(float),
        competence=said[["problem_solving", "teach"]].astype(float).max(axis=1),
        i_actions=[len(_I.findall(text)) for text in said["text"]],
        we_actions=[len(_WE.findall(text)) for text in said["text"]],
        affect_without_action=(said["empathy"] >= 1) & dry,
        answers=_answers(turns),
    )


def voice_by(scores: Scores, by: str = "agent_id") -> pd.DataFrame:
    """Sum the voice of replies up by group.

    Parameters
    ----------
    scores : Scores
    by : str, default "agent_id"

    Returns
    -------
    DataFrame
        Index: the groups. `n_replies`; `warmth_start`, `warmth_end`, `competence_middle` (0 to 2);
        `i_share`: of the clauses in which "I" or "we" act, those with "I"; `affect_without_action`:
        share of replies; `answers`, with `answers_low` and `answers_high` (95 %).
    """
    import pandas as pd

    spoke = _voice(scores)
    column = spoken(scores)[[by]] if by not in spoke and by in scores.table else None
    said = spoke if column is None else spoke.join(column)
    rows: list[dict[str, Any]] = []
    for (name,), own in said.groupby(group_keys(said, by, None), sort=True):
        acts = own["i_actions"].sum() + own["we_actions"].sum()
        answers, low, high = mean_interval(own["answers"], own["conversation"])
        rows.append({
            by: name, "n_replies": len(own),
            "warmth_start": own.loc[own["part"] == "start", "warmth"].mean(),
            "warmth_end": own.loc[own["part"] == "end", "warmth"].mean(),
            "competence_middle": own.loc[own["part"] == "middle", "competence"].mean(),
            "i_share": own["i_actions"].sum() / acts if acts else float("nan"),
            "affect_without_action": own["affect_without_action"].mean(),
            "answers": answers, "answers_low": low, "answers_high": high,
        })  # fmt: skip
    columns = [by, "n_replies", "warmth_start", "warmth_end", "competence_middle", "i_share",
               "affect_without_action", "answers", "answers_low", "answers_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).set_index(by)


def _answers(turns: pd.DataFrame) -> NDArray[np.float64]:
    """Give, for each reply, how close its words are to those that it answers."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    said: list[str] = []
    asked: list[str] = []
    conversation, waiting, replied = None, "", True
    for number, role, text in zip(turns["conversation"], turns["role"], turns["text"], strict=True):
        if number != conversation:
            conversation, waiting, replied = number, "", True
        if role == "customer":
            waiting, replied = (text if replied else f"{waiting} {text}"), False
        else:
            said.append(text)
            asked.append(waiting)
            replied = True
    nan = np.full(len(said), np.nan)
    if not said:
        return nan
    try:
        both = TfidfVectorizer(analyzer=_stems, sublinear_tf=True).fit_transform([*said, *asked])
    except ValueError:  # no word but stop words
        return nan
    one, two = both[: len(said)], both[len(said) :]
    close: NDArray[np.float64] = np.asarray(one.multiply(two).sum(axis=1), dtype=np.float64).ravel()
    close = np.clip(close, 0, 1)
    close[[not text for text in asked]] = np.nan
    return close


def _stems(text: str) -> list[str]:
    """Give the first six letters of each word that means something by itself."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return [word[:6] for word in words if word not in ENGLISH_STOP_WORDS]
