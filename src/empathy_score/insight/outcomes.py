"""Customer math: which conversations end won, lost or unchanged, and whom to call.

Source: "Do customer math", "Call lost customers", "Call loyal customers" (on Godin's four roads).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.insight.arc import arcs
from empathy_score.insight.spoken import by_conversation, once, replies, spoken
from empathy_score.insight.statistics import LEVEL, mean_interval, rate
from empathy_score.insight.wording import says_thanks, says_they_are_loyal, says_they_leave

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

GAIN = 0.75
"""Rise of valence, on -2 to 2, that wins a customer who ends at 0 or above."""

BITTER = -0.75
"""Valence at the end from which a customer who does not rise is lost."""

GLAD = ("joy", "gratitude")

STRICT = 0.9975
"""Level of the interval that a clear difference must exclude 0 at: .95 shared by twenty signals."""

FEWEST = 5
"""Conversations on each side below which no difference is clear."""


def outcomes(scores: Scores) -> pd.DataFrame:
    """Say how each conversation ended for the customer.

    Parameters
    ----------
    scores : Scores
        Of a model with the dimensions that `arcs` needs.

    Returns
    -------
    DataFrame
        One row a conversation, index: its number. `conversation_id`;
        `outcome`: ``"lost"`` where the customer says they leave and is not glad afterwards, or ends
        at `BITTER` or below without having risen, after a reply; ``"won"`` where they rose by
        `GAIN` or more to 0 or above, or thank after something failed and end above 0; else
        ``"unchanged"``; missing where no customer turn was judged; `why`: one line; `quote_row`:
        row of the turn that says it;
        `leaves`, `thanks`: whether their words say so; `loyal`: whether their words speak of years,
        or they are glad from first to last. What they do afterwards, the transcript does not show.
    """
    return _outcomes(scores).copy()


@once
def _outcomes(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    turns = spoken(scores)
    arc = arcs(scores)
    rows = {}
    for number, own in by_conversation(turns, "role", "text", "feeling", "valence"):
        asked = [(row, text, feeling, v) for row, role, text, feeling, v in own
                 if role == "customer"]  # fmt: skip
        roles = [role for _, role, *_ in own]
        answered = "agent" in roles and "customer" in roles[roles.index("agent") :]
        if asked:
            rows[number] = _outcome(asked, bool(arc["failed"][number]), answered)
    columns = ["outcome", "why", "quote_row", "leaves", "thanks", "loyal"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame = arc[["conversation_id"]].join(frame)
    frame["quote_row"] = frame["quote_row"].astype("Int64")
    for name in ("leaves", "thanks", "loyal"):
        frame[name] = frame[name].astype("boolean")
    return frame


def _outcome(asked: list[tuple[Any, ...]], failed: bool, answered: bool) -> dict[str, Any]:
    """Judge how the customer's turns (row, text, feeling, valence) end."""
    felt = [turn for turn in asked if turn[3] == turn[3]]
    leaving = [row for row, text, _, v in asked if not v > 0 and says_they_leave(text)]
    thanking = [row for row, text, _, v in asked if v > 0 and says_thanks(text)]
    if not felt:
        return {"outcome": None, "why": None, "quote_row": None, "leaves": bool(leaving),
                "thanks": False, "loyal": False}  # fmt: skip
    start, (last, _, _, end) = felt[0][3], felt[-1]
    shift = end - start
    glad = all(v > 0 for *_, v in felt) and any(feeling in GLAD for _, _, feeling, _ in felt)
    rows = [row for row, *_ in felt]
    after = felt[rows.index(leaving[-1]) + 1 :] if leaving and leaving[-1] in rows else []
    if leaving and not any(v > 0 for *_, v in after):
        outcome, why, quote = "lost", "says that they leave", leaving[-1]
    elif answered and end <= BITTER and shift < GAIN / 2:
        outcome, why, quote = "lost", f"ends at {end:+.1f}", last
    elif shift >= GAIN and end >= 0:
        outcome, why, quote = "won", f"rose by {shift:.1f} to {end:+.1f}", last
    elif thanking and failed and end > 0:
        outcome, why, quote = "won", "thanks after a failure", thanking[-1]
    else:
        outcome, why, quote = "unchanged", f"ends at {end:+.1f}", last
    return {
        "outcome": outcome, "why": why, "quote_row": quote, "leaves": bool(leaving),
        "thanks": bool(thanking),
        "loyal": glad or any(says_they_are_loyal(text) for _, text, *_ in asked),
    }  # fmt: skip


