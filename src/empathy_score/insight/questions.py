"""Five questions of empathy, asked of one conversation and answered with its own words.

Source: Hess (2011): how does the person feel; how would I feel; is there something I can or should
do; what would I expect; what would make them satisfied, and why not do it?
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from empathy_score.insight.promises import SENTENCE, find_promises
from empathy_score.insight.spoken import spoken
from empathy_score.transcripts.formats import is_missing

if TYPE_CHECKING:
    from empathy_score.conversation import Marker
    from empathy_score.scores import Scores

QUESTIONS = {
    "feel": "How does the person feel?",
    "would_i_feel": "How would I feel if I were that person?",
    "can_do": "Is there something that I can or should do?",
    "expect": "What would I expect to be done for me?",
    "satisfy": "What would make them satisfied, and why not do it?",
}

_MARKERS = {
    "acknowledge": "feel", "understand": "would_i_feel", "perspective": "would_i_feel",
    "own": "can_do", "repair": "can_do", "goodwill": "can_do", "change": "can_do",
    "instruct": "can_do", "responsible": "can_do",
    "timeframe": "expect", "next_step": "expect", "explain": "expect", "inform": "expect",
    "option": "expect", "repent": "expect",
    "ask_feedback": "satisfy", "refuse": "satisfy", "policy": "satisfy", "redirect": "satisfy",
    "blame": "satisfy", "brush_off": "satisfy",
}  # fmt: skip
"""Which question each marker of a reply answers."""

_WISH = re.compile(
    r"\b(?:i|we)(?:['’]d| would)? (?:just |really |only )?(?:want|need|expect|like|love|hope|wish|"
    r"ask)\b|\b(?:can|could|will|would) (?:you|someone|i|we)\b|\bplease\b|\bpls\b|"
    r"\b(?:fix|refund|cancel|replace|send) (?:it|me|my|this|the)\b|\bwhen will\b|"
    r"\bhow (?:do|can) i\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """A quote that answers a question.

    Parameters
    ----------
    row : int
        Of the turn.
    role : {"customer", "agent"}
    start, end : int
        Half-open span in the untouched text.
    text : str
    what : str
        A feeling, a marker type, ``"wish"`` or ``"promise"``.
    """

    row: int
    role: str
    start: int
    end: int
    text: str
    what: str


def five_questions(scores: Scores, conversation_id: str) -> dict[str, tuple[Answer, ...]]:
    """Answer the five questions with what a conversation says.

    Parameters
    ----------
    scores : Scores
    conversation_id : str

    Returns
    -------
    dict of str to tuple of Answer
        By key of `QUESTIONS`, in the order in which it was said; empty where nothing answers it.

    Raises
    ------
    KeyError
        Where there is no such conversation.
    """
    turns = spoken(scores, ("feeling",))
    own = turns[turns["conversation_id"] == str(conversation_id)]
    if own.empty:
        raise KeyError(f"no conversation {conversation_id!r} in these scores")
    found: dict[str, list[Answer]] = {key: [] for key in QUESTIONS}
    for row, role, text, feeling in own[["role", "text", "feeling"]].itertuples():
        if role == "customer":
            given = customer_answers(text, None if is_missing(feeling) else feeling)
        else:
            kept = [(promise.start, promise.end) for promise in find_promises(text)]
            given = reply_answers(scores.markers.get(row, ()), kept)
        for key, start, end, what in given:
            found[key].append(Answer(int(row), role, start, end, text[start:end], what))
    return {key: tuple(answers) for key, answers in found.items()}


def customer_answers(text: str, feeling: str | None) -> list[tuple[str, int, int, str]]:
    """Say what in a customer's turn answers which question.

    Parameters
    ----------
    text : str
    feeling : str or None

    Returns
    -------
    list of (key of `QUESTIONS`, start, end, what)
        Half-open spans in the untouched text.
    """
    answers = []
    if feeling not in (None, "neutral"):
        answers.append(("feel", 0, len(text), str(feeling)))
    for match in SENTENCE.finditer(text):
        if _WISH.search(match.group()):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            answers.append(("satisfy", start, match.end(), "wish"))
    return answers


def reply_answers(
    markers: Iterable[Marker], promised: Iterable[tuple[int, int]]
) -> list[tuple[str, int, int, str]]:
    """Say what in a reply answers which question.

    Parameters
    ----------
    markers : iterable of Marker
        Of the reply.
    promised : iterable of (int, int)
        Half-open spans of its promises.

    Returns
    -------
    list of (key of `QUESTIONS`, start, end, what)
    """
    marked = [
        (_MARKERS[marker.type], marker.start, marker.end, marker.type)
        for marker in markers
        if marker.type in _MARKERS
    ]
    kept = [("expect", start, end, "promise") for start, end in promised]
    return sorted(marked + kept, key=lambda answer: answer[1:3])
