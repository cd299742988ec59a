"""Sentences that fit any complaint: nothing in them is about this customer's matter.

Two kinds: stock sentences, of which every word fits any complaint, and idle ones, which neither do
anything nor take up a word of what the customer said.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from empathy_score.conversation import Marker
from empathy_score.markers.types import MARKER_TYPES

_WARM = """
    aim alone always annoyance annoyed annoying apologetic apologies apologise apologising apologize
    apologizing apology appreciate appreciated appreciates appreciating appreciation ashamed assure
    assured best better care cares caring chance cherish cherished comfort committed compassion
    concern concerned confidence delight delighted deserve disappointed disappointing disappointment
    disheartening dismayed distress distressing ears emotions empathetic empathise empathize empathy
    esteem experience feedback feel feelings feels forgive frown frustrated frustrating frustration
    frustrations gift glad grateful gratitude gutted happiness happy hate heart heartbroken
    heartfelt hearts honor honored honour honoured hope hug hugs humbled imagine important improve
    inconvenience inconvenienced intention joy kindness level listening love loyal loyalty matter
    matters means opportunity pleasure precious pride priority regret regretful regrettable sad
    sadden saddened saddens satisfaction satisfied seriously sorrow sorry standards stressful strive
    strives sympathetic sympathies sympathise sympathize sympathy thank thankful thanks treasure
    trouble trust unacceptable understand understandable understandably understanding unfortunate
    unhappy unnoticed upset upsetting valid value valued values vibes welcome wish wishes worries
    worry worrying yikes
"""

_ANY = """
    a about above absolute absolutely accept acknowledge across actions adore affected affording
    after afternoon again aggrieved ahead aiming all allow allowing allows along alongside also
    although am amazing among an and another anxiety anxious any anybody anyone anything anyway
    appreciable appreciative are around as aspect aspire asset assist assistance assisting assurance
    assuring at attention aw aware away awesome awful back bad be bear bearing because become been
    beg begin behalf behind being believe believed believers believing below beside beyond big
    biggest bit bless blessing both bother bothered bothering bottom breaks brighter brilliant bring
    bringing brings brought bummed bummer bunch business but by calm came can candid candor candour
    cared carefully carry cause caused causes certainly cheer cheerful cheers chin choice choices
    choosing chose chosen circumstances class clear clearly clients co-operation come comes coming
    comment comments commit commitment community company complain complaint complaints complete
    completely comprehension concerns conduct confident confusion conscious considered constantly
    constructive contact contacting contacts contentment continue continued continuing continuously
    contribution contrition conversation convey cool cooperation correspondence could could've count
    courage courteous courtesy criticism custom customer customer's customers dampened day deal
    dealing
    dealings dear dedicated dedication deepest deeply definitely delighting deplore describe
    deserved deserves desire despite deter determined did differently difficult difficulties
    difficulty disappoint discomfort disheartened displeasure disposal disruptive dissatisfaction
    dissatisfied disturb disturbance disturbed dna do does doing down dreadful drives duty each earn
    earned earning ease easier easy else elsewhere emotional encounter encountered end endeavour
    ending enjoy enough ensuring entire entirely especially esteemed even evening ever every
    everyday everyone everyone's everything evident exactly exceed exceeding excellence excellent
    exception exceptional excuse exhausting expect expectations expected experienced experiences
    experiencing express expressed expressing expression extend extended extraordinarily extremely
    fab faced facing fair fairly faith falling fam family far fat fear fed feeling felt find finds
    finest first first-class five-star folks for forbearance foremost forward frank frankness
    friction friend friendly friends from fully fun further future gave gem generosity genuine
    genuinely get gets getting give given giving gladly go goal goes going gone good goodness
    goodwill gosh got gracious granted great greatest greatly greetings grow growing guest guests
    guys had hands hang hanging happen happened happens happier happily hard harder hardest has
    hassle have having he he's headache heads-up hear heard hearing heartbreaking heartily hello
    help helpful helping helps here here's hesitate hey hi hiccup high higher highest highlighting
    highly hiya honest honestly honesty hoped hoping horrible how how's howdy huge humble humbly i
    i'd i'll i'm i've ideal if impact importance impression improvement improving in includes
    inconveniences inconvenient incredibly indebted indeed input insights inspired interaction into
    invaluable is issue issues it it'd it'll it's its jealously just keep keepin keeping keeps kind
    kinda kindest kindly know knowingly learn learning least lend lessons let let's letting life
    lightly like likes listen listened look looked looking looks lot lots loud loved lovely lucky
    ma'am madam made magic make makes making manage manner many mark massive mate mattered may me
    mean meant member members memories merit message might mind mindful miss moment moments more
    morning most much must must've my myself natural need needed nice nobody now obliged occasion
    occasioned of off offence often oh okay on once one ones ongoing only oops open openly openness
    opinion or other our ours ourselves out outstanding over pain painless pains pal paramount
    pardon part partner partners passion passionate patience patient peace people perfect perfectly
    permit perseverance person personal personally place placed placing plain pleasant please
    pleased pledge plenty point poor position positive possible possibly power praise pretty
    privilege privileged problem problems profound profusely promise proud prove provide putting
    quality quite raise raising rather reach reached reaching read ready real realise realize really
    reason reasonable reasonably reassure received recent recognise recognize reflect reflected
    regain regard regarding regards regretting reiterate relationship relationships remain remains
    remarks reputation require resonate respect respected responsibilities rest restore restoring
    rests review reviews right rightly rooting rough sadness safe said same sank satisfactory say
    saying see seeing self sense sensible sensitivity seriousness serve service serving shall shame
    shape share shared sharing she she's shine shortcomings should shout shy side simple sincere
    sincerely sincerest sincerity single sir situation situations small smile smiling smoother
    smoothly snap so some somebody someone something sometimes soon soooo sorts sound sounds speak
    special spirit spirits spite stand standard standing star stars start stay step sticking still
    strength stress striving strongly success such suggestion suggestions sunshine super support
    supported supporting sure take taken takes taking talking taste team terrible terribly than that
    that'd that'll that's the their them then there there's these they they'd they'll they're
    they've thick thin thing things this those though thought thoughtful thoughts through throughout
    time times to today together toll ton too top total totally touch touched tough towards treat
    treated treating treatment treats troubled troubles truly trusted trusting try trying turn ugh
    uh-oh uncertainty underestimate understatement understood unfair unimportant unpleasant
    unreserved unreservedly unsettling unturned up uphold upside us usual utmost valuable very vibe
    view views virtual voice voices wait waiting want wanted warm warmest warmly warmth was wave way
    ways we we'd we'll we're we've weekend welcoming well well-being wellbeing went were what what's
    whatever when whenever where whether which while who who's whole wholeheartedly wholly why will
    wishing with without wonderful word words work working world worst worth worthy would would've
    wow write writes ya you you'd you'll you're you've your yours yourself
