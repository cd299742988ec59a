"""Conversations -> what the model reads of each turn, and which turns cannot be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from empathy_score.conversation import Conversation, Marker
from empathy_score.markers import MarkerMatcher
from empathy_score.model.features import Reading
from empathy_score.model.model import ScoredRole

_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class RoleReadings:
    """The turns of one role that can be judged, and their rows in the table."""

    rows: list[int]
    readings: list[Reading]


def read_turns(
    conversations: Iterable[Conversation], matcher: MarkerMatcher
) -> tuple[dict[ScoredRole, RoleReadings], int]:
    """Collect the turns to score.

    Parameters
    ----------
    conversations : iterable of Conversation
        Turns must have their `row`.
    matcher : MarkerMatcher
        Finds the markers of agents' turns.

    Returns
    -------
    readings : dict of role to RoleReadings
    wordless : int
        Turns with text but no letter or digit in it (emoji, punctuation): not scored.
    """
    found: dict[ScoredRole, RoleReadings] = {
        "agent": RoleReadings([], []),
        "customer": RoleReadings([], []),
    }
    pending: list[tuple[str, tuple[str, ...]]] = []
    wordless = 0
    for conversation in conversations:
        for place, turn in enumerate(conversation.turns):
            if turn.role == "other" or turn.row is None or not turn.text.strip():
                continue
            if not _WORD.search(turn.text):
                wordless += 1
                continue
            before = conversation.customer_before(place)
            found[turn.role].rows.append(turn.row)
            if turn.role == "agent":
                pending.append((turn.text, before))
            else:
                found["customer"].readings.append(Reading(turn.text, before))
    markers: list[tuple[Marker, ...]] = matcher.find_all(text for text, _ in pending)
    found["agent"].readings.extend(
        Reading(text, before, spans) for (text, before), spans in zip(pending, markers, strict=True)
    )
    return found, wordless


_COMMON = frozenset((
    "the", "a", "an", "to", "of", "and", "in", "is", "it", "you", "i", "we", "for", "on", "that",
    "this", "with", "be", "are", "have", "your", "my", "not", "can", "do", "so", "will", "was",
    "at", "if", "me", "our", "please", "thanks", "thank", "but", "or", "as", "from", "just", "all",
    "no", "yes", "any", "what", "how", "when", "has", "been", "there", "out", "up", "get", "us",
    "sorry", "hi", "hello", "ok", "okay", "dm",
))  # fmt: skip
_ENOUGH = 5


def looks_foreign(text: str) -> bool:
    """Tell whether a text of some length has hardly any common English word in it."""
    words = re.findall(r"[^\W\d_]+", text[:2000].lower())
    return len(words) >= _ENOUGH and sum(word in _COMMON for word in words) * 12 < len(words)
