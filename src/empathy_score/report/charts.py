"""Figures -> charts as SVG, drawn by Vega-Lite; their colours are those of the page."""

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

WIDTH = 520
BARS = 25
"""Groups that a chart shows at most; the table beside it has all."""


def road_bars(table: pd.DataFrame, name: str) -> str:
    """Draw the mix of roads of each group as a stacked bar.

    Parameters
    ----------
    table : DataFrame
        Index: groups; a column for each road with its share.
    name : str
        Of the grouping column.

    Returns
    -------
    str
        SVG; each piece links to the conversations behind it.
    """
    import pandas as pd

    shown = table.sort_values("n_replies", ascending=False).head(BARS)
    labels = _labels(shown.index)
    rows = [
        {"group": labels[group], "road": _name(road), "share": share, "order": place,
         "href": "#" + urlencode({name: as_text(group), "road": road})}
        for group, one in shown.iterrows()
        for place, road in enumerate(ROADS)
        if (share := one.get(road, 0.0)) > 0
    ]  # fmt: skip
    alt = _altair()
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", stack="zero", axis=alt.Axis(format="%", title=None),
                    scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("group:N", sort=list(labels.values()), title=None),
            color=_colour(alt),
            order="order:Q",
            href="href:N",
        )
        .properties(width=WIDTH, height=alt.Step(22))
    )  # fmt: skip
    return _svg(chart, f"Share of replies on each road, by {name}")


def road_time(table: pd.DataFrame) -> str:
    """Draw the mix of roads over time as stacked bars.

    Parameters
    ----------
    table : DataFrame
        Index: `period` and `road`; `share`.
    """
    import pandas as pd

    shares = table["share"].reset_index()
    rows = [
        {"period": str(pd.Timestamp(period).date()), "road": _name(road), "share": share,
         "order": ROADS.index(road)}
        for period, road, share in zip(
            shares["period"], shares["road"], shares["share"], strict=True
        )
    ]  # fmt: skip
    alt = _altair()
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
            y=alt.Y("share:Q", stack="zero", axis=alt.Axis(format="%", title=None)),
            color=_colour(alt),
            order="order:Q",
        )
        .properties(width=WIDTH, height=180)
    )
    return _svg(chart, "Share of replies on each road, over time")


def opportunity_dots(table: pd.DataFrame, name: str) -> str:
    """Draw the rate of empathy given where it was called for, with its interval.

    Parameters
    ----------
    table : DataFrame
        Index: groups; `rate`, `rate_low`, `rate_high`.
    name : str
        Of the grouping column.
    """
    known = table[table["rate"].notna()]
    known = known.sort_values("n_replies", ascending=False).head(BARS)
    import pandas as pd

    rows = pd.DataFrame({
        "group": list(_labels(known.index).values()),
        "rate": known["rate"].to_numpy(), "low": known["rate_low"].to_numpy(),
        "high": known["rate_high"].to_numpy(),
        "href": ["#" + urlencode({name: as_text(g), "flag": "missed"}) for g in known.index],
    })  # fmt: skip
    alt = _altair()
    y = alt.Y("group:N", sort=rows["group"].tolist(), title=None)
    axis = alt.Axis(format="%", title=None)
    lines = (
        alt.Chart(rows)
        .mark_rule(color=INK, strokeWidth=1.5, opacity=0.55)
        .encode(x=alt.X("low:Q", axis=axis, scale=alt.Scale(domain=[0, 1])), x2="high:Q", y=y)
    )
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, size=90, color=COLOURS["care"], opacity=1)
        .encode(x=alt.X("rate:Q", axis=axis), y=y, href="href:N")
    )
    chart = (lines + dots).properties(width=WIDTH, height=alt.Step(22))
    return _svg(chart, f"Empathy given where it was called for, by {name}")


def _name(road: str) -> str:
    return NAMES.get(road, road)


def _labels(groups: Iterable[Any]) -> dict[Any, str]:
    """Give each group a label that fits, and that no other has."""
    labels: dict[Any, str] = {}
    for group in groups:
        text = "".join(c for c in as_text(group) if c.isprintable())
        short = text if len(text) <= 28 else f"{text[:27]}…"
        taken = sum(label.startswith(short) for label in labels.values())
        labels[group] = f"{short} ({taken + 1})" if taken else short
    return labels


def _colour(alt: Any) -> Any:
    return alt.Color(
        "road:N",
        scale=alt.Scale(domain=[_name(r) for r in ROADS], range=[COLOURS[r] for r in ROADS]),
        legend=alt.Legend(orient="top", title=None),
    )


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("the report's charts", "report") from error
    return altair


def _svg(chart: Any, label: str) -> str:
    import vl_convert

    plain = {"labelColor": INK, "titleColor": INK, "domainColor": LINE, "tickColor": LINE,
             "gridColor": LINE, "labelFontSize": 12}  # fmt: skip
    chart = chart.configure(background="transparent", font="system-ui, sans-serif", axis=plain,
                            legend={"labelColor": INK, "labelFontSize": 12},
                            view={"stroke": None})  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(chart.to_json())
    return _themed(svg, label)


def _themed(svg: str, label: str) -> str:
    """Give a drawing the page's colours, a label for screen readers, and a size that adapts."""
    for colour, name in ((INK, "ink"), (LINE, "line"), *((c, r) for r, c in COLOURS.items())):
        svg = re.sub(re.escape(colour), f"var(--{name})", svg, flags=re.IGNORECASE)
    svg = re.sub(r'href="[^"#]*#', 'href="#', svg)  # it puts a web address before fragments
    svg = re.sub(r'\s(?:width|height)="[\d.]+"', "", svg, count=2)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
