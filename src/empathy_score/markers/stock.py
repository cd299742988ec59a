"""Warm sentences that fit any complaint: not a word in them is about this customer's matter."""

from __future__ import annotations

import re
from typing import Final

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
    a about above absolute absolutely accept acknowledge across actions added adore affected
    affording after afternoon again aggrieved ahead aiming all allow allowing allows along alongside
    also although am amazing among an and another anxiety anxious any anybody anyone anything anyway
    appreciable appreciative are around as aspect aspire asset assist assistance assisting assurance
    assuring at attention aw aware away awesome awful back bad ball be bear bearing because become
    been beg begin behalf behind being believe believed believers believing below beside beyond big
    biggest bit bless blessing board both bother bothered bothering bottom brand breaking breaks
    brighter brilliant bring bringing brings brought build building built bummed bummer bumpy bunch
    business but by calling calm came camper can candid candor candour cared carefully carry case
    cause caused causes centre certainly changed chat cheer cheerful cheers chin choice choices
    choosing chose chosen circumstances class clear clearly clients clock closer co-operation come
    comes coming comment comments commit commitment community company complain complaint complaints
    complete completely comprehension concerns conduct confident confusion connect conscious
    considered constantly constructive contact contacting contacts contentment continue continued
    continuing continuously contribution contrition conversation convey cool cooperation core corner
    cornerstone correspondence could could've count courage courteous courtesy covered create
    created criticism crushed custom customer customer's customers dampened day day's deaf deal
    dealing dealings dear dedicated dedication deepest deeply definitely delighting deplore describe
    deserved deserves desire despite deter determined did difference differently difficult
    difficulties difficulty disappoint discomfort disheartened displeasure disposal disruptive
    dissatisfaction dissatisfied disturb disturbance disturbed dna do does doing done door doors
    down dreadful drives dropped during duty each earn earned earning ease easier easy else
    elsewhere emotional encounter encountered end endeavour ending enjoy enough ensuring entire
    entirely especially esteemed even evening ever every everyday everyone everyone's everything
    evident exactly exceed exceeding excellence excellent exception exceptional excuse exhausting
    expect expectations expected experienced experiences experiencing explaining express expressed
    expressing expression extend extended extraordinarily extremely eyes fab face faced facing fair
    fairly faith fallen falling fam family far fat fear fed feeling fell felt few find finds finest
    fingers finish first first-class five five-star flagging folks for forbearance foremost formal
    forward frank frankness friction friend friendly friends from full fully fuming fun further
    future gave gem generosity genuine genuinely get gets getting give given giving gladly go goal
    goes going gone good goodness goodwill gosh got gracious granted great greatest greatly
    greetings grow growing guard guest guests guide guys had hand handled hands hang hanging happen
    happened happens happier happily hard harder hardest has hassle have having he he's headache
    heads heads-up hear heard hearing heartbreaking heartily hello help helpful helping helps here
    here's hesitate hey hi hiccup high higher highest highlighting highly hiya holding holler home
    honest honestly honesty hoped hoping horrible how how's howdy huge human humble humbly hun
    hundred hurt hurts i i'd i'll i'm i've ideal if ignored impact importance impression improvement
    improving in includes inconveniences inconvenient incredibly indebted indeed input insights
    inspired interaction into invaluable is issue issues it it'd it'll it's its jealously job join
    joins journey just keep keepin keeping keeps kind kinda kindest kindly know knowingly known late
    learn learning least leave left legend lend less lessons let let's letting life lightly like
    likes listen listened live lived look looked looking looks lost lot lots loud loved lovely lucky
    ma'am mad madam made magic make makes making man manage manner many mark massive mate mattered
    may me mean meant meet meeting member members memories merit message might mile million mind
    mindful miss missed mission mix moment moments moon more morning most mountains mouth much must
    must've my myself name natural nature need needed nice nobody note now obliged occasion
    occasioned of off offence often oh okay on once one ones ongoing only oops open openly openness
    opinion or other our ours ourselves out outstanding over owe own pain painless pains pal
    paramount pardon part partner partners passed passion passionate patience patient peace people
    percent perfect perfectly permit perseverance person personal personally piece place placed
    placing plain pleasant please pleased pledge plenty point poor position positive possible
    possibly power praise pretty privilege privileged problem problems profound profusely promise
    proud prove provide put putting quality quick quite raise raising rather rating reach reached
    reaching read ready real realise realize really reason reasonable reasonably reassure rebuild
    received recent recognise recognize reflect reflected regain regard regarding regards regretting
    reiterate relationship relationships remain remains remarks reported representative reputation
    require resonate respect respected responsibilities rest restore restoring rests review reviews
    ride right rightly rock rooting rough sadness safe said same sank sarah satisfactory say saying
    see seeing self sending sends sense sensible sensitivity seriousness serve service serving set
    shall shame shape share shared sharing she she's shine shocked shoes short shortcomings shot
    should should've shouldn't shout showing shown shy side sight simple sincere sincerely sincerest
    sincerity single sir situation situations small smile smiling smoother smoothly snap so some
    somebody someone something sometimes soon soooo sorts sound sounds source speak special spirit
    spirits spite spoke stand standard standing star stars start stay step sticking still stinks
    stone strength stress striving strongly stuff success such sucks suffer suffered suggestion
    suggestions sunshine super support supported supporting sure take taken takes taking talking
    taste team tearing tell terrible terribly than that that'd that'll that's the their them then
    there there's these they they'd they'll they're they've thick thin thing things this those
    though thought thoughtful thoughts through throughout tight time times to today toes together
    toll ton too took top total totally touch touched tough towards treat treated treating treatment
    treats troubled troubles truly trusted trusting try trying turn tweet ugh uh-oh uncertainty
    under underestimate understatement understood undo unfair unimportant unpleasant unreserved
    unreservedly unsettling unturned up uphold upside us user usual utmost valuable very vibe view
    views virtual voice voices wait waiting walk wand want wanted warm warmest warmly warmth was
    wasting wave way ways we we'd we'll we're we've weekend welcoming well well-being wellbeing went
    were what what's whatever when whenever where whether which while who who's whole wholeheartedly
    wholly why will win wishing with without wonderful word words work working world worst worth
    worthy would would've wouldn't wow write writes wrong ya you you'd you'll you're you've your
    yours yourself