"""

WARM: Final = frozenset(_WARM.split())
"""Of these words a stock sentence has at least one."""

ANY: Final = WARM | frozenset(_ANY.split())
"""Of these and no others a stock sentence consists: no denial, no thing, no number."""

FEWEST: Final = 3
"""Words of a stock sentence, at least: an interjection is none."""

_IDIOM = re.compile(
    r"\bwhere you(?:'re| are) coming from|\bhear you\b|\bhere (?:for you|to help|to listen)\b|"
    r"\b(?:is|was|are)(?:n't| not| (?:\w+ly )not) (?:at all )?(?:what|"
    r"the \w+(?: of \w+)?) (?:that )?we (?:\w+ )?(?:want|like|aim|strive|expect)|"
    r"\bthat's (?:\w+ly )?not (?:what|the \w+(?: of \w+)?) we (?:\w+ )?(?:want|like|aim|strive)|"
    r"\b(?:put|make) (?:this|it|things) right|\bgot you covered|\bgot your back|"
    r"\bbearing with|\bhow (?:awful|terrible|dreadful|horrible)|"
    r"\b(?:things|this|it) around for you|\bif i were in your \w+|"
    r"\bin your (?:shoes|place|position)|\bin good hands|\ball ears|"
    r"\b(?:fallen|fell|fall) short|\bmissed the mark|\bdropped the ball|\bthanks a million|"
    r"\b(?:do not|don't) hesitate to|\b(?:do not|don't|no need to) worry|\boh,? no\b|"
    r"\bno (?:worries|trouble|problem)(?: at all)?|\bno stone unturned|"
    r"\bsending (?:you )?(?:\w+ ){0,3}(?:hugs?|vibes|love)|\bwe let you down|"
    r"\b(?:not|never|isn't|wasn't|n't) (?:\w+ )?(?:how|what) (?:you|we|"
    r"anyone) (?:\w+ )?(?:expect|expected|deserve|deserved|want|wanted|hope|hoped)|"
    r"\bnothing (?:less|but) |\b(?:not|don't|never) take \w+ (?:lightly|for granted)|"
    r"\b(?:cannot|can't) \w+ (?:enough|thank)|\bnever (?:our|my) intention|"
    r"\bwe never (?:want|wish) |\bnot alone|\bno doubt|\byou matter|"
    r"\b(?:not|isn't|wasn't|hasn't|hasn't been) (?:been )?(?:an? )?(?:easy|fun|ideal|nice|"
    r"acceptable)|"
    r"\bnot gone unnoticed|\bright place|\bmakes perfect sense|\bpains me|"
    r"\b(?:not|didn't|haven't) (?:met|meet) your expectations|"
    r"\b24/7\b|\bnever (?:want|like) to (?:hear|see)|\bdoesn't sound (?:\w+ )?good"
)
"""Warm as a whole, whatever its words."""

_DEFLECTS = re.compile(r"\byou (?:feel|felt) (?:that|this) way|\bif\b(?! i (?:were|was)\b)")
"""A non-apology is more than stock: it does something to the customer."""

_ASKS = re.compile(
    r"\b(?:please|kindly|(?:can|could|would) you)(?: \w+)? "
    r"(?:contact|reach|get in|call|write|share|message|bring|take|give|let|read|look|go|come|try)\b"
)
"""What the customer is to do is no stock either."""

_SENTENCE = re.compile(r"([^.!?…\n]+(?:[.!?](?=\w)[^.!?…\n]+)*)[.!?…]*\s*")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_NAME = re.compile(
    r"^\W*@\w+\s|^\W*(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear)\s+@?[A-Z]\w*\s*,|"
    r",\s*@?[A-Z]\w*\s*$|\s@\w+\s*$"
)
"""Whom a sentence speaks to."""

_SIGNATURE = re.compile(r"@\w+|https?://\S+|(?<![\^~/*-])[\^~/*-]+\s?\w{1,12}\s*$")
"""What is left beside a stock sentence and says nothing: a handle, a link, a name at the end."""

_THING = re.compile(r"[\d@]|https?:")
"""A number, a handle or a link: such a sentence is about something."""

_DOES = re.compile(
    r"\b(?:i|we)(?:'ve|'ll|'m|'re| have| will| am| are) "
    r"(?:(?:just|already|now|also|hardly|always|never|really|truly) )*([\w-]+)"
)
"""What somebody does, did or will do."""

ACTS: Final = {"repair", "explain", "responsible", "repent"} | {
    kind.name for kind in MARKER_TYPES if kind.group in ("learn", "teach", "control", "beyond")
} - {"inform"}
"""Markers of what does something for the customer: their sentence is not idle.

