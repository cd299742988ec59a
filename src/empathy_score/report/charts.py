"""Figures -> charts as SVG, drawn by Vega-Lite; their colours are those of the page.

A chart is for the eye: screen readers and the keyboard have the table beside it instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from empathy_score.dimensions import ROADS
from empathy_score.errors import MissingExtraError
from empathy_score.report.talks import as_text

if TYPE_CHECKING:
    import pandas as pd

INK, LINE = "#0a0a01", "#0a0a02"
NAMES = {"go_away": "go away", "none": "no road"}
COLOURS = {road: f"#0a0b0{place}" for place, road in enumerate(ROADS)}
"""Stand-ins that `_themed` replaces by the page's own colours, so that dark and light both fit."""

WIDTH = 440
"""Of a chart with its labels, in its own units: letters can be read on a phone."""

LETTER = 7.0
"""Width of a letter of a label, at most, in the same units: what draws does not know the font."""

GAP = 7
"""Between a label and the plot: half a dot at 0 must not touch it."""

BARS = 25
"""Groups that a chart shows at most; the table beside it has all."""


def road_bars(table: pd.DataFrame, name: str) -> str:
    """Draw the mix of roads of each group as a stacked bar.

    Parameters
    ----------
    table : DataFrame
        Index: groups; `replies`, and a column for each road with how many are on it.
    name : str
        Of the grouping column.

    Returns
    -------
    str
        SVG; each piece links to the replies behind it.
    """
    shown = _most(table)
    labels = _labels(shown.index)
    alt = _altair()
    chart = (
        alt.Chart(_pieces(shown, labels, name))
        .mark_bar()
        .encode(
            x=_share(alt, "x", "share:Q", stack="zero"),
            y=_groups(alt, labels),
            color=_colour(alt),
            order="order:Q",
            href="href:N",
        )
        .properties(**_size(alt, labels))
    )
    return _svg(chart)


def road_time(table: pd.DataFrame) -> str:
    """Draw the mix of roads over time as stacked bars.

    Parameters
    ----------
    table : DataFrame
        Index: periods; a column for each road with how many replies are on it.
    """
    alt = _altair()
    periods = {period: str(period) for period in table.index}
    roads = table[list(ROADS)]
    chart = (
        alt.Chart(_pieces(roads.assign(replies=roads.sum(axis=1)), periods, "period"))
        .mark_bar()
        .encode(
            x=_periods(alt, table),
            y=_share(alt, "y", "share:Q", stack="zero"),
            color=_colour(alt),
            order="order:Q",
            href="href:N",
        )
        .properties(width=1.7 * WIDTH, height=140)
    )
    return _svg(chart)


def opportunity_time(table: pd.DataFrame) -> str:
    """Draw the rate of empathy given in own words over time, with its interval.

    Parameters
    ----------
    table : DataFrame
        Index: periods; `rate`, `own_rate`, `own_low`, `own_high`.
    """
    alt = _altair()
    periods = {period: str(period) for period in table.index}
    base = alt.Chart(_rates(table, periods, "period")).encode(x=_periods(alt, table))
    ranges, rings, dots = _dots(base)
    chart = (
        ranges.encode(y=_share(alt, "y", "low:Q"), y2="high:Q")
        + rings.encode(y=_share(alt, "y", "all:Q"))
        + dots.encode(y=_share(alt, "y", "own:Q"))
    )
    return _svg(chart.properties(width=1.7 * WIDTH, height=140))


def opportunity_dots(table: pd.DataFrame, name: str) -> str:
    """Draw the rate of empathy given in own words, with its interval, and stock words beyond it.

    Parameters
    ----------
    table : DataFrame
        Index: groups; `replies`, `rate`, `own_rate`, `own_low`, `own_high`.
    name : str
        Of the grouping column.

    Returns
    -------
    str
        SVG: a dot with its interval; a ring where stock words would put it.
    """
    shown = _most(table)
    labels = _labels(shown.index)
    alt = _altair()
    base = alt.Chart(_rates(shown, labels, name)).encode(y=_groups(alt, labels))
    ranges, rings, dots = _dots(base)
    chart = (
        ranges.encode(x=_share(alt, "x", "low:Q"), x2="high:Q")
        + rings.encode(x=_share(alt, "x", "all:Q"))
        + dots.encode(x=_share(alt, "x", "own:Q"))
    )
    return _svg(chart.properties(**_size(alt, labels)))


def _rates(table: pd.DataFrame, labels: dict[Any, str], name: str) -> pd.DataFrame:
    """Give one row a group that empathy was called for in: its rates, and a link."""
    import pandas as pd

    called = table[table["own_rate"].notna()]
    return pd.DataFrame({
        "group": [labels[group] for group in called.index],
        "own": called["own_rate"].to_numpy(), "all": called["rate"].to_numpy(),
        "low": called["own_low"].to_numpy(), "high": called["own_high"].to_numpy(),
        "href": [_link(name, group, flag="called for") for group in called.index],
    })  # fmt: skip


