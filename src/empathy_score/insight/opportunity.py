"""Empathy given where it was called for: by whom, when, and where it was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from empathy_score.insight.canned import stock_warmth
from empathy_score.insight.spoken import replies, spoken
from empathy_score.insight.statistics import rate, shrink

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

FEW = 10
"""Effective observations below which a group's own share says little."""

STOCK = 0.5
"""Share of canned words from which a reply's warm words count as stock."""


def opportunities(
    scores: Scores, by: str | None = "agent_id", every: str | None = None
) -> pd.DataFrame:
    """Give the rate of empathy given among the times it was called for.

    Parameters
    ----------
    scores : Scores
    by : str or None, default "agent_id"
        Column to group by; None for all together.
    every : str, optional
        Length of a period: ``"D"``, ``"W"``, ``"M"``, ``"Q"`` or another of pandas': one row for
        each of these too, by `timestamp`.

    Returns
    -------
    DataFrame
        Index: the group and the start of the period, as asked for. `n_opportunities`, `given`,
        `missed`; `rate` of given with `low` and `high` (95 %, conversations counted, not replies);
        `rate_shrunk` with `low_shrunk` and `high_shrunk`, drawn towards the mean of all groups;
        `stock`, how many of those given are so in stock words alone (`stock_warmth` of `STOCK` or
        more), and `own_rate` of the others, with `own_low` and `own_high`; `few`: fewer than `FEW`
        effective observations.
    """
    import pandas as pd

    said = replies(spoken(scores, ("opportunity",)))
    called = said[said["opportunity"].isin(["given", "missed"])]
    stock = in_stock_words(scores).reindex(called.index)
    rows: list[dict[str, Any]] = []
    keys = [key[called.index] for key in group_keys(said, by, every)]
    for key, own in called.groupby(keys, sort=True) if keys else [((), called)]:
        given, canned = own["opportunity"] == "given", stock[own.index]
        found = rate(given, own["conversation"])
        personal = rate(given & ~canned, own["conversation"])
        rows.append({
            **dict(zip(index_names(by, every), key, strict=True)),
            "n_opportunities": found.n,
            "given": int(given.sum()), "missed": int((~given).sum()), "stock": int(canned.sum()),
            "rate": found.value, "low": found.low, "high": found.high,
            "own_rate": personal.value, "own_low": personal.low, "own_high": personal.high,
            "n_effective": found.n_effective,
        })  # fmt: skip
    names = index_names(by, every)
    frame = pd.DataFrame(
        rows,
        columns=[*names, "n_opportunities", "given", "missed", "stock", "rate", "low", "high",
                 "own_rate", "own_low", "own_high", "n_effective"],
    )  # fmt: skip
    drawn = shrink(frame["rate"].fillna(0) * frame["n_effective"], frame["n_effective"])
    frame = frame.assign(
        rate_shrunk=drawn.value, low_shrunk=drawn.low, high_shrunk=drawn.high,
        few=frame["n_effective"] < FEW,
    ).drop(columns="n_effective")  # fmt: skip
    return frame.set_index(names) if names else frame


def in_stock_words(scores: Scores) -> pd.Series:
    """Tell of each reply whether it gave empathy that was called for in stock words alone.

    Returns
    -------
    Series of bool
        Index: rows of replies.
    """
    said = replies(spoken(scores, ("opportunity",)))
    return (said["opportunity"] == "given") & (stock_warmth(scores) >= STOCK)


def missed(scores: Scores) -> pd.DataFrame:
    """Give the replies that missed an opportunity for empathy, the worst first.

    Returns
    -------
    DataFrame
        `row`, of the reply; `conversation_id`; `valence` and `feeling` of the customer's turn
        before it, `customer_text`, `text`, `score`, and `agent_id` where the table has one.
    """
    turns = spoken(scores, ("opportunity", "feeling", "valence"))
    before = (
        turns[["conversation", "role", "text", "feeling", "valence"]]
        .where(turns["role"] == "customer")
        .groupby(turns["conversation"])[["text", "feeling", "valence"]]
        .ffill()
    )
    said = replies(turns)
    chosen = said[said["opportunity"] == "missed"]
    names = ["conversation_id", "text", "score", *(["agent_id"] if "agent_id" in said else [])]
    felt = before.loc[chosen.index]
    frame = chosen[names].assign(
        customer_text=felt["text"], feeling=felt["feeling"], valence=felt["valence"].astype(float)
    )
    frame.insert(0, "row", chosen.index)
    return frame.sort_values(["valence", "score"], ignore_index=True, kind="stable")


def group_keys(said: pd.DataFrame, by: str | None, every: str | None) -> list[pd.Series]:
    """Give what to group replies by: a column, the start of a period, or both.

    Raises
    ------
    KeyError
        Where the table has no such column, or no readable `timestamp` for a period.
    """
    import pandas as pd

    keys = []
    if by is not None:
        if by not in said:
            raise KeyError(
                f"no column {by!r} to group by; the table has: {', '.join(map(str, said.columns))}"
            )
        keys.append(said[by])
    if every is not None:
        if said["time"].isna().all():
            raise KeyError("a period needs a column 'timestamp' that can be read")
        stamps = pd.to_datetime(said["time"], unit="s", errors="coerce")
        times = pd.Series(stamps, index=said.index)
        keys.append(times.dt.to_period(every).dt.start_time.rename("period"))
    return keys


def index_names(by: str | None, every: str | None) -> list[str]:
    """Name the levels that `group_keys` makes."""
    return [name for name in (by, "period" if every is not None else None) if name is not None]