def lost_against_won(scores: Scores) -> pd.DataFrame:
    """Set what the replies of lost conversations have in common against those of won ones.

    Returns
    -------
    DataFrame
        Index: each signal of replies (road shares, levels, opportunity missed, score). `lost`,
        `won`: means over replies; `difference`, won less lost, with `low` and `high` (95 %,
        conversations counted); `clear`: an interval at `STRICT`, for many signals are compared,
        excludes 0, and each side has `FEWEST` conversations or more. Differences are no proof of
        cause.
    """
    import pandas as pd

    turns = spoken(scores)
    said = replies(turns)
    ended = outcomes(scores)["outcome"].reindex(said["conversation"]).to_numpy()
    signals = {f"share_{road}": said["road"].eq(road).where(said["road"].notna()).astype(float)
               for road in ("learn", "care", "teach", "go_away", "none")}  # fmt: skip
    if "opportunity" in said:
        called = said["opportunity"].isin(["given", "missed"])
        signals["opportunity_missed"] = said["opportunity"].eq("missed").astype(float).where(called)
    kinds = ("ordinal", "binary")
    names = [d.name for d in scores.dimensions if d.role == "agent" and d.kind in kinds]
    signals |= {name: said[name].astype(float) for name in [*names, "score"] if name in said}
    rows = []
    for name, values in signals.items():
        sides = {}
        for kind in ("lost", "won"):
            chosen = ended == kind
            own, talks = values[chosen], said["conversation"][chosen]
            own, talks = own[own.notna()], talks[own.notna()]
            sides[kind] = [_interval(own, talks, name, level) for level in (LEVEL, STRICT)]
            sides[kind].append((talks.nunique(),) * 3)
        (lost, lost_strict, few), (won, won_strict, fewer) = sides["lost"], sides["won"]
        low, high = _difference(lost, won)
        strict = _difference(lost_strict, won_strict)
        enough = min(few[0], fewer[0]) >= FEWEST
        rows.append({
            "signal": name, "lost": lost[0], "won": won[0], "difference": won[0] - lost[0],
            "low": low, "high": high, "clear": bool(enough and (strict[0] > 0 or strict[1] < 0)),
        })  # fmt: skip
    return pd.DataFrame(rows).set_index("signal")


_Interval = tuple[float, float, float]


def _interval(values: pd.Series, talks: pd.Series, name: str, level: float) -> _Interval:
    """Estimate a signal's mean on one side, with its interval."""
    if name.startswith(("share_", "opportunity_")):
        found = rate(values, talks, level)
        return found.value, found.low, found.high
    return mean_interval(values, talks, level)


def _difference(lost: _Interval, won: _Interval) -> tuple[float, float]:
    """Give the interval of won less lost (method of variance estimates recovery)."""
    difference = won[0] - lost[0]
    down = np.hypot(won[0] - won[1], lost[2] - lost[0])
    up = np.hypot(won[2] - won[0], lost[0] - lost[1])
    return float(difference - down), float(difference + up)


def worth_a_call(scores: Scores, n: int = 5, since: Any = None) -> pd.DataFrame:
    """Name the lost and the loyal customers whom it is worth calling, with the reason.

    Parameters
    ----------
    scores : Scores
    n : int, default 5
        How many of each.
    since : datetime-like, optional
        Only conversations that ended at that time or later, by `timestamp`.

    Returns
    -------
    DataFrame
        `kind` (``"lost"`` or ``"loyal"``), `conversation_id`, `row`, `quote` (their own words) and
        `reason`. Lost: those who say that they leave or speak of years first, then the lowest end.
        Loyal: those who speak of years and end glad, then those won back, then the highest end.
    """
    import pandas as pd

    turns = spoken(scores)
    ended = outcomes(scores).join(arcs(scores)[["valence_end", "failed"]])
    if since is not None:
        last = pd.to_datetime(turns.groupby("conversation")["time"].max(), unit="s", utc=True)
        stamp = pd.Timestamp(since)
        stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp
        ended = ended[last.reindex(ended.index) >= stamp]
    lost = ended[ended["outcome"] == "lost"]
    lost = lost.assign(rank=-2.0 * lost["leaves"].astype(float) - lost["loyal"].astype(float)
                       + lost["valence_end"])  # fmt: skip
    glad = ended[(ended["outcome"] != "lost") & (ended["valence_end"] > 0)
                 & (ended["loyal"] | (ended["outcome"] == "won"))]  # fmt: skip
    won = (glad["outcome"] == "won").astype(float)
    glad = glad.assign(rank=-2.0 * glad["loyal"].astype(float) - won - glad["valence_end"])
    rows: list[dict[str, Any]] = []
    for kind, part in (("lost", lost), ("loyal", glad)):
        for _, one in part.sort_values("rank", kind="stable").head(n).iterrows():
            reasons = [str(one["why"])] + ["a long-standing or glad customer"] * bool(one["loyal"])
            rows.append({"kind": kind, "conversation_id": one["conversation_id"],
                         "row": one["quote_row"], "quote": turns["text"].get(one["quote_row"]),
                         "reason": "; ".join(reasons)})  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", "conversation_id", "row", "quote", "reason"])
