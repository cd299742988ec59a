"""`Scores` -> the conversations as the page's script reads them: an index, and texts in parts."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from empathy_score.dimensions import ROADS
from empathy_score.insight import canned_share, discounted_empathy
from empathy_score.insight.canned import canned_words
from empathy_score.insight.questions import QUESTIONS, customer_answers, reply_answers
from empathy_score.insight.spoken import by_conversation, replies, spoken
from empathy_score.markers.types import MARKER_TYPES, marker_groups
from empathy_score.report.findings import GROUPS, Findings
from empathy_score.report.flags import LOOKS, REPLY_FLAGS, TAGS
from empathy_score.transcripts.formats import is_missing

if TYPE_CHECKING:
    from empathy_score.scores import Scores

PART = 100
"""Conversations in one part of the page, which is read when one of them is opened."""

SHOWN = 10_000
"""Conversations that a page holds; of more, a sample."""


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

    Notes
    -----
    Conversations are filtered by their replies, so that "missed, by Ann" is a reply of hers that
    missed. The index names each distinct kind of reply once (its groups, period, road and flags);
    a conversation has the kind of each of its replies. One without a reply has the kind of its
    first turn, without a road.
    """
    turns = spoken(scores)
    named = turns.groupby("conversation")["conversation_id"].first()
    quoted = set(named.index[named.isin(set(first))])
    chosen = _chosen(named.index.tolist(), _worth_a_look(found, turns), limit, seed, quoted)
    kinds, show = _Kinds(found), _Turns(scores, found)
    on_talk = _listed(found.talk_flags)
    phrases = _listed(dict(enumerate(found.canned["rows"])))
    ended = found.outcomes["outcome"]
    names = [name for name in _COLUMNS if name in turns]
    entries: list[dict[str, Any]] = []
    bodies = []
    for number, own in by_conversation(turns[turns["conversation"].isin(chosen)], *names):
        rows = [dict(zip(("row", *names), values, strict=True)) for values in own]
        outcome = ended.get(number)
        entries.append({
            "n": len(entries), **_entry(rows), "replies": kinds.of(rows),
            "outcome": outcome if isinstance(outcome, str) else None,
            "flag": on_talk.get(number, []),
            "phrase": _distinct(p for row in rows for p in phrases.get(row["row"], [])),
        })  # fmt: skip
        bodies.append([show.turn(row) for row in rows])
    head = {
        "talks": entries, "kinds": kinds.known, "fields": [*GROUPS, "period", "road"],
        "flags": REPLY_FLAGS, "phrases": found.canned["phrase"].tolist(), "part": PART,
        "roads": ROADS, "tags": TAGS, "groups": marker_groups(MARKER_TYPES),
        "questions": list(QUESTIONS.values()),
    }  # fmt: skip
    parts = [as_json(bodies[start : start + PART]) for start in range(0, len(bodies), PART)]
    return Talks(as_json(head), parts, len(named), len(entries))


_COLUMNS = ("conversation_id", "role", "text", "time", "road", "score", "empathy", "opportunity",
            "feeling", "valence", *GROUPS)  # fmt: skip


_PLACES = {key: place for place, key in enumerate(QUESTIONS)}


def _worth_a_look(found: Findings, turns: pd.DataFrame) -> set[int]:
    rows = [row for name in LOOKS for row in found.reply_flags[name]]
    return set(turns.loc[rows, "conversation"].tolist())


