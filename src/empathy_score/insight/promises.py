"""Promises in replies: who promises what, by when; and whether it was kept.

Expectations set and kept or broken are half of service quality (SERVQUAL's fourth gap, Zeithaml
et al.; over-promising is the first face of service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from empathy_score.insight.due import due_in
from empathy_score.insight.spoken import by_conversation, spoken

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\w)[^.!?\n]*)*[.!?]*")

_UNBINDING = (
    r"(?!\s+(?:not|never|n't|no longer|only|just|need|require|have to|has to|admit|say|like|want|"
    r"miss|think|remember|understand|agree|assume|suppose|take it|let you go|leave|love|hope|"
    r"always|continue to|probably|maybe|end th|put you through|pass you|transfer you|stop|try to|"
    r"ask you|charge|close|explain|be (?:honest|able|here|around|me|the one|closed|away|charged|"
    r"(?:more than |very )?(?:happy|glad|delighted|pleased)|my|our|a|an|sad|sorry|upfront|frank|"
    r"with you (?:in a|shortly|soon)|thinking|assisting|helping|looking forward|waiting)|"
    r"do (?:my|our) best|see (?:you|how it|what|if|whether|where)|know|wait|stay on|paste|"
    r"(?:\w+ )?take (?:it|this|that|these) on board|(?:then )?be able|(?:deeply |really )?hope)\b)"
)
"""What follows "I will" where it promises nothing: refusals, wishes, opinions, transfers."""

_SOON = r"(?:\s+(?:now|also|then|personally|definitely|certainly|both|go ahead and))*"
_ACTS = (
    r"(?:send|ship|refund|credit|replace|call|ring|phone|e-?mail|message|text|update|fix|repair|"
    r"check|look|investigate|escalate|arrange|book|cancel|remove|restore|reset|follow up|get back|"
    r"come|deliver|dispatch|reimburse|sort|resolve|contact|reply|return|process|issue|collect|"
    r"let you know|be in (?:touch|contact)|revert|visit|write|answer|respond|"
    r"have (?:an?|my|our|the) \w+|get to)"
)
_DOING = (
    r"(?:sending|shipping|refunding|crediting|replacing|booking|arranging|ordering|posting|"
    r"dispatching|cancelling|escalating|raising|processing|issuing|reversing)"
)
_PASSIVE = (
    r"sent|shipped|refunded|credited|replaced|fixed|repaired|delivered|dispatched|processed|"
    r"resolved|restored|reimbursed|collected|updated|cancelled|waived|removed|funded|returned|paid|"
    r"posted|booked|reviewed|discussed|investigated|completed|recovered|accepted|passed on|"
    r"available (?:in|on|from|by)"
)
_WILL = (  # "well" and "ill" are promises where they come before an act
    rf"(?:['’]ll|ll(?={_SOON}\s+{_ACTS}\b)|\s+will|\s+shall|"
    r"['’](?:m|re)\s+(?:\w+\s+)?going to|\s+(?:am|are|is)\s+going to|"
    r"\s+promise to|\s+promise (?:that )?(?:i|we)(?:['’]ll| will))"
)
_PROMISE = re.compile(
    rf"\b(?:(?P<i>i)|(?P<we>we)){_WILL}{_UNBINDING}{_SOON}\s+[a-z]"
    rf"|\b(?:(?P<i2>i)|(?P<we2>we))(?:['’]m|['’]re|\s+am|\s+are)\s+(?:\w+ly\s+|now\s+)?{_DOING}\b"
    rf"|(?:^|[,;:]\s*|\band\s+)(?P<bare>(?:will\s+{_ACTS}|get back to you|let you know)\b)"
    rf"|\b(?P<other>(?:our|my) \w+(?: \w+)?|the (?:\w+ )?(?:team|builder|engineer|manager|driver|"
    rf"courier|technician|office|store|shop|bank|desk|doctor|nurse)|he|she|they|someone|"
    rf"an? (?:\w+ )?(?:engineer|technician|manager|colleague|courier|driver|specialist|agent))"
    rf"(?:\s+\([^)]*\))?{_WILL}{_UNBINDING}{_SOON}\s+{_ACTS}\b"
    rf"|(?<!you)(?:(?<!\s)\s{{1,3}}will|['’]ll){_UNBINDING}\s+"
    rf"(?:(?:then|now|also|personally)\s+)?(?:respond|contact you|"
    rf"call you|ring|phone you|visit you|be in (?:touch|contact)|be with you(?! in)|"
    rf"get back to you|"
    rf"review|show (?:on|in|up|within|by)|follow|be (?:re)?(?:{_PASSIVE}))\b"
    rf"|\b(?:is|are|['’]re) (?:now |currently )?being (?:fitted|{_PASSIVE})\b"
    rf"|(?<!n['’]t )(?<!not )\bexpect (?:a|an|your) \w+"
    rf"|\b(?P<you>you|your (?:\w+ ){{0,3}}\w+|it|this|that|the (?:\w+ ){{0,3}}\w+|"
    rf"an? (?:\w+ ){{0,3}}\w+)(?:['’]ll|\s+will|\s+should)\s+(?:now\s+|also\s+)?"
    rf"(?:receive|hear|get (?:(?:an?|it|their|written|another|confirmation)\b|[£$€\d])|"
    rf"see (?:it|this|that|the (?:refund|credit|money|amount|change))\b|"
    rf"have (?:an?|the|my|our|it)\b|be (?:re)?(?:{_PASSIVE}|called|contacted|back|there|with you|"
    rf"in your|on (?:its|your)|live)\b|arrive\b|land\b|reach you\b|go out\b|ship\b|"
    rf"come\b(?! across))",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:you|they|he|she|who) (?:\w+ )?"
    r"(?:said|say|says|mentioned|told|claimed|wrote|thought|assumed)\b|\baccording to\b|"
    r"\b(?:i was|we were) told\b",
    re.IGNORECASE,
)
"""In the clause before a promise: somebody else's words, told again."""

