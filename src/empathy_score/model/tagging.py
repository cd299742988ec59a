"""The tagger's spans and the patterns' joined, each type by what was measured to be better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from empathy_score.conversation import Marker
from empathy_score.model.normalise import normalise_aligned
from empathy_score.model.tagger import TaggedSpan

Source = Literal["patterns", "tagger", "both"]
"""Whose spans of a type count: one's alone, or all of both."""


@dataclass(frozen=True, slots=True)
class TagJoin:
    """How a marker type is found.

    Parameters
    ----------
    source : {"patterns", "tagger", "both"}
    patterns : float
        Measured precision of the type's patterns, 0 to 1.
    tagger : float
        Measured precision of the type's spans where the tagger has a part in them, 0 to 1.
    """

    source: Source
    patterns: float
    tagger: float


def join_markers(
    text: str,
    matched: Sequence[Marker],
    tagged: Sequence[TaggedSpan],
    joins: Mapping[str, TagJoin],
) -> tuple[Marker, ...]:
    """Join what patterns and tagger found in one reply.

    Parameters
    ----------
    text : str
        The untouched reply.
    matched : sequence of Marker
        By patterns; those of a type without a join are kept as they are.
    tagged : sequence of TaggedSpan
        By the tagger, in the normalised text.
    joins : mapping of str to TagJoin

    Returns
    -------
    tuple of Marker
        In order of their start; markers of one type never overlap. Where both found a span, the
        marker has the words of both, and the higher score.
    """
    kept = [m for m in matched if m.type not in joins or joins[m.type].source != "tagger"]
    wanted = [s for s in tagged if s.type in joins and joins[s.type].source != "patterns"]
    if wanted:
        _, origins = normalise_aligned(text)
        for span in wanted:
            start, end = int(origins[span.start, 0]), int(origins[span.end - 1, 1])
            same = [m for m in kept if m.type == span.type and m.start < end and start < m.end]
            score = max([joins[span.type].tagger, *(m.score for m in same)])
            kept = [m for m in kept if m not in same]
            start = min([start, *(m.start for m in same)])
            end = max([end, *(m.end for m in same)])
            kept.append(Marker(span.type, start, end, text[start:end], score))
    return tuple(sorted(kept, key=lambda m: (m.start, m.end, m.type)))
