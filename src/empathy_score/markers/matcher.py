"""Patterns and the senses of *sorry* -> marker spans in the untouched text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from empathy_score.conversation import Marker
from empathy_score.markers.index import PatternIndex
from empathy_score.markers.patterns import (
    CLAUSE_END,
    COMMAND_LEAD,
    begins,
    compile_pattern,
    extends,
)
from empathy_score.markers.sorry import MARKER_OF_SENSE, find_apologies
from empathy_score.markers.types import MARKER_TYPES, MarkerType

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST_CLAUSE = 25
"""How many tokens a span that runs to the end of its clause may take in."""

YIELDING: dict[str, tuple[str, ...]] = {
    "goodwill": ("refuse",),  # "we cannot refund this" gives nothing
    "responsible": ("blame", "deflect"),  # "you should have called us", "not our fault"
    "inform": (), "instruct": (), "next_step": (), "option": (), "redirect": (), "refuse": (),
    "brush_off": (), "repair": (), "explain": (),
}  # fmt: skip
"""Types that give way to an overlapping marker, in this order: to those types, or to any."""

STRINGS_KEPT = 300_000
"""Distinct words after which a tokenizer is replaced: it forgets none, and a run has no end."""

UNMEASURED = 1.0
"""Score of a type without a measured precision: a user's own patterns are taken at their word."""


class MarkerMatcher:
    """Finds markers by the patterns of marker types.

    Parameters
    ----------
    types : sequence of MarkerType, optional
        What to look for; `MARKER_TYPES` by default.
    precision : mapping of str to float, optional
        Measured precision of each type, 0 to 1; the score of its markers.
    """

    def __init__(
        self,
        types: Sequence[MarkerType] = MARKER_TYPES,
        precision: Mapping[str, float] | None = None,
    ) -> None:
        self.types = tuple(types)
        self.precision = dict(precision or {})
        self._names = {kind.name for kind in self.types}
        self._kinds: dict[str, tuple[str, bool, bool]] = {}
        self._patterns = []
        for kind in self.types:
            for line in kind.patterns:
                key = f"{kind.name}{' begins' * begins(line)}{' extends' * extends(line)}"
                self._kinds[key] = (kind.name, begins(line), extends(line))
                self._patterns.append((key, compile_pattern(line)))
        self._tools = self._fresh()

    def _fresh(self) -> tuple[Language, PatternIndex]:
        """Give a tokenizer that knows no word yet, and the patterns over its vocabulary."""
        import spacy

        nlp = spacy.blank("en")
        return nlp, PatternIndex(nlp.vocab, self._patterns)

    def find(self, text: str) -> tuple[Marker, ...]:
        """Find the markers of one reply.

        Parameters
        ----------
        text : str
            Untouched.

        Returns
        -------
        tuple of Marker
            In order of their start; spans half-open in `text`. Markers of one type never overlap.
        """
        nlp, index = self._tools
        doc = nlp.tokenizer(text)
        spans: dict[str, list[tuple[int, int]]] = {}
        for apology in find_apologies(doc):
            name = MARKER_OF_SENSE.get(apology.sense)
            if name in self._names and name is not None:
                spans.setdefault(name, []).append((apology.start, apology.end))
        for key, start, end in index(doc, [token.norm_ for token in doc]):
            name, beginning, running = self._kinds[key]
            if beginning and start > 0 and doc[start - 1].norm_ not in COMMAND_LEAD:
                continue
            if running:
                end = _clause_end(doc, end)
            spans.setdefault(name, []).append((start, end))
        for kind in self.types:
            needed = self._names & set(kind.needs)
            if needed and not spans.keys() & needed:
                spans.pop(kind.name, None)
        kept = _give_way({name: _merge(found) for name, found in spans.items()})
        markers = [
            self._marker(doc, name, start, end)
            for name, found in kept.items()
            for start, end in found
        ]
        return tuple(sorted(markers, key=lambda m: (m.start, m.end, m.type)))

    def find_all(self, texts: Iterable[str]) -> list[tuple[Marker, ...]]:
        """Find the markers of many replies; each distinct text is read once."""
        if len(self._tools[0].vocab.strings) > STRINGS_KEPT:
            self._tools = self._fresh()
        known: dict[str, tuple[Marker, ...]] = {}
        found = []
        for text in texts:
            if text not in known:
                known[text] = self.find(text)
            found.append(known[text])
        return found

    def _marker(self, doc: Doc, name: str, start: int, end: int) -> Marker:
        span = doc[start:end]
        return Marker(
            type=name,
            start=span.start_char,
            end=span.end_char,
            text=span.text,
            score=self.precision.get(name, UNMEASURED),
        )


def _clause_end(doc: Doc, end: int) -> int:
    limit = min(len(doc), end + LONGEST_CLAUSE)
    while end < limit and doc[end].norm_ not in CLAUSE_END and not doc[end].text.startswith("\n"):
        end += 1
    return end


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _give_way(spans: dict[str, list[tuple[int, int]]]) -> dict[str, list[tuple[int, int]]]:
    """Drop spans of broad types where half of their words belong to another marker."""
    kept = dict(spans)
    for name, winners in YIELDING.items():
        if name not in kept:
            continue
        others = _merge(
            span
            for other, found in kept.items()
            if other != name and (not winners or other in winners)
            for span in found
        )
        kept[name] = [span for span in kept[name] if 2 * _covered(span, others) < span[1] - span[0]]
    return kept


def _covered(span: tuple[int, int], others: list[tuple[int, int]]) -> int:
    """Count the tokens of `span` that lie in `others`, which are sorted and disjoint."""
    start, end = span
    first = bisect_left(others, start, key=lambda other: other[1])
    tokens = 0
    for place in range(first, len(others)):
        s, e = others[place]
        if s >= end:
            break
        tokens += max(0, min(end, e) - max(start, s))
    return tokens