_DENIED = re.compile(
    r"\b(?:no|none|nobody|nothing|neither|nor|doubt|can['’]?t|cannot|don['’]?t|won['’]?t|whether)\b",
    re.IGNORECASE,
)
"""In the clause before a promise: it is none."""

_REFUSED = re.compile(r"\s*(?:no|nothing|neither|none)\b", re.IGNORECASE)
"""After a promise: "you will receive no refund"."""

_ASKED = (
    r"(?:dm|pm|e-?mail|mail|message|msg|text|send|share|provide|confirm|give (?:us|me)|"
    r"tell (?:us|me)|let (?:us|me) know|fill|complete|write|contact|reply|respond|drop|pop|upload|"
    r"attach|bring|return|open|run|try|follow|use|choose|click|visit|call us|ring us|quote|"
    r"forward|submit|register|keep an eye|stop|look (?:for|in))\b"
)
_REQUEST = re.compile(
    rf"(?:^\W*|[,;:!&>]\s{{1,3}}|\b(?:then|also|just|please|kindly)\s{{1,3}}|"
    rf"\b(?:hi|hey|hello)\W{{1,3}}(?:\w+\W{{1,3}})?|\b(?:could|can|would|will|may|might|mind)\s{{1,3}}"
    rf"(?:you\s{{1,3}})?(?:please\s{{1,3}}|kindly\s{{1,3}}|also\s{{1,3}})?)"
    rf"{_ASKED}|\bwould be (?:great|helpful|ideal)|\bif\b",
    re.IGNORECASE,
)
"""What the customer is to do, or what must be so, before what follows."""

_ASKING = re.compile(
    r"\b(?:can|could|would|will|may) (?:you|i|we)\b|^\W*(?:and |so |\w+, )?"
    r"(?:what|which|where|who|when)\b",
    re.IGNORECASE,
)
"""A question for something: what comes after it waits for the answer."""

_CLAUSE = re.compile(r"[,;:]|\b(?:and|but)\b", re.IGNORECASE)

_CONDITION = re.compile(
    r"\b(?:if|once|when|unless|should) (?:you|we (?:have|get)|i (?:have|get)|payment)\b|"
    r"\b(?:as soon as|after) you\b|"
    r"\b(?:dm|send|message|share|drop|give|tell|provide|let us know|pm|"
    r"please(?! (?:bear|allow|wait|hold|rest)))\b[^.!?]{0,80}\b(?:and|so)\s+(?:that\s+)?"
    r"(?:i|we)\b|\bcan i (?:have|get|take)\b",
    re.IGNORECASE,
)