"""

WARM: Final = frozenset(_WARM.split())
"""Of these words a stock sentence has at least one, or else an idiom."""

NOT: Final = frozenset(
    ("not", "no", "never", "nothing", "none", "nor", "don't", "didn't", "doesn't", "isn't",
     "wasn't", "aren't", "weren't", "hasn't", "haven't")
)  # fmt: skip

ANY: Final = WARM | NOT | frozenset(_ANY.split())
"""Of these and no others a stock sentence consists."""

DEEDS: Final = frozenset(
    ("accept", "assist", "assistance", "call", "contact", "do", "get", "give", "help", "possible",
     "provide", "reach", "support", "take", "understand", "understanding", "work")
)  # fmt: skip
"""Soon after one of `NOT` these refuse ("I'm sorry, I do not understand"): no stock sentence."""

REACH: Final = 3
"""How many words after one of `NOT` is soon."""

GENTLE: Final = frozenset(("hesitate", "worry"))
"""Right after one of `NOT` these refuse nothing ("don't hesitate to contact us")."""

_IDIOM = re.compile(
    r"\bwhere you(?:'re| are) coming from|\bhear you\b|\bhere (?:for you|to help|to listen)\b|"
    r"\bnot (?:at all )?(?:what|the \w+(?: of \w+)?) (?:that )?we (?:\w+ )?"
    r"(?:want|like|aim|strive|expect)|"
    r"\bmake (?:this|it|things) right|\bgot you covered|\bgot your back|\bbearing with|"
    r"\bhow (?:awful|terrible|dreadful|horrible)|\b(?:things|this|it) around for you"
)
"""Warm without a word of `WARM`."""

_DEFLECTS = re.compile(r"\byou (?:feel|felt) (?:that|this) way|\bif\b")
"""A non-apology is more than stock: it does something to the customer."""

FEWEST: Final = 3
"""Words of a stock sentence, at least: an interjection is none."""

_SENTENCE = re.compile(r"([^.!?…\n]+)[.!?…]*\s*")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_NAME = re.compile(
    r"^\W*(?:(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear)\s+)?@?[A-Z]\w*\s*,|,\s*@?[A-Z]\w*\s*$|@\w+"
)
"""Whom a sentence speaks to."""


def stock_sentences(text: str) -> list[tuple[int, int]]:
    """Find the warm sentences that would fit any complaint.

    Parameters
    ----------
    text : str
        A reply.

    Returns
    -------
    list of (int, int)
        Half-open spans, in order, each with the signs and spaces after it: sentences of `FEWEST`
        words or more, all of them in `ANY` (but for a name that is spoken to) and one in `WARM`, or
        an idiom. A number, a thing, a place or a deed in it makes a sentence one of its own.
    """
    return [match.span() for match in _SENTENCE.finditer(text) if _is_stock(match[1])]


def without_stock(text: str) -> str:
    """Give a reply without its stock sentences."""
    kept = []
    end = 0
    for start, stop in stock_sentences(text):
        kept.append(text[end:start])
        end = stop
    return "".join((*kept, text[end:]))


def _is_stock(sentence: str) -> bool:
    said = _NAME.sub(" ", sentence).lower().replace("’", "'")
    words = _WORD.findall(said)
    if len(words) < FEWEST or not ANY.issuperset(words):
        return False
    if (WARM.isdisjoint(words) and not _IDIOM.search(said)) or _DEFLECTS.search(said):
        return False
    return not any(_refuses(words, place) for place in range(len(words)))


def _refuses(words: list[str], place: int) -> bool:
    after = words[place + 1 : place + 1 + REACH]
    return words[place] in NOT and not DEEDS.isdisjoint(after) and GENTLE.isdisjoint(after[:1])
