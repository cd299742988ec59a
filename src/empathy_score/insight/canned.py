"""Canned wording: how much of a reply recurs across conversations, and which phrases do.

A run of words is canned where it recurs in enough other conversations of the same company. Runs
are compared word by word, case, digits and punctuation apart, so that a reply with another name,
number or sentence in it still shows its stock parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.insight.spoken import once, replies, spoken
from empathy_score.transcripts.formats import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

RUN = 5
"""Words of a run; a reply of three or four words is one run of its own."""

SHORTEST = 3
"""Words below which a reply has no wording to speak of: always 0."""

RECURS = 3
"""Conversations, at least, in which a canned run occurs."""

SELDOM = 1 / 2000
"""Share of a company's conversations, at least, in which it does."""

FEWEST = 20
"""Conversations below which a company's corpus is too small to tell."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Canned:
    """Which words of some replies are canned.

    Parameters
    ----------
    share : ndarray of shape (n_replies,)
        Share of each reply's words, 0 to 1; NaN where the corpus is too small to tell.
    first : ndarray of shape (n_replies + 1,)
        Where each reply's words begin in the arrays of words.
    starts, ends : ndarray of shape (n_words,)
        Half-open span of each word in its reply.
    flags : ndarray of bool, shape (n_words,)
        Whether it is canned.
    """

    share: NDArray[np.float64]
    first: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    flags: NDArray[np.bool_]

    def spans(self, reply: int) -> list[tuple[int, int]]:
        """Give the canned stretches of a reply as half-open spans."""
        own = slice(self.first[reply], self.first[reply + 1])
        found: list[tuple[int, int]] = []
        before = False
        rows = zip(self.flags[own], self.starts[own], self.ends[own], strict=True)
        for canned, start, end in rows:
            if canned:
                found.append((found.pop()[0] if before else int(start), int(end)))
            before = bool(canned)
        return found

    def within(self, reply: int, spans: Iterable[tuple[int, int]]) -> float:
        """Give the share of canned words in some stretches of a reply; NaN where they have none."""
        own = slice(self.first[reply], self.first[reply + 1])
        inside = np.zeros(len(self.flags[own]), dtype=bool)
        for start, end in spans:
            inside |= (self.starts[own] < end) & (self.ends[own] > start)
        return float(self.flags[own][inside].mean()) if inside.any() else float("nan")


@dataclass(frozen=True)
class Recurrence:
    """What recurs over a corpus: enough to mark any part of it as the whole would be.

    Parameters
    ----------
    runs : ndarray of uint64
        Keys of the canned runs, ascending.
    companies : ndarray of uint64
        Keys of the companies with `FEWEST` conversations or more, ascending.
    """

    runs: NDArray[np.uint64]
    companies: NDArray[np.uint64]


NOTHING = Recurrence(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64))
"""Of a corpus too small to tell."""


@dataclass(frozen=True)
class Runs:
    """Runs of words in some replies, one entry a run.

    Parameters
    ----------
    reply : ndarray of int64
        Its place among the replies.
    company : ndarray of uint64
        Key of the reply's company.
    key : ndarray of uint64
        The same for the same words of the same company, in every corpus.
    """

    reply: NDArray[np.int64]
    company: NDArray[np.uint64]
    key: NDArray[np.uint64]


def canned(
    texts: Sequence[str],
    conversations: Sequence[Any],
    companies: Sequence[Any] | None = None,
) -> Canned:
    """Find canned wording.

    Parameters
    ----------
    texts : sequence of str
        Replies.
    conversations : sequence
        Conversation of each.
    companies : sequence, optional
        Company of each; all are of one without it.

    Returns
    -------
    Canned
    """
    words = _Words(texts, companies)
    return _marked(words, _recurrence(words, _codes(conversations)))


def canned_by(
    recurrence: Recurrence, texts: Sequence[str], companies: Sequence[Any] | None = None
) -> Canned:
    """Find canned wording in a part of a corpus, by what recurs in the whole."""
    return _marked(_Words(texts, companies), recurrence)


def runs_of(texts: Sequence[str], companies: Sequence[Any] | None = None) -> Runs:
    """Give the runs of some replies, to be counted where a corpus does not fit into memory.

    A run is canned from `fewest_conversations` on.
    """
    words = _Words(texts, companies)
    owner = words.owner[words.at]
    return Runs(owner, words.company[owner], words.key)


def company_keys(companies: Sequence[Any]) -> NDArray[np.uint64]:
    """Give the key of each company; missing ones share one."""
    return _keys("" if is_missing(name) else str(name) for name in companies)


def fewest_conversations(n_conversations: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give in how many conversations of a company a run must occur to be canned.

    Parameters
    ----------
    n_conversations : ndarray of int64
        Conversations of each company that have a reply.
    """
    fewest: NDArray[np.int64] = np.ceil(SELDOM * n_conversations).astype(np.int64).clip(RECURS)
    return fewest


