"""The senses of *sorry*: an apology word is not a unit, so each one is read in its clause.

Source: Trosborg 1995 for non-apologies; the senses are those of codebook, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spacy.tokens import Doc


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Sense = Literal["failure", "sympathy", "deflection", "talk_repair", "quoted", "negated", "other"]

MARKER_OF_SENSE: dict[Sense, str] = {
    "failure": "regret",
    "sympathy": "regret",
    "deflection": "deflect",
}
"""The senses that are markers; the others mark nothing."""

_APOLOGY = _words(
    "sorry sry soz apology apologies apologise apologize apologising apologizing apologised "
    "apologized apols regret"
)
_LEAD = _words(
    "i we my our am are be is was 'm 're very so really truly terribly deeply extremely sincerely "
    "again once awfully incredibly most please accept do just also and must sincere deepest full "
    "heartfelt unreserved offer want to would like apologise"
)
_NEGATION = _words("not never no without stop needn't nor")
_OTHERS = _words("you they he she customer someone everyone nobody people it")
_POLICY = _words(
    "policy policies rules rule terms procedure procedures protocol conditions system according "
    "per guidelines regulations control"
)
_FEELING = _words(
    "feel feels felt think thought believe view consider perceive upset offended unhappy "
    "disappointed dissatisfied impression"
)
_SYMPATHETIC = _words("hear see learn read know find")
_END = frozenset(".!?;\n…")
_FAR = 40
"""How many tokens around an apology word are read."""
_REPAIR = (
    ("i", "do", "not", "understand"), ("i", "did", "not", "understand"),
    ("can", "you", "repeat"), ("could", "you", "repeat"), ("can", "you", "say"),
    ("could", "you", "say"), ("could", "you", "clarify"), ("say", "that", "again"), ("i", "meant"),
    ("i", "mean"), ("wrong", "chat"), ("wrong", "window"), ("wrong", "link"), ("typo",),
    ("go", "ahead"), ("come", "again"), ("you", "are", "breaking"), ("repeat", "that"),
    ("not", "sure", "i", "understand"), ("not", "sure", "what", "you"), ("not", "quite"),
    ("not", "heard"), ("more", "clear"), ("miscommunicating",), ("interrupt",),
)  # fmt: skip
"""What mends the talk itself, within the first words after *sorry*."""

_UNHEARD = (("not", "catch"), ("not", "hear"), ("not", "get"), ("missed", "that"))
"""Mends the talk where it is the speaker who did not, in a clause of a few words."""

_ASKED = (("what", "was"), ("what", "did", "you"), ("you", "said"), ("line", "is"))
"""Mends the talk where it is a question."""

_SINGLE_OPEN = re.compile(r"(?:^|[\s(:,])['‘](?=\w)(?![^'’‘]*['’](?!\w))")
"""A single quotation mark before a word, not yet closed by one after a word."""

_SINGLE_CLOSE = re.compile(r"['’](?!\w)")

_ADJECTIVE = _words("state excuse sight lot mess story")


@dataclass(frozen=True, slots=True)
class Apology:
    """One apology word with its sense.

    Parameters
    ----------
    sense : str
        ``"failure"`` (regret for what went wrong), ``"sympathy"`` (sorry to hear),
        ``"deflection"`` (sorry you feel that way, sorry if, sorry but policy), ``"talk_repair"``
        (sorry, could you repeat that), ``"quoted"``, ``"negated"`` or ``"other"`` (somebody
        else's sorrow, *a sorry excuse*).
    start, end : int
        Tokens of the shortest stretch that carries it, half-open.
    """

    sense: Sense
    start: int
    end: int


def find_apologies(doc: Doc) -> Iterator[Apology]:
    """Find the apology words of a reply and tell their senses.

    Parameters
    ----------
    doc : spacy.tokens.Doc
        A tokenised reply; no annotation is needed.

    Yields
    ------
    Apology
        In order of appearance.
    """
    norms = [token.norm_ for token in doc]
    for index, norm in enumerate(norms):
        if norm not in _APOLOGY:
            continue
        after = _clause_after(norms, index)
        sense = _sense(doc, norms, index, after)
        if sense == "deflection" or (after and after[0] in ("to", "for", "about", "that", "you")):
            end = index + 1 + min(len(_until_break(after)), 14)
        else:
            end = index + 1
        start = index
        while start > 0 and index - start < 6 and norms[start - 1] in _LEAD:
            start -= 1
        yield Apology(sense, start, end)


def _ends(norm: str) -> bool:
    return norm in _END or norm.startswith("\n")


def _clause_after(norms: list[str], index: int) -> list[str]:
    words: list[str] = []
    for norm in norms[index + 1 : index + _FAR]:
        if _ends(norm):
            return [*words, "?"] if norm == "?" and len(words) < 1 else words
        words.append(norm)
    return words


def _sentence_before(norms: list[str], index: int) -> list[str]:
    start = index
    while start > max(0, index - _FAR) and not _ends(norms[start - 1]):
        start -= 1
    return norms[start:index]


def _until_break(words: list[str]) -> list[str]:
    for place, word in enumerate(words):
        if word in (",", "but", "and", "please", "-", "–", "—", "(", "we", "i") and place > 0:
            return words[:place]
    return words


def _sense(doc: Doc, norms: list[str], index: int, after: list[str]) -> Sense:
    sentence = _sentence_before(norms, index)
    clause = sentence[len(sentence) - sentence[::-1].index(",") :] if "," in sentence else sentence
    before = _since_conjunction(clause)[-4:]
    if _in_quotation(doc, index):
        return "quoted"
    if _NEGATION & set(before) and "only" not in before and "enough" not in after[:3]:
        return "negated"
    if (after and after[0] in _ADJECTIVE) or before[-2:] == ["safe", "than"]:
        return "other"
    ours = bool({"i", "we"} & set(before))
    if norms[index] == "sorry" and _OTHERS & set(before[-3:]) and not ours:
        return "other"
    if (norms[index] == "regret" and before and not ours) or after[:2] == ["in", "advance"]:
        return "other"
    words = [word for word in after if word not in (",", "-", "–", "—", "...")]
    if _mends_talk(words, doc, index):
        return "talk_repair"
    if _deflects(words) or (sentence[:1] == ["if"] and "," in sentence and clause[:1] != ["and"]):
        return "deflection"
    if words[:1] == ["to"] and len(words) > 1 and words[1] in _SYMPATHETIC:
        return "sympathy"
    if words[:3] == ["for", "your", "loss"]:
        return "sympathy"
    return "failure"


def _since_conjunction(words: list[str]) -> list[str]:
    """Give the words after the last *and*, *but*, *so* or *or*."""
    for place in range(len(words) - 1, -1, -1):
        if words[place] in ("and", "but", "so", "or") and place < len(words) - 1:
            return words[place + 1 :]
    return words


def _mends_talk(words: list[str], doc: Doc, index: int) -> bool:
    """Tell whether *sorry* only asks to hear again, or takes a slip of the tongue back."""

    def has(cues: tuple[tuple[str, ...], ...], within: int) -> bool:
        return any(tuple(words[at : at + len(c)]) == c for c in cues for at in range(within))

    if words[:1] == ["?"] or has(_REPAIR, 5):
        return True
    if words[:1] == ["i"] and len(words) <= 8 and has(_UNHEARD, 4):
        return True
    if words[:1] != ["that"] and len(words) <= 4 and has(_UNHEARD, 3):
        return "you" not in words and "we" not in words
    asks = next((t.text for t in doc[index : index + _FAR] if t.norm_ in _END), "") == "?"
    return asks and has(_ASKED, 5)


def _deflects(words: list[str]) -> bool:
    rest = words[1:] if words[:1] in (["that"], ["for"]) else words
    if rest[:1] == ["if"] or (rest[:1] == ["you"] and _FEELING & set(rest[1:5])):
        return "experience" not in rest[:5]
    but = rest.index("but") if "but" in rest[:2] else len(rest)
    return bool(_POLICY & set(rest[but + 1 : but + 8]))


def _in_quotation(doc: Doc, index: int) -> bool:
    near = doc[max(0, index - _FAR) : index].text
    rest = doc[index : index + _FAR].text
    line = near.rpartition("\n")[2]
    if line.lstrip().startswith(">"):
        return True
    if near.rfind("“") > near.rfind("”"):
        return "”" in rest
    if line.count('"') % 2 == 1:
        return '"' in rest
    opened = _SINGLE_OPEN.search(line + doc[index].text)
    return opened is not None and _SINGLE_CLOSE.search(rest) is not None