Not of what informs: most sentences state something. Nor of what goes away: to leave a sentence out
does not make a score better.
"""

_ADDRESSES = re.compile(r"\b(?:you|yours?|we|our|us|i|me|my)\b")
"""Somebody speaks to somebody, and does not state how things are."""

WARM_OWN, OTHER_OWN = 5, 3
"""Words outside `ANY`, at most, of an idle sentence: a warm one, or another that addresses."""

UNASKED_OWN = 1
"""The same where the customer said nothing before."""

UNASKED_OWN = 1
"""The same where the customer said nothing before."""

STEPS = 3
"""Idle sentences, at most, that are left out one by one."""

STEM = 5
"""Letters by which words are the same, a plural's *s* apart."""

_COMMON = """
    able against almost already answer aren't aside ask before besides between board call called
    calling calls can't cannot close closer consider couldn't count day days describe described
    didn't difference doesn't don't effort else enough except extra face fact finish first five
    full hand hasn't haven't hold hour hours however isn't kept last leave left less line little
    live lose mine minute minutes month months morning move name never news next night no nobody
    not nothing number offer once open opened own person picture plan provide put question
    questions quick raised rather receive remember request round run say second send sent set
    shouldn't show simply since sort speak spoke stay stayed stop tell telling think three told
    tomorrow tonight toward twice two under until upon use used using usually wait wants wasn't
    week weeks weigh weighing weren't win within won't wouldn't wrong year years yesterday yet
"""
"""Words that take up nothing, though the customer may have used them too."""


