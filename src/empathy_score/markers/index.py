"""Finds the patterns that a reply could match at all, so that few are ever tried.

Each pattern has a *key*: the required word, or set of words, that is rarest in support replies.
Patterns with the same key share one spaCy `Matcher`, which reads only the few tokens around each
place where the key occurs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from empathy_score.markers.patterns import TokenPattern, words_of

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON = _words(
    "a about all am an and any are as at be been but by can could do does for from get had has "
    "have how i if in is it just know let may me more my no not now of on or our out please 's so "
    "some that the their there these they this those to up us was we were what when where which "
    "will with would you your 'd like one your thank help here need"
)
_COST_OF_COMMON = 40

WORDS_KEPT = 50_000
"""Words whose patterns are remembered at a time: those of a long run have no end."""


class PatternIndex:
    """Matches many patterns by their rarest word.

    Parameters
    ----------
    vocab : spacy.vocab.Vocab
        Of the documents to come.
    patterns : iterable of (str, list of dict)
        A name for each pattern, and the pattern as `compile_pattern` gives it. Several patterns
        may share a name.
    """

    def __init__(self, vocab: Vocab, patterns: Iterable[tuple[str, TokenPattern]]) -> None:
        by_key: dict[tuple[str, ...], list[tuple[str, TokenPattern, int]]] = {}
        for name, pattern in patterns:
            key, at = _key(pattern)
            by_key.setdefault(key, []).append((name, pattern, at))
        self._strings = vocab.strings
        self._groups = [_Group(vocab, found) for found in by_key.values()]
        self._by_word: dict[str, set[int]] = {}
        self._by_stem: dict[str, set[int]] = {}
        for number, key in enumerate(by_key):
            for word in key:
                where = self._by_stem if word.endswith("*") else self._by_word
                where.setdefault(word.removesuffix("*"), set()).add(number)
        self._longest_stem = max(map(len, self._by_stem), default=0)
        self._groups_of: dict[str, tuple[_Group, ...]] = {}

    def __call__(self, doc: Doc, norms: list[str]) -> Iterator[tuple[str, int, int]]:
        """Yield the name and the tokens (half-open) of each match, some more than once."""
        for at, norm in enumerate(norms):
            groups = self._groups_of.get(norm)
            if groups is None:
                if len(self._groups_of) >= WORDS_KEPT:
                    self._groups_of.clear()
                groups = self._groups_of[norm] = self._find(norm)
            for group in groups:
                first = max(0, at - group.before)
                if not group.possible(norms[first : at + group.after]):
                    continue
                for name, start, end in group.matcher(doc[first : at + group.after]):
                    yield self._strings[name], first + start, first + end

    def _find(self, norm: str) -> tuple[_Group, ...]:
        """Give the groups whose key the word is in, in order."""
        found = set(self._by_word.get(norm, ()))
        for end in range(1, min(len(norm), self._longest_stem) + 1):
            found |= self._by_stem.get(norm[:end], set())
        return tuple(self._groups[number] for number in sorted(found))


class _Group:
    """The patterns of one key, and how far they reach before and after it."""

    def __init__(self, vocab: Vocab, patterns: list[tuple[str, TokenPattern, int]]) -> None:
        from spacy.matcher import Matcher

        self.before = max(at for _, _, at in patterns)
        self.after = max(len(pattern) - at for _, pattern, at in patterns)
        self.matcher: Matcher = Matcher(vocab)
        by_name: dict[str, list[TokenPattern]] = {}
        for name, pattern, _ in patterns:
            by_name.setdefault(name, []).append(pattern)
        for name, same in by_name.items():
            self.matcher.add(name, same, greedy="LONGEST")
        self.needs = {_needs(pattern) for _, pattern, _ in patterns}

    def possible(self, norms: list[str]) -> bool:
        """Tell whether some pattern's words are all there, which is sooner said than matched."""
        said = frozenset(norms)
        return any(not any(map(said.isdisjoint, needed)) for needed in self.needs)


def _key(pattern: TokenPattern) -> tuple[tuple[str, ...], int]:
    """Give the words of the rarest required token and its place."""
    keys = [
        (sum(_COST_OF_COMMON if word in _COMMON else 1 for word in words), at, words)
        for at, token in enumerate(pattern)
        if token.get("OP") != "?" and (words := words_of(token))
    ]
    _, at, words = min(keys)
    return words, at


def _needs(pattern: TokenPattern) -> frozenset[frozenset[str]]:
    """Give the sets of words of which a match has at least one each; stems are left out."""
    required = (words_of(token) for token in pattern if token.get("OP") != "?")
    return frozenset(
        frozenset(words)
        for words in required
        if words and not any(word.endswith("*") for word in words)
    )
