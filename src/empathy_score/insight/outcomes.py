"""Customer math: which conversations end won, lost or unchanged, and whom to call.

Source: "Do customer math", "Call lost customers", "Call loyal customers" (on Godin's four roads).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.insight.arc import arcs
from empathy_score.insight.spoken import by_conversation, replies, spoken
from empathy_score.insight.statistics import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

OUTCOMES = ("won", "lost", "unchanged")

GAIN = 0.75
"""Rise of valence, on -2 to 2, that wins a customer who ends at 0 or above."""

BITTER = -0.75
"""Valence at the end from which a customer who does not rise is lost."""

GLAD = ("joy", "gratitude")

_LEAVE = re.compile(
    r"\b(?:cancel(?:l?ing|led)?(?: (?:my|the|our|this))? (?:account|subscription|contract|"
    r"membership|policy|service|plan|everything)|"
    r"(?:i(?:['’]m| am)|we(?:['’]re| are)|i(?:['’]ll| will)) "
    r"(?:\w+ ){0,2}(?:cancel\w*|leav\w+|switch\w*|going elsewhere|go elsewhere|mov\w+ to|"
    r"done with)|never (?:\w+ ){0,3}again|uninstall\w*|please close (?:mine|my|our|the)|"
    r"(?:clos\w+|delet\w+) (?:my|our|the) account|opened an account (?:there|with)|"
    r"tak\w+ (?:my|our) (?:business|money|custom) elsewhere|last (?:time|order|straw|purchase)|"
    r"los(?:t|ing) (?:a|another|me|my|our) (?:\w+ )?(?:customer|business|custom)|"
    r"(?:chang|switch)\w* (?:providers?|banks?|suppliers?|carriers?|companies)|"
    r"(?:rang|called|joined|signed up (?:with|to)|moved to|gone (?:with|to)|going (?:with|to)) "
    r"(?:your |a |another |the )?(?:competitor|rival|\w+ instead)|"
    r"(?:i(?:['’]m| am)|we(?:['’]re| are)) (?:out|off|gone)\b|"
    r"won['’]?t (?:be )?(?:buy|us|com|order|fly|stay|shop|return|renew)\w*|"
    r"not (?:be )?(?:renewing|coming back|ordering|using you|shopping) )",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|cheers|appreciate (?:it|that|you|your)|much appreciated|"
    r"you(?:['’]re| are) (?:a star|the best|amazing)|life ?saver|grateful)\b",
    re.IGNORECASE,
)
_SARCASM = re.compile(r"\bthanks? (?:for nothing|a lot for|so much for nothing)|no thanks\b", re.I)
_YEARS = re.compile(
    r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|many|twenty) years?\b|\bloyal\b|"
    r"\balways (?:buy|use|shop|fly|stay)\b|\blong[- ](?:time|standing)\b|\blove you\b",
    re.IGNORECASE,
)


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
        at `BITTER` or below without having risen; ``"won"`` where they rose by `GAIN` or more to 0
        or above, or thank after something failed and end above 0; else ``"unchanged"``; missing
        where no customer turn was judged; `why`: one line; `quote_row`: row of the turn that
        says it;
        `leaves`, `thanks`: whether their words say so; `loyal`: whether their words speak of years,
        or they are glad from first to last. What they do afterwards, the transcript does not show.
    """
    import pandas as pd

    turns = spoken(scores)
    arc = arcs(scores)
    rows = {}
    for number, own in by_conversation(turns, "role", "text", "feeling", "valence"):
        asked = [(row, text, feeling, v) for row, role, text, feeling, v in own
                 if role == "customer"]  # fmt: skip
        if asked:
            rows[number] = _outcome(asked, bool(arc["failed"][number]))
    columns = ["outcome", "why", "quote_row", "leaves", "thanks", "loyal"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame = arc[["conversation_id"]].join(frame)
    frame["quote_row"] = frame["quote_row"].astype("Int64")
    for name in ("leaves", "thanks", "loyal"):
        frame[name] = frame[name].astype("boolean")
    return frame


def _outcome(asked: list[tuple[Any, ...]], failed: bool) -> dict[str, Any]:
    """Judge how the customer's turns (row, text, feeling, valence) end."""
    felt = [turn for turn in asked if turn[3] == turn[3]]
    leaving = [row for row, text, *_ in asked if _LEAVE.search(text)]
    thanking = [row for row, text, _, v in asked
                if v > 0 and _THANKS.search(text) and not _SARCASM.search(text)]  # fmt: skip
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
    elif end <= BITTER and shift < GAIN / 2:
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
        "loyal": glad or any(_YEARS.search(text) for _, text, *_ in asked),
    }  # fmt: skip


def lost_against_won(scores: Scores) -> pd.DataFrame:
    """Set what the replies of lost conversations have in common against those of won ones.

    Returns
    -------
    DataFrame
        Index: each signal of replies (road shares, levels, opportunity missed, score). `lost`,
        `won`: means over replies; `difference`, won less lost, with `low` and `high` (95 %,
        conversations counted); `clear`: the interval excludes 0. Differences are no proof of cause.
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
        one: dict[str, Any] = {"signal": name}
        errors = []
        for kind in ("lost", "won"):
            chosen = ended == kind
            mean, low, high = mean_interval(values[chosen], said["conversation"][chosen])
            one[kind] = mean
            errors.append((high - low) / 2)
        half = float(np.hypot(errors[0], errors[1]))
        difference = one["won"] - one["lost"]
        rows.append({**one, "difference": difference, "low": difference - half,
                     "high": difference + half, "clear": bool(abs(difference) > half)})  # fmt: skip
    return pd.DataFrame(rows).set_index("signal")


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
