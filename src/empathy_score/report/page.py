"""Findings, charts and conversations -> one HTML page."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.dimensions import ROADS
from empathy_score.errors import MissingExtraError
from empathy_score.insight import missed, worth_a_call
from empathy_score.insight.spoken import spoken
from empathy_score.report.charts import (
    check_charts,
    opportunity_dots,
    opportunity_time,
    road_bars,
    road_name,
    road_time,
)
from empathy_score.report.findings import GROUPS, Findings, findings, judged, percent
from empathy_score.report.flags import LOOKS, PROMISES
from empathy_score.report.talks import SHOWN, as_text, talks
from empathy_score.transcripts.formats import whole_characters
from empathy_score.writing import check_places, whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from empathy_score.scores import Scores

QUOTES = 5
"""Replies quoted under each heading of what is worth a look."""

QUOTED = 160
"""Characters of a quote."""

MONTH = 31 * 86400
"""Seconds, before the last turn, of the conversations whose customers are worth a call."""

LISTED = 100
"""Promises listed at most, those not kept first."""

FIELDS = {name: name.removesuffix("_id") for name in GROUPS} | {
    "period": "period", "road": "road", "feeling": "feeling", "outcome": "outcome",
    "flag": "what", "phrase": "canned phrase",
}  # fmt: skip
"""Fields of the form that filters conversations, and what they are called."""

LEGEND = ("empathy", "apology", "learn", "teach", "control", "beyond", "go_away")

_TITLES = {
    "missed": "Missed opportunities for empathy",
    "best": "Replies to learn from",
    "late promise": "Promises not kept in time",
    "unsure": "The model is unsure",
}


def write_report(
    scores: Scores,
    path: str | Path,
    *,
    title: str = "Support conversations",
    limit: int = SHOWN,
) -> None:
    """Write one self-contained page about some scores.

    Parameters
    ----------
    scores : Scores
        Of the default model, or of one with the dimensions that insights need.
    path : path
        HTML file; it appears under its name only when it is whole.
    title : str
    limit : int, default 10000
        Conversations that the page holds; figures are of all.

    Raises
    ------
    MissingExtraError
        Where the extra ``report`` is not installed.
    ModelError
        Where the model lacks a dimension that the report needs.
    TranscriptError
        Where the file cannot be written.
    """
    page = render(scores, title=title, limit=limit)
    with whole_file(Path(path)) as out:
        out.write(whole_characters(page).encode())


def check_report(source: str, path: str) -> None:
    """Refuse a report that could not be written, before the work.

    Parameters
    ----------
    source : str
        File that it is about; ``"-"`` for none.
    path : str
        HTML file.

    Raises
    ------
    MissingExtraError
        Where the extra ``report`` is not installed.
    TranscriptError
        Where there is no such folder, it cannot be written to, `path` is one itself, or it is the
        source.
    """
    check_charts()
    _room()
    check_places(source, [path])


def render(scores: Scores, *, title: str, limit: int = SHOWN) -> str:
    """Give the page as text; see `write_report`."""
    found = findings(scores)
    looks = list(_looks(scores, found))
    last = spoken(scores)["time"].max()
    dated = last == last
    since = datetime.fromtimestamp(last - MONTH, UTC) if dated else None
    calls = worth_a_call(scores, since=since)
    late = _listed(found.promises)
    moments = list(_moments(scores, found))
    quoted = [row["id"] for look in looks for row in look["rows"]]
    quoted += [moment["id"] for moment in moments]
    quoted += [*late["conversation_id"], *calls["conversation_id"]]
    embedded = talks(scores, found, limit, first=quoted)
    script = _asset("page.js")
    sampled = ""
    if embedded.shown < embedded.total:
        sampled = (
            f"A sample of {embedded.shown:,} of {embedded.total:,} conversations, half of it from "
            "those worth a look; the figures above are of all."
        )
    notes = [f"{note.rows} {note.what}" if note.rows else note.what for note in scores.notes]
    page: str = _room().from_string(_asset("page.html")).render(
        title=title,
        about=_about(scores),
        found=found,
        roads=ROADS,
        short={road: road_name(road) for road in ROADS},
        time_charts=(
            [road_time(found.periods), opportunity_time(found.periods)]
            if len(found.periods) > 1 else []
        ),
        groups=[
            {
                "name": name, "title": FIELDS[name],
                "rows": [(as_text(group), one) for group, one in table.iterrows()],
                "roads": road_bars(table, name), "dots": opportunity_dots(table, name),
            }
            for name, table in found.groups.items()
        ],
        looks=looks,
        moments=moments,
        calls=calls.to_dict("records"),
        promises=late.to_dict("records"),
        became={name: int((found.promises["status"] == name).sum()) for name in PROMISES},
        came_back=int(found.promises["over_promised"].sum()),
        canned=found.canned.to_dict("records"),
        dated=dated,
        contrasts=list(found.contrasts[found.contrasts["clear"]].iterrows()),
        sampled=sampled,
        legend=LEGEND,
        fields=FIELDS,
        signature=scores.signature,
        notes=notes,
        index=embedded.index,
        parts=embedded.parts,
        style=_asset("page.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return page


def _listed(made: pd.DataFrame) -> pd.DataFrame:
    order = {"late": 0, "open": 1, "kept": 2}
    return made.sort_values("status", key=lambda s: s.map(order), kind="stable").head(LISTED)


def _room() -> Any:
    """Give the room in which the page's template is filled in."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    room.globals.update(
        percent=percent,
        number=lambda v: "–" if v != v else f"{v:.0f}",
        decimal=lambda v: "–" if v != v else f"{v:.2f}",
        signal=_signal,
        in_words=_in_words,
        shape=_shape,
    )
    return room


