"""`Scores` -> the numbers and sentences of the report, each with the filter that traces it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.dimensions import ROADS
from empathy_score.insight import (
    arcs,
    canned_phrases,
    lost_against_won,
    opportunities,
    outcomes,
    promises,
    road_mix,
    standing,
)
from empathy_score.insight.spoken import replies, spoken
from empathy_score.insight.statistics import rate

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.insight.statistics import Rate
    from empathy_score.scores import Scores

NAMES = {
    "learn": "learn from the customer", "care": "care", "teach": "teach", "go_away": "go away",
    "none": "no road",
}  # fmt: skip

GROUPS = ("agent_id", "team", "company", "channel", "topic")
"""Columns that figures are broken down and conversations filtered by, where a table has them."""

MOST = 200
"""Groups listed at most, those with most replies first."""


@dataclass(frozen=True)
class Figure:
    """One number of the page.

    Parameters
    ----------
    label : str
    value : str
        As shown.
    sentence : str
        What it says, in plain words.
    interval : str
        As shown; empty where there is none.
    filter : dict of str to str
        Selects the conversations behind it.
    """

    label: str
    value: str
    sentence: str
    interval: str = ""
    filter: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """All that the page says, apart from the conversations.

    Parameters
    ----------
    headline : list of Figure
    groups : dict of str to DataFrame
        For each grouping column one row a group: `score`, `low`, `high`, `given`, `missed`,
        `rate`, the share of each road, `few`.
    mix : DataFrame
        Share of each road, all together, with intervals.
    weekly : DataFrame or None
        Mix of roads by period; None where the times do not span two.
    arcs, outcomes, promises, canned, contrasts : DataFrame
    """

    headline: list[Figure]
    groups: dict[str, pd.DataFrame]
    mix: pd.DataFrame
    weekly: pd.DataFrame | None
    arcs: pd.DataFrame
    outcomes: pd.DataFrame
    promises: pd.DataFrame
    canned: pd.DataFrame
    contrasts: pd.DataFrame


def findings(scores: Scores) -> Findings:
    """Work the figures of the report out."""
    turns = spoken(scores)
    mix = road_mix(scores, by=None)
    arc, ended = arcs(scores), outcomes(scores)
    return Findings(
        headline=[
            _road(mix),
            _opportunity(scores),
            _recovery(arc),
            *_won_and_lost(ended["outcome"]),
        ],
        groups={name: _group(scores, name) for name in GROUPS if _worth(turns, name)},
        mix=mix,
        weekly=_weekly(scores, turns),
        arcs=arc,
        outcomes=ended,
        promises=promises(scores),
        canned=canned_phrases(scores).head(50),
        contrasts=lost_against_won(scores),
    )


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.0%}"


def _between(found: Rate) -> str:
    return "" if np.isnan(found.low) else f"{found.low:.0%} to {found.high:.0%}"


def _road(mix: pd.DataFrame) -> Figure:
    shares = mix["share"].drop("none", errors="ignore").fillna(0)
    road = str(shares.idxmax()) if len(shares) and shares.max() > 0 else "none"
    if road == "none":
        return Figure("Main road", "none", "No reply is on one of the four roads.")
    one = mix.loc[road]
    away = float(mix["share"]["go_away"])
    sentence = f"{one['share']:.0%} of replies are on this road; {away:.0%} say go away."
    if road == "go_away":
        sentence = f"{one['share']:.0%} of replies end or deflect the contact without help."
    return Figure(
        "Main road", NAMES[road], sentence, f"{one['low']:.0%} to {one['high']:.0%}", {"road": road}
    )


def _opportunity(scores: Scores) -> Figure:
    one = opportunities(scores, by=None).iloc[0]
    if not one["n_opportunities"]:
        return Figure("Empathy given", "–", "No reply called for empathy.")
    sentence = (
        f"Empathy was called for {one['n_opportunities']:.0f} times and missed "
        f"{one['missed']:.0f} times."
    )
    between = f"{one['low']:.0%} to {one['high']:.0%}"
    wanted = {"flag": "missed"}
    return Figure("Empathy given", _percent(one["rate"]), sentence, between, wanted)


def _recovery(arc: pd.DataFrame) -> Figure:
    failed = arc[arc["failed"].fillna(False)]
    known = failed[failed["recovered"].notna()]
    found = rate(known["recovered"].astype(float), known.index)
    if not found.n:
        return Figure("Recovered", "–", f"{len(failed)} conversations failed; none shows its end.")
    sentence = (
        f"Something failed in {len(failed)} of {len(arc)} conversations; {found.n} show how the "
        "customer felt after the reply."
    )
    return Figure(
        "Recovered", _percent(found.value), sentence, _between(found), {"flag": "recovered"}
    )


def _won_and_lost(ended: pd.Series) -> list[Figure]:
    known = ended[ended.notna()]
    shown = []
    for name, says in (("won", "came round or thanked after a failure"),
                       ("lost", "said that they leave, or ended bitter")):  # fmt: skip
        found = rate((known == name).astype(float), known.index)
        sentence = f"{(known == name).sum()} of {len(known)} customers {says}."
        if not found.n:
            sentence = "No customer's words were judged."
        between = _between(found)
        shown.append(
            Figure(name.title(), _percent(found.value), sentence, between, {"outcome": name})
        )
    return shown


def _worth(turns: pd.DataFrame, name: str) -> bool:
    """Tell whether a column parts the replies into groups that can be compared."""
    if name not in turns:
        return False
    values = replies(turns)[name].dropna()
    plain = values.map(lambda v: isinstance(v, str | int | float | bool)).all()
    return bool(plain) and 1 < values.nunique() <= max(MOST, len(values) // 5)


def _group(scores: Scores, name: str) -> pd.DataFrame:
    table = standing(scores, name)
    mix = road_mix(scores, name)["share"].unstack("road")
    given = opportunities(scores, name)[["given", "missed", "rate", "low", "high"]]
    given = given.rename(columns={"low": "rate_low", "high": "rate_high"})
    table = table.join(mix[[r for r in ROADS if r in mix]]).join(given)
    largest = table.sort_values("n_replies", ascending=False).head(MOST).index
    return table.loc[[key for key in table.index if key in set(largest)]]


def _weekly(scores: Scores, turns: pd.DataFrame) -> pd.DataFrame | None:
    times = turns["time"].dropna()
    if times.empty:
        return None
    days = (times.max() - times.min()) / 86400
    every = "D" if days < 21 else "W" if days < 400 else "M"
    table = road_mix(scores, by=None, every=every)
    periods: Any = table.index.get_level_values("period").nunique()
    return table if periods > 1 else None
