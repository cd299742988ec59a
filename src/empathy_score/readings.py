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
    """The turns of one role that can be judged, and their rows in the table.

    Parameters
    ----------
    rows : list of int
    readings : list of Reading
    answered : list of tuple of int
        For each reply the customer's readings, by their place, that it answers: those since the
        agent's turn before, or else the customer's last one. Empty for customers' turns.
    """

    rows: list[int]
    readings: list[Reading]
    answered: list[tuple[int, ...]]


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
        "agent": RoleReadings([], [], []),
        "customer": RoleReadings([], [], []),
    }
    pending: list[tuple[str, tuple[str, ...]]] = []
    wordless = 0
    for conversation in conversations:
        asked: list[int] = []
        replied = False
        for place, turn in enumerate(conversation.turns):
            if turn.role == "other" or turn.row is None or not turn.text.strip():
                continue
            if not has_words(turn.text):
                wordless += 1
                continue
            before = conversation.customer_before(place)
            found[turn.role].rows.append(turn.row)
            if turn.role == "agent":
                pending.append((turn.text, before))
                found["agent"].answered.append(tuple(asked))
                asked, replied = asked[-1:], True
            else:
                if replied:
                    asked, replied = [], False
                asked.append(len(found["customer"].readings))
                found["customer"].readings.append(Reading(turn.text, before))
    markers: list[tuple[Marker, ...]] = matcher.find_all(text for text, _ in pending)
    found["agent"].readings.extend(
        Reading(text, before, spans) for (text, before), spans in zip(pending, markers, strict=True)
    )
    return found, wordless


def has_words(text: str) -> bool:
    """Tell whether a text can be judged: it has a letter or a digit."""
    return _WORD.search(text) is not None


_COMMON = frozenset((
    "the", "a", "an", "to", "of", "and", "in", "is", "it", "you", "i", "we", "for", "on", "that",
    "this", "with", "be", "are", "have", "your", "my", "not", "can", "do", "so", "will", "was",
    "at", "if", "me", "our", "please", "thanks", "thank", "but", "or", "as", "from", "just", "all",
    "no", "yes", "any", "what", "how", "when", "has", "been", "there", "out", "up", "get", "us",
    "sorry", "hi", "hello", "ok", "okay", "dm",
))  # fmt: skip
_OTHER = frozenset((
    "der", "das", "und", "ist", "nicht", "ich", "sie", "wir", "ein", "eine", "zu", "mit", "auf",
    "es", "uns", "sehr", "ihr", "ihre", "für", "el", "los", "las", "que", "de", "en", "y", "por",
    "una", "con", "para", "se", "lo", "le", "su", "muy", "les", "des", "et", "je", "vous", "nous",
    "est", "pas", "un", "une", "du", "pour", "dans", "la", "il", "che", "non", "per", "sono", "di",
    "het", "een", "van", "niet", "och", "att", "det", "som", "og", "til", "ikke", "jeg", "nie",
    "się", "że", "na", "jest", "os", "uma", "não", "com", "em", "ang", "ng", "po", "hai", "nahi",
))  # fmt: skip
"""Frequent words of German, Spanish, French, Italian, Dutch, Portuguese and some others."""

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def looks_foreign(text: str) -> bool:
    """Tell whether a text has more frequent words of other languages, or letters, than English."""
    start = text[:2000]
    words = set(re.findall(r"[^\W\d_]+", start.lower()))
    if len(words & _OTHER) >= 2:
        return len(words & _OTHER) > len(words & _COMMON)
    letters = len(_LETTER.findall(start))
    return letters >= 8 and 2 * len(_LATIN.findall(start)) < letters