def _chosen(
    numbers: list[int], worth: set[int], limit: int, seed: int, quoted: set[int]
) -> set[int]:
    """Draw the conversations of the page: those quoted, then half of those worth a look."""
    if len(numbers) <= limit:
        return set(numbers)
    draw = random.Random(seed)
    look = [n for n in numbers if n not in quoted and n in worth]
    first = quoted | set(draw.sample(look, min(len(look), limit // 2)))
    rest = [number for number in numbers if number not in first]
    return first | set(draw.sample(rest, min(len(rest), max(limit - len(first), 0))))


def _listed(members: Mapping[Any, Iterable[int]]) -> dict[int, list[Any]]:
    """Turn "name: its members" into "member: its names"."""
    names: dict[int, list[Any]] = {}
    for name, own in members.items():
        for member in own:
            names.setdefault(member, []).append(name)
    return names


class _Kinds:
    """The distinct kinds of reply that conversations are filtered by, as they come."""

    def __init__(self, found: Findings) -> None:
        self.known: list[dict[str, Any]] = []
        self._places: dict[tuple[Any, ...], int] = {}
        self._flags = _listed(found.reply_flags)
        self._period = found.period.dropna().to_dict()

    def of(self, rows: list[dict[str, Any]]) -> list[int]:
        """Give the place of each reply's kind; of the first turn's where there is no reply."""
        judged = [row for row in rows if not is_missing(row["road"])]
        return [self._place(row) for row in judged or rows[:1]]

    def _place(self, row: dict[str, Any]) -> int:
        kind = {name: _plain(row.get(name)) for name in (*GROUPS, "road")}
        kind["period"] = self._period.get(row["row"])
        flags = self._flags.get(row["row"], [])
        key = (*kind.values(), *flags)
        if key not in self._places:
            self._places[key] = len(self.known)
            self.known.append({**kind, "flag": flags})
        return self._places[key]


class _Turns:
    """Lays single turns out, with what stands beside the words."""

    def __init__(self, scores: Scores, found: Findings) -> None:
        said = replies(spoken(scores)).index
        self._markers = scores.markers
        self._canned = canned_words(scores)
        self._place = {row: place for place, row in enumerate(said.tolist())}
        self._share = canned_share(scores).to_dict()
        self._own = discounted_empathy(scores).to_dict()
        self._moments = dict(zip(found.moments["row"], found.moments["change"], strict=True))
        self._beside = set(found.moments["reply_row"].dropna())
        self._promised: dict[int, list[tuple[int, int]]] = {}
        for row, start, end in found.promises[["row", "start", "end"]].itertuples(index=False):
            self._promised.setdefault(row, []).append((start, end))

    def turn(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give one turn; what is empty is left out."""
        shown = self._customer(row) if row["role"] == "customer" else self._agent(row)
        shown = {"role": row["role"], "text": row["text"], **shown}
        return {name: value for name, value in shown.items() if value or name == "valence"}

    def _customer(self, row: dict[str, Any]) -> dict[str, Any]:
        valence = row["valence"]
        answers = _places(customer_answers(row["text"], _plain(row["feeling"])))
        if valence != valence:
            return {"answers": answers}
        change = self._moments.get(row["row"])
        return {
            "answers": answers,
            "numbers": f"{row['feeling']} · valence {valence:+.1f}",
            "valence": round(valence, 2),
            "moment": None if change is None else f"{change:+.1f}",
        }

    def _agent(self, row: dict[str, Any]) -> dict[str, Any]:
        markers = self._markers.get(row["row"], ())
        promised = self._promised.get(row["row"], ())
        return {
            "who": _plain(row.get("agent_id")),
            "road": _plain(row["road"]),
            "marks": [[m.type, m.start, m.end] for m in markers],
            "answers": _places(reply_answers(markers, promised)),
            "canned": self._canned.spans(self._place[row["row"]]),
            "numbers": " · ".join(self._numbers(row)),
            "beside": row["row"] in self._beside,
        }

    def _numbers(self, row: dict[str, Any]) -> list[str]:
        if is_missing(row["road"]):
            return []
        own = self._own[row["row"]]
        stock = f" ({own:.1f} without stock words)" if row["empathy"] - own >= 0.05 else ""
        road = row["road"].replace("_", " ")
        shown = [f"road {road}", f"empathy {row['empathy']:.1f} of 3{stock}"]
        if row["opportunity"] in ("given", "missed"):
            shown.append(f"opportunity {row['opportunity']}")
        if row["score"] == row["score"]:
            shown.append(f"score {row['score']:.0f}")
        if self._share[row["row"]] > 0:
            shown.append(f"{self._share[row['row']]:.0%} canned")
        return shown


def _places(answers: Iterable[tuple[str, int, int, str]]) -> list[list[Any]]:
    """Give answers with the place of their question instead of its key."""
    return [[_PLACES[key], *rest] for key, *rest in answers]


def _entry(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Say of one conversation what its line in the list shows."""
    judged = [row["road"] for row in rows if not is_missing(row["road"])]
    on_a_road = [road for road in judged if road != "none"] or judged
    scored = [row["score"] for row in rows if row["score"] == row["score"]]
    times = [row["time"] for row in rows if row["time"] == row["time"]]
    return {
        "id": str(rows[0]["conversation_id"]),
        "day": str(pd.Timestamp(times[0], unit="s").date()) if times else "",
        "main": max(on_a_road, key=on_a_road.count) if on_a_road else None,
        "feeling": _distinct(row["feeling"] for row in rows),
        "score": round(sum(scored) / len(scored)) if scored else None,
    }


def _distinct(values: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(as_text(value) for value in values if not is_missing(value)))


def _plain(value: Any) -> str | None:
    return None if is_missing(value) else as_text(value)


def as_text(value: Any) -> str:
    """Give a cell as the page shows and filters it: whole numbers without a point."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def as_json(value: Any) -> str:
    """Write JSON that may stand in a page: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