class _Words:
    """The words of some replies, and the runs that they make."""

    def __init__(self, texts: Sequence[str], companies: Sequence[Any] | None) -> None:
        words, self.starts, self.ends, self.sizes = _words(texts)
        self.first = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)
        self.owner = np.repeat(np.arange(len(texts)), self.sizes)
        named = [None] * len(texts) if companies is None else companies
        self.company = company_keys(named)
        self.at, self.length = _runs(self.first, self.sizes)
        self.key = _hashes(words, self.at, self.length) ^ (self.company[self.owner[self.at]] * _MIX)


def _recurrence(words: _Words, talk: NDArray[np.int64]) -> Recurrence:
    """Count in how many conversations each run occurs, and how many each company has."""
    companies, firm = np.unique(words.company, return_inverse=True)
    size = _conversations_of(firm, talk, len(companies))
    owner = words.owner[words.at]
    keys, first, place = np.unique(words.key, return_index=True, return_inverse=True)
    spread = _conversations_of(place, talk[owner], len(keys))
    enough = fewest_conversations(size)[firm[owner[first]]]
    return Recurrence(keys[spread >= enough], companies[size >= FEWEST])


def _marked(words: _Words, recurrence: Recurrence) -> Canned:
    recurs = np.isin(words.key, recurrence.runs)
    marks = np.zeros(len(words.starts) + 1, dtype=np.int64)
    np.add.at(marks, words.at[recurs], 1)
    np.add.at(marks, words.at[recurs] + words.length[recurs], -1)
    told = np.isin(words.company, recurrence.companies)
    flags = (np.cumsum(marks)[:-1] > 0) & told[words.owner]
    sizes = words.sizes
    hits = np.bincount(words.owner, weights=flags, minlength=len(sizes))
    share = np.divide(hits, sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    share[~told] = np.nan
    return Canned(share, words.first, words.starts, words.ends, flags)


def canned_share(scores: Scores) -> pd.Series:
    """Give the share of each reply's words that are canned, 0 to 1, by its row.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    Series
        Index: rows of replies. The column `canned` where the scores have it; NaN where the company
        has fewer than `FEWEST` conversations.
    """
    import pandas as pd

    said = replies(spoken(scores))
    share = said["canned"].astype(float) if "canned" in said else canned_words(scores).share
    return pd.Series(share, index=said.index, name="canned")


@once
def canned_words(scores: Scores) -> Canned:
    """Find the canned words of the replies among `spoken` turns, in their order."""
    said = replies(spoken(scores))
    firms = said["company"].tolist() if "company" in said else None
    return canned(said["text"].tolist(), said["conversation"].tolist(), firms)


def canned_phrases(scores: Scores) -> pd.DataFrame:
    """List the canned phrases, the most used first.

    Returns
    -------
    DataFrame
        `phrase`, in the words of one of its uses; `n_replies`, `n_conversations`; `company` where
        the table has one; `rows`, a tuple of the replies that have it. A phrase within a longer one
        that is used as often is not listed by itself.
    """
    import pandas as pd

    said = replies(spoken(scores))
    found = canned_words(scores)
    uses: dict[tuple[Any, str], dict[int, None]] = {}
    shown: dict[tuple[Any, str], str] = {}
    firms = said["company"].tolist() if "company" in said else [None] * len(said)
    for place, (text, firm) in enumerate(zip(said["text"], firms, strict=True)):
        for start, end in found.spans(place):
            name = " ".join(_plain(m.group()) for m in _WORD.finditer(text[start:end]))
            key = (firm, name)
            uses.setdefault(key, {})[place] = None
            shown.setdefault(key, text[start:end])
    talk = said["conversation"].to_numpy()
    rows = [
        {"phrase": shown[key], "n_replies": len(places),
         "n_conversations": len(set(talk[places])), "company": key[0],
         "rows": tuple(said.index[places]), "_words": f" {key[1]} "}
        for key, places in ((key, list(found)) for key, found in uses.items())
    ]  # fmt: skip
    rows = [row for row in rows if row["n_conversations"] >= RECURS]
    rows.sort(key=lambda row: (-row["n_conversations"], -len(row["_words"])))
    kept: list[dict[str, Any]] = []
    for row in rows:
        longer = (other for other in kept if other["company"] == row["company"])
        if not any(
            row["_words"] in other["_words"] and other["n_conversations"] >= row["n_conversations"]
            for other in longer
        ):
            kept.append(row)
    columns = ["phrase", "n_replies", "n_conversations", "company", "rows"]
    frame = pd.DataFrame(kept, columns=columns)
    return frame if "company" in said else frame.drop(columns="company")


def discounted_empathy(scores: Scores) -> pd.Series:
    """Give each reply's empathy, less what of its warm words is stock.

    Parameters
    ----------
    scores : Scores
        Of a model with `empathy`.

    Returns
    -------
    Series
        Index: rows of replies; 0 to 3. The expected level times the share of its warm words that
        are not canned (`stock_warmth`). Where the corpus is too small to tell, as it is.
    """
    said = replies(spoken(scores, ("empathy",)))
    own = 1 - stock_warmth(scores).fillna(0)
    return (said["empathy"].astype(float) * own).rename("empathy_discounted")


@once
def stock_warmth(scores: Scores) -> pd.Series:
    """Give how much of each reply's warm words is canned, 0 to 1, by its row.

    Warm words are those of its empathy markers; all of its words where it has no such marker. NaN
    where the corpus is too small to tell.
    """
    import pandas as pd

    from empathy_score.markers.types import MARKER_TYPES

    warm = {kind.name for kind in MARKER_TYPES if kind.group == "empathy"}
    rows = replies(spoken(scores)).index
    found = canned_words(scores)
    stock = found.share.copy()
    for place, row in enumerate(rows):
        spans = [(m.start, m.end) for m in scores.markers.get(row, ()) if m.type in warm]
        share = found.within(place, spans)
        if share == share and stock[place] == stock[place]:
            stock[place] = share
    return pd.Series(stock, index=rows, name="stock_warmth")


def _plain(word: str) -> str:
    return "0" if word.isdigit() else word.lower().replace("’", "'")


def _words(
    texts: Sequence[str],
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Give the key of every word of all texts, their spans, and how many words each text has."""
    numbers: dict[str, int] = {}
    ids: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    sizes = np.zeros(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        before = len(ids)
        for match in _WORD.finditer(text):
            ids.append(numbers.setdefault(_plain(match.group()), len(numbers)))
            starts.append(match.start())
            ends.append(match.end())
        sizes[place] = len(ids) - before
    return (
        _keys(numbers)[np.array(ids, dtype=np.int64)],
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        sizes,
    )


def _keys(names: Iterable[str]) -> NDArray[np.uint64]:
    """Give 64 bits for each name that are the same in every process."""
    known: dict[str, bytes] = {}
    for name in (names := list(names)):
        if name not in known:
            known[name] = blake2b(name.encode(errors="replace"), digest_size=8).digest()
    return np.frombuffer(b"".join(known[name] for name in names), dtype="<u8").astype(np.uint64)


def _runs(
    first: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give where each run begins, and its length."""
    length = np.where(sizes >= RUN, RUN, np.where(sizes >= SHORTEST, sizes, 0))
    count = np.where(length > 0, sizes - length + 1, 0)
    total = int(count.sum())
    offset = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first[:-1], count) + offset, np.repeat(length, count)


def _hashes(
    words: NDArray[np.uint64], at: NDArray[np.int64], length: NDArray[np.int64]
) -> NDArray[np.uint64]:
    value = length.astype(np.uint64)
    for step in range(RUN):
        inside = step < length
        word = np.where(inside, words[np.where(inside, at + step, 0)], 0) if len(at) else value
        value = (value ^ word) * _MIX
        value ^= value >> np.uint64(29)
    return value


def _conversations_of(
    place: NDArray[np.int64], talk: NDArray[np.int64], n_places: int
) -> NDArray[np.int64]:
    """Give in how many conversations each place occurs."""
    if not len(place):
        return np.zeros(n_places, dtype=np.int64)
    width = int(talk.max()) + 1
    pairs = np.unique(place * width + talk)
    return np.bincount(pairs // width, minlength=n_places)


def _codes(values: Sequence[Any]) -> NDArray[np.int64]:
    """Give each distinct value a number; missing ones share one."""
    numbers: Counter[Any] = Counter()
    codes = np.zeros(len(values), dtype=np.int64)
    for place, value in enumerate(values):
        name = None if is_missing(value) else value
        if name not in numbers:
            numbers[name] = len(numbers)
        codes[place] = numbers[name]
    return codes
