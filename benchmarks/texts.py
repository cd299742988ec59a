"""Texts to measure with: the authored replies, and as many made turns as are asked for."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AUTHORED = ROOT / "data" / "authored.jsonl"

COLUMNS = ("conversation_id", "role", "text", "agent_id")
AGENTS = 50
TALK = 6
"""Turns of a made conversation, the customer's first."""

KNOWN = 4000
"""Made conversations, made last, of which some are written again."""


@dataclass(frozen=True)
class Exchange:
    """A reply, and the turns before it as pairs of role and text, oldest first."""

    context: tuple[tuple[str, str], ...]
    reply: str


def every_exchange() -> list[Exchange]:
    """Read all authored exchanges, no reply twice."""
    distinct: dict[str, Exchange] = {}
    with AUTHORED.open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            context = tuple((role, text) for role, text in item["context"])
            distinct.setdefault(item["reply"], Exchange(context, item["reply"]))
    return list(distinct.values())


def authored(count: int, *, seed: int = 0) -> list[Exchange]:
    """Draw authored exchanges, no reply twice.

    Raises
    ------
    ValueError
        Where there are not so many.
    """
    exchanges = every_exchange()
    if count > len(exchanges):
        raise ValueError(f"there are {len(exchanges)} distinct replies, {count} were asked for")
    return random.Random(seed).sample(exchanges, count)


def with_macros(
    exchanges: Sequence[Exchange], share: float, uses: int, *, seed: int = 0
) -> list[Exchange]:
    """Replace a share of the replies by macros, each of them used about `uses` times."""
    draw = random.Random(seed)
    replaced = draw.sample(range(len(exchanges)), int(share * len(exchanges)))
    macros = [exchanges[i].reply for i in replaced[: max(1, len(replaced) // uses)]]
    texts = {place: draw.choice(macros) for place in replaced}
    return [
        Exchange(exchange.context, texts.get(place, exchange.reply))
        for place, exchange in enumerate(exchanges)
    ]


def write_exchanges(exchanges: Iterable[Exchange], path: Path, *, context: bool = True) -> None:
    """Write one row a turn, an exchange a conversation; of its context the customer's turns."""
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for number, exchange in enumerate(exchanges):
            asked = [turn for turn in exchange.context if context and turn[0] == "customer"]
            for role, text in (*asked, ("agent", exchange.reply)):
                rows.writerow((number, role, text, f"a{number % AGENTS}"))


def write_made(n_turns: int, path: Path, *, seed: int = 0, uses: int = 1) -> None:
    """Write made conversations; memory does not grow with `n_turns`.

    A turn is as many sentences as an authored one of its role, each drawn from all that were
    authored for that role. What comes out a second time gets a reference number.

    Parameters
    ----------
    n_turns : int
    path : Path
    seed : int
    uses : int
        Times that each conversation is written, about, scattered over the file; with 1 no text
        stands in it twice.
    """
    draw = random.Random(seed)
    made = _made(draw)
    known: list[list[tuple[str, str]]] = []
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for talk in range(-(-n_turns // TALK)):
            if uses == 1 or not known or draw.random() < 1 / uses:
                turns = list(islice(made, TALK))
                if uses > 1:
                    known = [*known[1 - KNOWN :], turns]
            else:
                turns = draw.choice(known)
            for role, text in turns[: n_turns - talk * TALK]:
                rows.writerow((talk, role, text, f"a{talk % AGENTS}"))


def _made(draw: random.Random) -> Iterator[tuple[str, str]]:
    said = {"customer": [], "agent": []}  # type: dict[str, list[list[str]]]
    for exchange in every_exchange():
        for role, text in (*exchange.context, ("agent", exchange.reply)):
            said[role].append(re.split(r"(?<=[.!?])\s+", text.strip()))
    pools = {role: sorted({s for turn in turns for s in turn}) for role, turns in said.items()}
    seen: set[int] = set()
    number = 0
    while True:
        for place in range(TALK):
            role = ("customer", "agent")[place % 2]
            text = " ".join(draw.choices(pools[role], k=len(draw.choice(said[role]))))
            if hash(text) in seen:
                number += 1
                text = f"{text} Ref {number}."
            seen.add(hash(text))
            yield role, text
