"""`Scores` -> the numbers and sentences of the report, each with the filter that traces it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from empathy_score.dimensions import ROADS
from empathy_score.insight import (
    arcs,
    canned_phrases,
    canned_share,
    discounted_empathy,
    lost_against_won,
    moments_of_truth,
    opportunities,
    outcomes,
    promises,
    road_changes,
    road_mix,
    standing,
    voice,
    voice_by,
)
from empathy_score.insight.spoken import replies, spoken
from empathy_score.insight.statistics import rate
from empathy_score.report.flags import reply_flags, talk_flags

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

NAMES = {
    "learn": "learn from the customer", "care": "care", "teach": "teach", "go_away": "go away",
    "none": "no road",
}  # fmt: skip

GROUPS = ("agent_id", "team", "company", "channel", "topic")
"""Columns that figures are broken down and conversations filtered by, where a table has them."""

MOST = 200
"""Groups listed at most, those with most replies first."""

PHRASES = 50
"""Canned phrases listed at most, the most used first."""

_GIVEN = ("called", "given", "stock", "missed", "rate", "own_rate", "own_low", "own_high")
_DAY = "%Y-%m-%d"


@dataclass(frozen=True)
class Trace:
    """A number or a name, and what selects the replies or conversations behind it.

    Parameters
    ----------
    text : str
        As shown.
    filter : dict of str to str
        By field of the page's form; empty where nothing stands behind it.
    """

    text: str
    filter: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One card of the page: a share, its interval and a sentence.

    Parameters
    ----------
    label : str
    value : Trace
    share, low, high : float
        0 to 1; NaN where nothing was counted.
    sentence : tuple of str or Trace
        What it says, in plain words.
    """

    label: str
    value: Trace
    share: float
    low: float
    high: float
    sentence: tuple[str | Trace, ...]


@dataclass(frozen=True)
class Findings:
    """All that the page says, apart from the conversations.

    Parameters
    ----------
    lead : tuple of str or Trace
        The roads in one sentence.
    mix : DataFrame
        Index: roads. `replies`, how many are on each; `share` with `low` and `high`.
    headline : list of Figure
    groups : dict of str to DataFrame
        For each grouping column one row a group, best score first; see `_group`.
    period : Series
        Index: rows of replies; the start of the period that each is in, as text.
    periods : DataFrame
        Index: periods; replies on each road, and `_GIVEN` of `opportunities`.
    changes : tuple of str or Trace
        What changes over time beyond noise, in words.
    arcs, outcomes, promises, moments, canned, contrasts : DataFrame
    reply_flags, talk_flags : dict of str to list of int
        Rows of replies, and numbers of conversations, that have each flag.
    """

    lead: tuple[str | Trace, ...]
    mix: pd.DataFrame
    headline: list[Figure]
    groups: dict[str, pd.DataFrame]
    period: pd.Series
    periods: pd.DataFrame
    changes: tuple[str | Trace, ...]
    arcs: pd.DataFrame
    outcomes: pd.DataFrame
    promises: pd.DataFrame
    moments: pd.DataFrame
    canned: pd.DataFrame
    contrasts: pd.DataFrame
    reply_flags: dict[str, list[int]]
    talk_flags: dict[str, list[int]]


def findings(scores: Scores) -> Findings:
    """Work the figures of the report out."""
    said = judged(scores)
    mix = road_mix(scores, by=None)[["share", "low", "high"]]
    mix.insert(0, "replies", said["road"].value_counts().reindex(mix.index, fill_value=0))
    arc, ended, made = arcs(scores), outcomes(scores), promises(scores)
    every = _every(said)
    period = _starts(said["time"], every)
    given = opportunities(scores, by=None, every=every) if period.notna().any() else None
    periods = _with_given(_by_road(said, period), given)
    return Findings(
        lead=_lead(mix),
        mix=mix,
        headline=[_opportunity(scores), _recovery(arc), *_won_and_lost(ended["outcome"])],
        groups={name: _group(scores, name) for name in GROUPS if _worth(said, name)},
        period=period,
        periods=periods,
        changes=_changes(scores) if len(periods) > 1 else (),
        arcs=arc,
        outcomes=ended,
        promises=made,
        moments=moments_of_truth(scores),
        canned=canned_phrases(scores).head(PHRASES),
        contrasts=lost_against_won(scores),
        reply_flags=reply_flags(scores, made),
        talk_flags=talk_flags(arc),
    )