def stock_sentences(text: str) -> list[tuple[int, int]]:
    """Find the warm sentences that would fit any complaint, whatever it is.

    Parameters
    ----------
    text : str
        A reply.

    Returns
    -------
    list of (int, int)
        Half-open spans, in order, each with the signs and spaces after it: sentences of `FEWEST`
        words or more, all of them in `ANY` and one in `WARM`, but for idioms and a name that is
        spoken to. A denial, a non-apology, a request, a number or a thing makes a sentence one of
        its own.
    """
    found = []
    for match in _SENTENCE.finditer(text):
        said = _said(match[1])
        words = _plain_words(said)
        if ANY.issuperset(words) and not WARM.isdisjoint(words) and not _DEFLECTS.search(said):
            found.append(match.span())
    return found


def idle_sentences(
    text: str, before: Sequence[str], markers: Iterable[Marker]
) -> list[tuple[int, int]]:
    """Find the sentences that do nothing and take up nothing of what the customer said.

    Parameters
    ----------
    text : str
        A reply.
    before : sequence of str
        What the customer said before.
    markers : iterable of Marker
        Of the reply; a sentence with one of `ACTS` is not idle.

    Returns
    -------
    list of (int, int)
        As `stock_sentences` does, but of those that have few words outside `ANY` (`WARM_OWN`,
        `OTHER_OWN` or `UNASKED_OWN`), and none that the customer used.
    """
    asked = {_stem(word) for turn in before for word in _WORD.findall(_lower(turn))} - _SHARED
    acts = sorted(marker.start for marker in markers if marker.type in ACTS)
    found = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        said = _said(match[1])
        words = _plain_words(said)
        own = {_stem(word) for word in words if word not in ANY}
        most = WARM_OWN if not WARM.isdisjoint(words) else OTHER_OWN * bool(_ADDRESSES.search(said))
        most = most if before else min(most, UNASKED_OWN)
        if not words or len(own) > most or own & asked or _THING.search(said):
            continue
        acting = bisect_left(acts, start) < bisect_left(acts, end)
        if not acting and ANY.issuperset(_DOES.findall(said)):
            found.append((start, end))
    return found


def without_stock(text: str) -> str:
    """Give a reply without its stock sentences; the last of them where nothing else is said.

    So one more before a reply changes nothing.

    Parameters
    ----------
    text : str
        A reply.
    """
    return _without(text, stock_sentences(text))


def with_fewer_idle(text: str, before: Sequence[str], markers: Iterable[Marker]) -> list[str]:
    """Give a reply without its first idle sentence, without the first two, and so on.

    One by one up to `STEPS`, then without all. With one more before a reply that has no more than
    these, its own are among those of the longer one.

    Parameters
    ----------
    text, before, markers
        As in `idle_sentences`.

    Returns
    -------
    list of str
        Shorter ones later; the last sentence stays where nothing else is said.
    """
    spans = idle_sentences(text, before, markers)
    counts = [*range(1, min(len(spans), STEPS) + 1), len(spans)]
    fewer = (_without(text, spans[:count]) for count in counts)
    return [rest for rest in dict.fromkeys(fewer) if rest != text]


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept = []
    start = end = 0
    for start, stop in spans:
        kept.append(text[end:start])
        end = stop
    rest = "".join((*kept, text[end:]))
    return rest if _WORD.search(_SIGNATURE.sub(" ", rest)) else text[start:]


def _said(sentence: str) -> str:
    """Give a sentence in small letters, without whom it speaks to, its idioms as one warm word."""
    return _IDIOM.sub(" sorry sorry sorry ", _lower(_NAME.sub(" ", sentence)))


def _plain_words(said: str) -> list[str]:
    """Give a sentence's words; none where it is short or asks for anything."""
    words = [] if _ASKS.search(said) else _WORD.findall(said)
    return words if len(words) >= FEWEST else []


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("s")[:STEM]


def _lower(text: str) -> str:
    return text.lower().replace("’", "'")


_SHARED = frozenset(map(_stem, _COMMON.split()))


_SHARED = frozenset(map(_stem, _COMMON.split()))
