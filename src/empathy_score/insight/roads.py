"""Which road are you on? The mix of roads of a company, team, agent, channel or week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.dimensions import ROADS
from empathy_score.insight.opportunity import FEW, group_keys, index_names
from empathy_score.insight.spoken import replies, spoken
from empathy_score.insight.statistics import design_effect, mean_interval, rate, shrink, trend

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores


def road_mix(scores: Scores, by: str | None = "company", every: str | None = None) -> pd.DataFrame:
    """Give the share of replies on each road, group by group.

    Parameters
    ----------
    scores : Scores
    by : str or None, default "company"
        Column to group by; None for all together.
    every : str, optional
        Length of a period such as ``"W"`` or ``"M"``: one row for each too, by `timestamp`.

    Returns
    -------
    DataFrame
        Long: one row for each group, period and road. Index: these. `n_replies`,
        `n_conversations`; `share` with `low` and `high` (95 %, conversations counted);
        `share_shrunk`, `low_shrunk`, `high_shrunk`, drawn towards the mean of all groups; `few`:
        fewer than ten effective replies.
        Source: four roads, Godin.
    """
    import pandas as pd

    said = replies(spoken(scores, ("road",)))
    said = said[said["road"].notna()]
    keys = group_keys(said, by, every)
    names = index_names(by, every)
    rows: list[dict[str, Any]] = []
    for key, own in said.groupby(keys, sort=True) if keys else [((), said)]:
        for road in ROADS:
            found = rate(own["road"] == road, own["conversation"])
            rows.append({
                **dict(zip(names, key, strict=True)), "road": road, "n_replies": found.n,
                "n_conversations": own["conversation"].nunique(), "share": found.value,
                "low": found.low, "high": found.high, "n_effective": found.n_effective,
            })  # fmt: skip
    columns = [
        *names,
        "road",
        "n_replies",
        "n_conversations",
        "share",
        "low",
        "high",
        "n_effective",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    shrunk = pd.DataFrame(
        np.nan, index=frame.index, columns=["share_shrunk", "low_shrunk", "high_shrunk"]
    )
    for road in ROADS:
        own = frame[frame["road"] == road]
        drawn = shrink(own["share"].fillna(0) * own["n_effective"], own["n_effective"])
        shrunk.loc[own.index] = np.column_stack([drawn.value, drawn.low, drawn.high])
    frame = frame.join(shrunk).assign(few=frame["n_effective"] < FEW).drop(columns="n_effective")
    return frame.set_index([*names, "road"])


def road_changes(scores: Scores, by: str | None = "company") -> pd.DataFrame:
    """Tell which roads and scores change over time, beyond noise.

    Parameters
    ----------
    scores : Scores
        Of a table with `timestamp`.
    by : str or None, default "company"

    Returns
    -------
    DataFrame
        One row for each group and measure (each road's share, and the mean `score`): `per_week`,
        the slope; `p_value`, two-sided, conversations counted; `p_adjusted` (Benjamini-Hochberg
        over all rows); `changed`: `p_adjusted` below .05.

    Raises
    ------
    KeyError
        Where there is no readable `timestamp`.
    """
    import pandas as pd
    from scipy.stats import false_discovery_control

    said = replies(spoken(scores, ("road",)))
    said = said[said["road"].notna()]
    if said["time"].isna().all():
        raise KeyError("change over time needs a column 'timestamp' that can be read")
    rows: list[dict[str, Any]] = []
    groups = said.groupby(group_keys(said, by, None), sort=True) if by else [((), said)]
    for key, own in groups:
        weeks = own["time"].to_numpy(float) / 604800
        measures = {f"share_{road}": (own["road"] == road).to_numpy(float) for road in ROADS}
        if "score" in own:
            measures["score"] = own["score"].to_numpy(float)
        for name, values in measures.items():
            slope, p = trend(values, weeks, own["conversation"])
            rows.append({**dict(zip(index_names(by, None), key, strict=True)), "measure": name,
                         "per_week": slope, "p_value": p})  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*index_names(by, None), "measure", "per_week", "p_value"])
    frame["p_adjusted"] = np.nan
    known = frame["p_value"].notna()
    if known.any():
        frame.loc[known, "p_adjusted"] = false_discovery_control(frame.loc[known, "p_value"])
    frame["changed"] = frame["p_adjusted"] < 0.05
    return frame.set_index([*index_names(by, None), "measure"])


def standing(scores: Scores, by: str = "agent_id") -> pd.DataFrame:
    """Compare groups by their mean score.

    Parameters
    ----------
    scores : Scores
        Of a model that gives `score`.
    by : str, default "agent_id"

    Returns
    -------
    DataFrame
        Index: the groups, best first. `n_replies`, `n_conversations`; `score` (0 to 100) with `low`
        and `high` (95 %, conversations counted); `score_shrunk`, drawn towards the mean of all
        groups by how little is known of each; `few`.
    """
    import pandas as pd

    said = replies(spoken(scores, ("score",)))
    said = said[said["score"].notna()]
    rows = []
    for (name,), own in said.groupby(group_keys(said, by, None), sort=True):
        mean, low, high = mean_interval(own["score"], own["conversation"])
        size = len(own) / design_effect(own["score"], own["conversation"])
        rows.append({
            by: name, "n_replies": len(own), "n_conversations": own["conversation"].nunique(),
            "score": mean, "low": max(low, 0.0), "high": min(high, 100.0), "n_effective": size,
        })  # fmt: skip
    columns = [by, "n_replies", "n_conversations", "score", "low", "high", "n_effective"]
    frame = pd.DataFrame(rows, columns=columns).set_index(by)
    frame["score_shrunk"] = _drawn(frame["score"], frame["n_effective"], said["score"])
    frame["few"] = frame["n_effective"] < FEW
    return frame.drop(columns="n_effective").sort_values("score_shrunk", ascending=False)


def _drawn(means: pd.Series, sizes: pd.Series, values: pd.Series) -> pd.Series:
    """Draw means towards the mean of all: empirical Bayes with normal errors."""
    if len(means) < 2:
        return means
    noise = float(values.var()) / sizes
    between = max(float(means.var()) - float(noise.mean()), 0.0)
    weight = (between / (between + noise)).fillna(0.0)
    middle = float(values.mean())
    return weight * means + (1 - weight) * middle
