"""`Scores` -> the conversations as the page's script reads them: an index, and texts in parts."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from empathy_score.dimensions import ROADS
from empathy_score.insight.spoken import by_conversation, spoken
from empathy_score.markers.types import MARKER_TYPES, marker_groups
from empathy_score.report.findings import GROUPS, Findings
from empathy_score.transcripts.formats import is_missing

if TYPE_CHECKING:
    from empathy_score.scores import Scores

PART = 100
"""Conversations in one part of the page, which is read when one of them is opened."""

SHOWN = 10_000
"""Conversations that a page holds; of more, a sample."""

BEST = 85.0
"""Score from which a reply that gave empathy when called for is one to learn from."""

FLAGS = ("missed", "late promise", "unsure", "best", "failed", "recovered")
LOOKS = frozenset(("missed", "late promise", "unsure", "best"))
"""Flags of what deserves a look."""


@dataclass(frozen=True)
class Talks:
    """What of the conversations is embedded in the page, as JSON that no markup can end.

    Parameters
    ----------
    index : str
    parts : list of str
    total, shown : int
        How many conversations there are, and are in the page.
    """

    index: str
    parts: list[str]
    total: int
    shown: int


def talks(
    scores: Scores,
    found: Findings,
    limit: int = SHOWN,
    seed: int = 0,
    first: Iterable[str] = (),
) -> Talks:
    """Lay conversations out for the page.

    Parameters
    ----------
    scores : Scores
    found : Findings
        About the same scores.
    limit : int, default 10000
        Of more than these, half of the sample is drawn from those that have a flag to look at.
    seed : int
    first : iterable of str
        Conversations that must be among them: those that the page quotes.
    """
    turns = spoken(scores)
    flags = _flags(found, turns)
    names_of = turns.groupby("conversation")["conversation_id"].first()
    quoted = set(names_of.index[names_of.isin(set(first))])
    chosen = _chosen(names_of.index.tolist(), flags, limit, seed, quoted)
    ended = found.outcomes["outcome"]
    names = [name for name in _COLUMNS if name in turns]
    entries: list[dict[str, Any]] = []
    bodies = []
    for number, own in by_conversation(turns[turns["conversation"].isin(chosen)], *names):
        rows = [dict(zip(("row", *names), values, strict=True)) for values in own]
        entry = _entry(rows, flags.get(number, []), ended.get(number))
        entries.append({"n": len(entries), **entry})
        bodies.append([_turn(row, scores) for row in rows])
    head = {
        "talks": entries, "part": PART, "roads": list(ROADS), "roles": ["customer", "agent"],
        "groups": marker_groups(MARKER_TYPES),
    }  # fmt: skip
    parts = [as_json(bodies[start : start + PART]) for start in range(0, len(bodies), PART)]
    return Talks(as_json(head), parts, len(names_of), len(entries))


_COLUMNS = ("conversation_id", "role", "text", "time", "road", "score", "empathy", "opportunity",
            "feeling", "valence", *GROUPS)  # fmt: skip


def _flags(found: Findings, turns: pd.DataFrame) -> dict[int, list[str]]:
    """Give what makes each conversation worth a look."""
    said = turns[turns["role"] == "agent"]
    best = (said["opportunity"] == "given") & (said["score"] >= BEST)
    unsure = said["needs_review"].eq(True) if "needs_review" in said else best & False
    late, arc = found.promises, found.arcs
    worth = {
        "missed": said.loc[said["opportunity"] == "missed", "conversation"],
        "late promise": turns.loc[late.loc[late["status"] == "late", "row"], "conversation"],
        "unsure": said.loc[unsure, "conversation"],
        "best": said.loc[best, "conversation"],
        "failed": pd.Series(arc.index[arc["failed"].fillna(False)]),
        "recovered": pd.Series(arc.index[arc["recovered"].fillna(False)]),
    }
    flags: dict[int, list[str]] = {}
    for name in FLAGS:
        for number in sorted(set(worth[name].tolist())):
            flags.setdefault(int(number), []).append(name)
    return flags


def _chosen(
    numbers: list[int], flags: dict[int, list[str]], limit: int, seed: int, quoted: set[int]
) -> set[int]:
    """Draw the conversations of the page: those quoted, then half of those with a flag."""
    if len(numbers) <= limit:
        return set(numbers)
    draw = random.Random(seed)
    worth = [n for n in numbers if n not in quoted and set(flags.get(n, [])) & LOOKS]
    first = quoted | set(draw.sample(worth, min(len(worth), limit // 2)))
    rest = [number for number in numbers if number not in first]
    return first | set(draw.sample(rest, min(len(rest), max(limit - len(first), 0))))


def _entry(rows: list[dict[str, Any]], flags: list[str], outcome: Any) -> dict[str, Any]:
    """Say of one conversation what it is filtered by."""
    replies = [row for row in rows if row["role"] == "agent"]
    roads = [row["road"] for row in replies if row["road"] is not None]
    on_a_road = [road for road in roads if road != "none"] or roads
    scored = [row["score"] for row in replies if row["score"] == row["score"]]
    times = [row["time"] for row in rows if row["time"] == row["time"]]
    kept = {name: _distinct(row.get(name) for row in rows) for name in GROUPS}
    return {
        "id": str(rows[0]["conversation_id"]),
        **kept,
        "day": str(pd.Timestamp(times[0], unit="s").date()) if times else "",
        "main": max(on_a_road, key=on_a_road.count) if on_a_road else None,
        "road": _distinct(roads),
        "feeling": _distinct(row["feeling"] for row in rows),
        "outcome": outcome if isinstance(outcome, str) else None,
        "flag": flags,
        "score": round(sum(scored) / len(scored)) if scored else None,
    }


def _distinct(values: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(as_text(value) for value in values if not is_missing(value)))


def as_text(value: Any) -> str:
    """Give a cell as the page shows and filters it: whole numbers without a point."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _turn(row: dict[str, Any], scores: Scores) -> list[Any]:
    """Give one turn as role, speaker, text, markers, scores in words, and valence."""
    text = row["text"]
    valence = row["valence"]
    if row["role"] == "customer":
        shown = f"{row['feeling']} · valence {valence:+.1f}" if valence == valence else ""
        return ["customer", "customer", text, [], shown, round(valence, 2) if shown else None]
    who = row.get("agent_id")
    who = "agent" if is_missing(who) else f"agent {as_text(who)}"
    numbers = []
    if row["road"] is not None:
        numbers = [f"road {row['road']}", f"empathy {row['empathy']:.1f} of 3"]
    if row["opportunity"] in ("given", "missed"):
        numbers.append(f"opportunity {row['opportunity']}")
    if row["score"] == row["score"]:
        numbers.append(f"score {row['score']:.0f}")
    marks = [[m.type, m.start, m.end] for m in scores.markers.get(row["row"], ())]
    return ["agent", who, text, marks, " · ".join(numbers), None]


def as_json(value: Any) -> str:
    """Write JSON that may stand in a page: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
