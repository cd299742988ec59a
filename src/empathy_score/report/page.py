"""Findings, charts and conversations -> one HTML page."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.errors import MissingExtraError
from empathy_score.insight import missed, worth_a_call
from empathy_score.insight.spoken import replies, spoken
from empathy_score.report.charts import opportunity_dots, road_bars, road_time
from empathy_score.report.findings import GROUPS, NAMES, Findings, findings
from empathy_score.report.talks import BEST, SHOWN, as_text, talks
from empathy_score.transcripts.formats import whole_characters
from empathy_score.writing import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from empathy_score.scores import Scores

QUOTES = 5
"""Replies quoted under each heading of what is worth a look."""

LISTED = 100
"""Promises listed at most, those not kept first."""

FIELDS = (*GROUPS, "road", "feeling", "outcome", "flag")
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


def render(scores: Scores, *, title: str, limit: int = SHOWN) -> str:
    """Give the page as text; see `write_report`."""
    found = findings(scores)
    looks = list(_looks(scores, found))
    calls = worth_a_call(scores)
    late = _listed(found.promises)
    quoted = [row["id"] for look in looks for row in look["rows"]]
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
    page: str = _template().render(
        title=title,
        about=_about(scores),
        findings=found,
        names=NAMES,
        mix=list(found.mix.iterrows()),
        time_chart=road_time(found.weekly) if found.weekly is not None else "",
        groups=[
            (name, [(as_text(group), one) for group, one in table.iterrows()])
            for name, table in found.groups.items()
        ],
        road_charts={name: road_bars(table, name) for name, table in found.groups.items()},
        dot_charts={name: opportunity_dots(table, name) for name, table in found.groups.items()},
        looks=looks,
        calls=calls.to_dict("records"),
        promises=late.to_dict("records"),
        promise_line=_promise_line(found.promises),
        canned=found.canned.to_dict("records"),
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
        percent=lambda v: "–" if v != v else f"{v:.0%}",
        number=lambda v: "–" if v != v else f"{v:.0f}",
        decimal=lambda v: "–" if v != v else f"{v:.2f}",
    )
    return page


def _listed(made: pd.DataFrame) -> pd.DataFrame:
    order = {"late": 0, "open": 1, "kept": 2}
    return made.sort_values("status", key=lambda s: s.map(order), kind="stable").head(LISTED)


def _promise_line(made: pd.DataFrame) -> str:
    counts = made["status"].value_counts()
    became = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("kept", "late", "open"))
    back = int(made["over_promised"].sum())
    return f"{became}; after {back} the customer came back about the same thing."


def _template() -> Any:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return room.from_string(_asset("page.html"))


def _asset(name: str) -> str:
    return (files("empathy_score.report") / name).read_text(encoding="utf-8").strip()


def _about(scores: Scores) -> str:
    import pandas as pd

    turns = spoken(scores)
    said = f"{len(replies(turns)):,} replies in {len(scores.transcripts):,} conversations"
    times = turns["time"].dropna()
    if times.empty:
        return f"{said}."
    first, last = (pd.Timestamp(t, unit="s").date() for t in (times.min(), times.max()))
    return f"{said}, {first} to {last}."


def _looks(scores: Scores, found: Findings) -> Iterator[dict[str, Any]]:
    """Quote what deserves a look, one kind after the other."""
    turns = spoken(scores)
    said = replies(turns)
    given = said[(said["opportunity"] == "given") & (said["score"] >= BEST)]
    late = found.promises[found.promises["status"] == "late"]
    unsure = said[said["needs_review"].eq(True)] if "needs_review" in said else said.iloc[:0]
    rows: dict[str, pd.DataFrame] = {
        "missed": missed(scores),
        "best": given.sort_values("score", ascending=False),
        "late promise": late,
        "unsure": unsure,
    }
    for name, title in _TITLES.items():
        quoted = rows[name].drop_duplicates("text").head(QUOTES)
        yield {
            "title": f"{title} ({len(rows[name])})",
            "filter": {"flag": name},
            "rows": [
                {"id": identity, "text": text if len(text) <= 160 else f"{text[:159]}…"}
                for identity, text in zip(quoted["conversation_id"], quoted["text"], strict=True)
            ],
        }