def judged(scores: Scores) -> pd.DataFrame:
    """Give the replies that were scored: those that the page counts."""
    said = replies(spoken(scores, ("road",)))
    return said[said["road"].notna()]


def percent(share: float) -> str:
    """Write a share of 0 to 1 as the page does; a dash where there is none."""
    return "–" if np.isnan(share) else f"{share:.0%}"


def _lead(mix: pd.DataFrame) -> tuple[str | Trace, ...]:
    shares = mix["share"].drop("none").fillna(0)
    if shares.max() <= 0:
        return ("No reply is on one of the four roads.",)
    road = str(shares.idxmax())
    share = Trace(percent(shares[road]), {"road": road})
    if road == "go_away":
        return ("Mostly go away: ", share, " of replies deflect the customer without help.")
    left = Trace(percent(shares["go_away"]), {"road": "go_away"})
    return (f"Mostly {NAMES[road]}: ", share, " of replies. ", left,
            " tell the customer to go away.")  # fmt: skip


def _opportunity(scores: Scores) -> Figure:
    one = opportunities(scores, by=None).iloc[0]
    share, low, high = one["own_rate"], one["own_low"], one["own_high"]
    if not one["n_opportunities"]:
        return _unknown("Empathy given", "No customer called for empathy.")
    own = Trace(percent(share), {"flag": "in own words"})
    parts: list[str | Trace] = [
        Trace(f"{one['n_opportunities']:.0f}", {"flag": "called for"}),
        " replies were to upset customers; ", Trace(f"{one['missed']:.0f}", {"flag": "missed"}),
        " showed none",
    ]  # fmt: skip
    if one["stock"]:
        parts += [", ", Trace(f"{one['stock']:.0f}", {"flag": "in stock words"}),
                  " stock words only"]  # fmt: skip
    return Figure("Empathy given", own, share, low, high, (*parts, "."))


def _recovery(arc: pd.DataFrame) -> Figure:
    failed = arc["failed"].fillna(False)
    known = arc["recovered"][failed & arc["recovered"].notna()].astype(float)
    found = rate(known, known.index)
    came = Trace(f"{failed.sum()}", {"flag": "failed"})
    if not found.n:
        return _unknown("Recovered", came, " conversations failed; none shows its end.")
    sentence = (
        "Something failed in ", came, " conversations. ",
        Trace(f"{known.sum():.0f}", {"flag": "recovered"}), " customers came back from it, ",
        Trace(f"{(1 - known).sum():.0f}", {"flag": "not recovered"}), " did not.",
    )  # fmt: skip
    value = Trace(percent(found.value), {"flag": "recovered"})
    return Figure("Recovered", value, found.value, found.low, found.high, sentence)


def _won_and_lost(ended: pd.Series) -> list[Figure]:
    known = ended[ended.notna()]
    shown = []
    for name, says in (("won", " customers came round, or thanked after a failure."),
                       ("lost", " customers said that they leave, or ended bitter.")):  # fmt: skip
        found = rate((known == name).astype(float), known.index)
        if not found.n:
            shown.append(_unknown(name.title(), "No customer's words were judged."))
            continue
        wanted = {"outcome": name}
        sentence = (Trace(f"{(known == name).sum()}", wanted), says)
        value = Trace(percent(found.value), wanted)
        shown.append(Figure(name.title(), value, found.value, found.low, found.high, sentence))
    return shown