_PAST = (
    r"(?:sent|shipped|refunded|credited|fixed|spoken|spoke|called|rung|checked|issued|processed|"
    r"heard|found|got|booked|arranged|cancelled|removed|restored|reset|replaced|reversed|waived|"
    r"dispatched|delivered|collected|updated|emailed|e-mailed|written|resolved|sorted|raised|"
    r"escalated|repaired|reimbursed|returned|posted|done|made|put|passed|paid)"
)
_DONE = re.compile(
    rf"\b(?:i|we|they|he|she|team|engineer|courier)(?:['’](?:ve|s)|\s+have|\s+has)?\s+"
    rf"(?:now |just |already |since )*{_PAST}\b|"
    rf"\b(?:has|have|was|were|is|are) (?:now |just |already )?(?:been )?{_PAST}\b|"
    r"\bis (?:now )?(?:on its way|done|fixed|back|live|complete|sorted)\b|\bas promised\b|"
    r"\bwent (?:out|through)\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"n['’]t\b|\b(?:not|never|no|once|when|until|unless|before|refused|rejected|declined|denied|"
    r"failed|fails|bounced|wrong|lost|stuck|delayed|tried)\b",
    re.IGNORECASE,
)
"""In a sentence with a word of these, nothing was done for certain."""

_GOT = re.compile(
    r"\b(?:got|received|have) (?:it|them|that|the|my|your|our)\b(?! (?:\w+ )?(?:e-?mail|letter|"
    r"message|reply|answer|note)\b)|"
    r"\b(?:came|arrived|landed|turned up|went through)\b(?! (?:\w+ )?(?:broken|damaged|empty|"
    r"wrong|late|smashed|again)\b)|"
    r"\b(?:is|are|it['’]s) (?:here|back|fixed|working|in my|sorted)\b",
    re.IGNORECASE,
)
"""What a customer says who has what was promised."""

_OTHER = re.compile(r"\b(?:another|again|first|more|also|too|charged)\b", re.IGNORECASE)
"""In a sentence with a word of these, something else may have come."""

_STILL = re.compile(
    r"\b(?:still (?:no|not|nothing|waiting|hasn|haven|don|didn)\w*|"
    r"nothing (?:yet|so far|came|happened|arrived)|(?:and|but) (?:then )?nothing\s*(?:[.!?,;]|$)|"
    r"(?:no one|nobody) (?:\w+ ){0,2}(?:call|rang|"
    r"ring|came|come|wrote|write|answer|repl|contact|got|has|showed|did)\w*|"
    r"never (?:came|called|got|heard|arrived|rang|showed|received)|"
    r"(?:has|have|had|did)(?:n['’]?t| not) (?:\w+ ){0,2}(?:come|came|arrive|call|ring|heard|hear|"
    r"receive|got|get|sent|send|refund|happen|show|reply|replied|changed|land)\w*|"
    r"where(?:['’]s| is| are) (?:my|the|that|it|our|your)|you (?:said|promised|told me)|"
    r"(?:i['’]?m|am|been|keep) (?:\w+ )?waiting|waiting (?:for|on)|"
    r"no (?:sign|call|reply|refund|e-?mail|answer|news|word|parcel|delivery|show)\b)",
    re.IGNORECASE,
)
_NONE = re.compile(r"\bno ((?:\w+ )?\w+)", re.IGNORECASE)
"""Nothing of what was promised: "no engineer has come"."""

SHORT = 5
"""Words with a meaning of their own up to which a complaint that nothing came needs no subject."""

SHORTEST = 3
"""Words of a sentence below which it does not come between a request and what waits for it."""

_WORD = re.compile(r"[a-z]{3,}")
_PLAIN = frozenset((
    "the", "and", "you", "your", "will", "for", "with", "that", "this", "our", "are", "have", "has",
    "was", "been", "now", "not", "they", "them", "their", "can", "get", "got", "from", "just",
    "let", "know", "soon", "make", "sure", "within", "hours", "hour", "days", "day", "today",
    "tomorrow", "week", "back", "going", "shortly", "team", "please", "thanks", "thank", "sorry",
    "what",
    "when", "would", "could", "about", "there",
))  # fmt: skip
"""Words that say nothing of what a promise is about."""

_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|s)$")
_RINGING = frozenset(("ring", "rang", "rung", "phone", "phon"))


@dataclass(frozen=True)
class Promise:
    """One promise in a reply.

    Parameters
    ----------
    start, end : int
        Half-open span in the untouched reply.
    text : str
        ``reply[start:end]``.
    who : {"I", "we", "other"}
        Who is to do it.
    when : str
        The words that say by when; empty where there are none.
    seconds : float
        From the reply until it is due; NaN where no time is said, or only "soon".
    """

    start: int
    end: int
    text: str
    who: str
    when: str
    seconds: float


def find_promises(reply: str, said_at: float = float("nan")) -> list[Promise]:
    """Find what a reply promises.

    Parameters
    ----------
    reply : str
        Untouched.
    said_at : float, optional
        Seconds since 1970 when it was said; without it, weekdays and times of day have no due time.

    Returns
    -------
    list of Promise
        In order, one a sentence at most. What waits for the customer ("send us a DM and we'll
        look", "Could you DM us? We'll look.") is an invitation, and left out; so are refusals and
        wishes.
    """
    return list(_promises(reply, said_at))