def _dots(base: Any) -> tuple[Any, Any, Any]:
    """Give the marks of a rate: its interval, a ring where stock words put it, a linked dot."""
    ranges = base.mark_rule(color=INK, strokeWidth=1.5, opacity=0.55)
    rings = base.transform_filter("datum.all > datum.own").mark_point(
        size=70, color=COLOURS["care"], opacity=1, strokeWidth=1.5
    )
    dots = base.mark_point(filled=True, size=70, color=COLOURS["care"], opacity=1)
    return ranges, rings, dots.encode(href="href:N")


def _periods(alt: Any, table: pd.DataFrame) -> Any:
    """Give an axis of all periods."""
    axis = alt.Axis(labelAngle=-45, labelOverlap=True)
    return alt.X("group:O", title=None, axis=axis, scale=alt.Scale(domain=list(table.index)))


def _share(alt: Any, way: str, name: str, **more: Any) -> Any:
    """Give an axis of shares from 0 to 100 %."""
    axis = alt.Axis(format="%", title=None, tickCount=5)
    channel = alt.X if way == "x" else alt.Y
    return channel(name, axis=axis, scale=alt.Scale(domain=[0, 1]), **more)


def _groups(alt: Any, labels: dict[Any, str]) -> Any:
    """Give an axis of all groups, in the order of the table."""
    order = list(labels.values())
    extent = _extent(labels)
    axis = alt.Axis(title=None, ticks=False, labelPadding=GAP, minExtent=extent, maxExtent=extent)
    return alt.Y("group:N", axis=axis, sort=order, scale=alt.Scale(domain=order))


def _size(alt: Any, labels: dict[Any, str]) -> dict[str, Any]:
    """Give the plot's size: with its labels it is as wide as every other chart."""
    return {"width": WIDTH - _extent(labels), "height": alt.Step(18)}


def _extent(labels: dict[Any, str]) -> float:
    return 2 * GAP + LETTER * max(map(len, labels.values()), default=0)


def _most(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the groups with most replies, in the order of the table."""
    most = set(table["replies"].nlargest(BARS).index)
    return table[[group in most for group in table.index]]


def _pieces(table: pd.DataFrame, labels: dict[Any, str], name: str) -> pd.DataFrame:
    """Give one row a piece of a stacked bar: its group, road, share and link."""
    import pandas as pd

    rows = [
        {"group": labels[group], "road": road_name(road), "share": one[road] / one["replies"],
         "order": place, "href": _link(name, group, road=road)}
        for group, one in table.iterrows()
        for place, road in enumerate(ROADS)
        if one[road] > 0
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _link(name: str, group: Any, **wanted: str) -> str:
    return "#" + urlencode({name: as_text(group), **wanted})


def road_name(road: str) -> str:
    """Give the short name of a road."""
    return NAMES.get(road, road)


def _labels(groups: Iterable[Any]) -> dict[Any, str]:
    """Give each group a label that fits, and that no other has."""
    labels: dict[Any, str] = {}
    for group in groups:
        text = "".join(c for c in as_text(group) if c.isprintable())
        short = text if len(text) <= 22 else f"{text[:21]}…"
        taken = sum(label.startswith(short) for label in labels.values())
        labels[group] = f"{short} ({taken + 1})" if taken else short
    return labels


def _colour(alt: Any) -> Any:
    return alt.Color(
        "road:N",
        scale=alt.Scale(domain=[road_name(r) for r in ROADS], range=[COLOURS[r] for r in ROADS]),
        legend=alt.Legend(orient="top", title=None),
    )


def check_charts() -> None:
    """Refuse to begin where charts cannot be drawn.

    Raises
    ------
    MissingExtraError
    """
    _altair()


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("the report's charts", "report") from error
    return altair


def _svg(chart: Any) -> str:
    import vl_convert

    plain = {"labelColor": INK, "titleColor": INK, "domainColor": LINE, "tickColor": LINE,
             "gridColor": LINE, "labelFontSize": 11, "labelLimit": 0}  # fmt: skip
    chart = chart.configure(background="transparent", font="system-ui, sans-serif", axis=plain,
                            legend={"labelColor": INK, "labelFontSize": 11},
                            view={"stroke": None})  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(chart.to_json())
    return _themed(svg)


def _themed(svg: str) -> str:
    """Give a drawing the page's colours and a size that adapts; keep it for the eye alone."""
    for colour, name in ((INK, "ink"), (LINE, "line"), *((c, r) for r, c in COLOURS.items())):
        svg = re.sub(re.escape(colour), f"var(--{name})", svg, flags=re.IGNORECASE)
    svg = re.sub(r'href="[^"#]*#', 'href="#', svg)  # it puts a web address before fragments
    svg = re.sub(r'\s(?:width|height)="[\d.]+"', "", svg, count=2)
    svg = re.sub(r'\s(?:role|aria-\w+)="[^"]*"', "", svg)
    svg = svg.replace("<a ", '<a tabindex="-1" ')
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