def _unknown(label: str, *sentence: str | Trace) -> Figure:
    nan = float("nan")
    return Figure(label, Trace("–"), nan, nan, nan, sentence)


def _worth(said: pd.DataFrame, name: str) -> bool:
    """Tell whether a column parts the replies into groups that can be compared."""
    if name not in said:
        return False
    values = said[name].dropna()
    plain = values.map(lambda v: isinstance(v, str | int | float | bool)).all()
    return bool(plain) and 1 < values.nunique() <= max(MOST, len(values) // 5)


def _group(scores: Scores, name: str) -> pd.DataFrame:
    """Compare the groups of a column, best score first.

    Returns
    -------
    DataFrame
        `replies` and one count for each road; `score`, `low`, `high`, `score_shrunk`, `few` of
        `standing`; `_GIVEN` of `opportunities`; the columns of `voice_by`; `dry`, how many replies
        show affect without action; `canned`, `empathy` and `empathy_discounted`, means over
        replies.
    """
    said = judged(scores)
    table = _by_road(said, said[name])
    table.insert(0, "replies", table.sum(axis=1))
    spoke = voice_by(scores, name).drop(columns="n_replies")
    words = said[["empathy"]].assign(
        canned=canned_share(scores), empathy_discounted=discounted_empathy(scores)
    )
    dry = voice(scores)["affect_without_action"][said.index].groupby(said[name]).sum()
    table = table.join(standing(scores, name)[["score", "low", "high", "score_shrunk", "few"]])
    table = _with_given(table, opportunities(scores, name))
    table = table.join(spoke).join(words.astype(float).groupby(said[name]).mean())
    table = table.join(dry.rename("dry"))
    table["few"] = table["few"].eq(True)
    table = table.sort_values("replies", ascending=False, kind="stable").head(MOST)
    return table.sort_values("score_shrunk", ascending=False, kind="stable")


def _by_road(said: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Count replies by group and road: one row a group, one column a road."""
    import pandas as pd

    return pd.crosstab(key, said["road"]).reindex(columns=list(ROADS), fill_value=0)


def _with_given(table: pd.DataFrame, given: pd.DataFrame | None) -> pd.DataFrame:
    """Join `_GIVEN` of `opportunities`; groups or periods without one have counts of 0."""
    import pandas as pd

    if given is None:
        return table
    own = given.rename(columns={"n_opportunities": "called"})[[*_GIVEN]]
    if own.index.name == "period":
        own.index = pd.DatetimeIndex(own.index).strftime(_DAY)
    joined = table.join(own)
    counts = ["called", "given", "stock", "missed"]
    joined[counts] = joined[counts].fillna(0).astype(int)
    return joined


def _every(said: pd.DataFrame) -> str:
    """Say whether replies are counted by day, week or month, by how long they span."""
    days = (said["time"].max() - said["time"].min()) / 86400
    return "D" if days < 21 else "W" if days < 400 else "M"


def _starts(times: pd.Series, every: str) -> pd.Series:
    """Give the start of each reply's period."""
    import pandas as pd

    starts = pd.to_datetime(times, unit="s", errors="coerce").dt.to_period(every).dt.start_time
    return starts.dt.strftime(_DAY).astype(object)


def _changes(scores: Scores) -> tuple[str | Trace, ...]:
    """Say which roads' shares, and whether the score, change beyond noise."""
    found = road_changes(scores, by=None)
    found = found[found["changed"]]
    said: list[str | Trace] = []
    for measure, slope in found["per_week"].items():
        way, size = ("rises", slope) if slope > 0 else ("falls", -slope)
        road = str(measure).removeprefix("share_")
        if road == measure:
            said.append(f"The score {way} by {size:.1f} a week. ")
        else:
            points = Trace(f"{100 * size:.1f} points", {"road": road})
            said += [f"The share of {NAMES[road]} {way} by ", points, " a week. "]
    return tuple(said)