def _promises(reply: str, said_at: float) -> Iterator[Promise]:
    asked = carried = False  # right before, or through a sentence that waits for the answer too
    for sentence in SENTENCE.finditer(reply):
        words = sentence.group()
        match = _PROMISE.search(words)
        question = words.rstrip().endswith("?")
        waits = asked or (carried and not due_in(words)[0])
        if match is None or question or waits or _CONDITION.search(words):
            short = match is None and len(words.split()) < SHORTEST
            carried = short and carried if match is None else waits
            asks = _REQUEST.search(words) or (question and _ASKING.search(words))
            asked = bool(asks) or (short and asked)
            continue
        carried, asked = False, _REQUEST.search(words, 0, match.start()) is not None
        if asked:
            continue
        clause = _CLAUSE.split(words[: match.start()])[-1]
        denied = _REPORTED.search(clause) or _DENIED.search(clause)
        if denied or _REFUSED.match(words, match.end()):
            continue
        lead = len(words) - len(words.lstrip())
        start = sentence.start() + lead
        end = sentence.start() + len(words.rstrip())
        before = words[: match.start()].rstrip().lower()
        own = match["we"] or match["we2"] or match["bare"] or before.endswith(" we")
        who = "I" if match["i"] or match["i2"] else "we" if own else "other"
        when, seconds = due_in(words, said_at)
        yield Promise(start, end, reply[start:end], who, when, seconds)


def promises(scores: Scores) -> pd.DataFrame:
    """List the promises that replies make, and what became of them.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    DataFrame
        One row a promise, in the order of the conversations: `conversation_id`, `row` (of the
        reply), `start`, `end`, `text`, `who`, `when`; `made_at` and `due_at` (UTC; missing where
        unknown);
        `status`: ``"kept"`` where a later reply says that it is done, in time or without a time to
        keep, or the customer that it has come; ``"late"`` where that reply comes after it was due,
        or the customer came back after it was due with it undone; ``"open"`` where the
        conversation does not tell; `over_promised`: whether the customer came back about it before
        anything said that it was done; `agent_id` where the table has one.

    Notes
    -----
    Read by patterns, sentence by sentence, that were made for being right more than for missing
    none: `scripts/measure_promises.py` prints precision and recall.
    """
    import pandas as pd

    turns = spoken(scores)
    agent = ["agent_id"] if "agent_id" in turns else []
    rows: list[dict[str, Any]] = []
    for _, own in by_conversation(turns, "role", "text", "time", "conversation_id", *agent):
        for place, (row, role, text, time, name, *who) in enumerate(own):
            if role != "agent":
                continue
            later = [(turn[1], turn[2], turn[3]) for turn in own[place + 1 :]]
            for promise in _promises(text, time):
                status, over = _outcome(promise, time, later)
                rows.append({
                    "conversation_id": name, "row": row, "start": promise.start,
                    "end": promise.end, "text": promise.text, "who": promise.who,
                    "when": promise.when, "made_at": time, "due_at": time + promise.seconds,
                    "status": status, "over_promised": over, **dict(zip(agent, who, strict=True)),
                })  # fmt: skip
    columns = ["conversation_id", "row", "start", "end", "text", "who", "when", "made_at",
               "due_at", "status", "over_promised"]  # fmt: skip
    columns += agent
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("made_at", "due_at"):
        frame[name] = pd.to_datetime(frame[name].astype(float), unit="s", utc=True)
    return frame


def _outcome(
    promise: Promise, made: float, later: list[tuple[str, str, float]]
) -> tuple[str, bool]:
    """Say what became of a promise in the turns after it."""
    due = made + promise.seconds
    subject = _content(promise.text)
    complained = late = False
    for role, text, time in later:
        after = time == time and due == due and time > due
        about = subject & _content(text)
        if role == "customer":
            still = _STILL.search(text) and (about or len(_content(text)) <= SHORT)
            if still or any(subject & _content(what) for what in _NONE.findall(text)):
                complained = True
                late = late or after
            elif any(_says_got(sentence, subject) for sentence in SENTENCE.findall(text)):
                return ("late" if late else "kept"), complained
        elif any(_says_done(sentence, subject) for sentence in SENTENCE.findall(text)):
            return ("late" if after or late else "kept"), complained
    return ("late" if late else "open"), complained


def _says_done(sentence: str, subject: set[str]) -> bool:
    """Tell whether a sentence of the agent says that what was promised is done."""
    doubt = (
        sentence.rstrip().endswith("?") or _CONDITION.search(sentence) or _UNDONE.search(sentence)
    )
    return not doubt and bool(subject & _content(sentence)) and _DONE.search(sentence) is not None


def _says_got(sentence: str, subject: set[str]) -> bool:
    """Tell whether a sentence of the customer says that what was promised has come."""
    doubt = sentence.rstrip().endswith("?") or _UNDONE.search(sentence) or _OTHER.search(sentence)
    return not doubt and bool(subject & _content(sentence)) and _GOT.search(sentence) is not None


def _content(text: str) -> set[str]:
    """Give the stems of the words that say what a text is about."""
    return {_stem(word) for word in _WORD.findall(text.lower()) if word not in _PLAIN}


def _stem(word: str) -> str:
    """Give a word's stem, five letters at most; to ring and to phone are to call."""
    stem = _ENDING.sub("", word)[:5]
    return "call" if stem in _RINGING else stem