def _in_words(wanted: dict[str, str]) -> str:
    """Say what a filter selects, for a button that shows a number alone."""
    return ", ".join(f"{FIELDS.get(name, name)} {value}" for name, value in wanted.items())


def _shape(group: pd.Series) -> list[int]:
    """Give warmth, competence and warmth again as heights in percent; none where none is known."""
    values = group[["warmth_start", "competence_middle", "warmth_end"]].astype(float)
    return [round(50 * value) for value in values.fillna(0)] if values.notna().any() else []


def _signal(name: str) -> str:
    """Say what `lost_against_won` compares."""
    road = name.removeprefix("share_")
    return name.replace("_", " ") if road == name else f"share on the road “{road_name(road)}”"


def _asset(name: str) -> str:
    return (files("empathy_score.report") / name).read_text(encoding="utf-8").strip()


def _about(scores: Scores) -> str:
    import pandas as pd

    said = f"{len(judged(scores)):,} replies in {len(scores.transcripts):,} conversations"
    times = spoken(scores)["time"].dropna()
    if times.empty:
        return f"{said}."
    first, last = (pd.Timestamp(t, unit="s").date() for t in (times.min(), times.max()))
    return f"{said}, {first} to {last}."


def _looks(scores: Scores, found: Findings) -> Iterator[dict[str, Any]]:
    """Quote what deserves a look, one kind after the other."""
    said = spoken(scores)
    rows: dict[str, pd.DataFrame] = {name: said.loc[found.reply_flags[name]] for name in LOOKS}
    rows["missed"] = missed(scores)
    rows["best"] = rows["best"].sort_values("score", ascending=False, kind="stable")
    rows["late promise"] = found.promises[found.promises["status"] == "late"]
    for name in LOOKS:
        quoted = rows[name].drop_duplicates("text").head(QUOTES)
        yield {
            "title": _TITLES[name],
            "count": len(rows[name]),
            "filter": {"flag": name},
            "rows": [
                {"id": identity, "text": _cut(text)}
                for identity, text in zip(quoted["conversation_id"], quoted["text"], strict=True)
            ],
        }


def _moments(scores: Scores, found: Findings) -> Iterator[dict[str, Any]]:
    """Quote the moments of truth with the largest rise and the largest fall."""
    texts = spoken(scores)["text"]
    answered = found.moments[found.moments["reply_row"].notna()]
    for way in (answered["change"] > 0, answered["change"] < 0):
        for one in answered[way].head(QUOTES).to_dict("records"):
            yield {
                "id": one["conversation_id"],
                "reply": _cut(texts[one["reply_row"]]),
                "customer": _cut(texts[one["row"]]),
                "change": f"{one['change']:+.1f}",
            }


def _cut(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"
