"""Markers in the words: a reply cut into stretches, for any surface that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from empathy_score.conversation import Marker


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive characters of a reply that carry the same markers.

    Parameters
    ----------
    text : str
    types : tuple of str
        Marker types on it, in order of their start; empty for plain words.
    """

    text: str
    types: tuple[str, ...]


def stretches(text: str, markers: Sequence[Marker]) -> list[Stretch]:
    """Cut a reply at the edges of its markers.

    Parameters
    ----------
    text : str
        The untouched reply.
    markers : sequence of Marker
        Its markers; they may overlap.

    Returns
    -------
    list of Stretch
        Their texts joined are `text`.
    """
    edges = sorted({0, len(text), *(m.start for m in markers), *(m.end for m in markers)})
    return [
        Stretch(text[start:end], tuple(m.type for m in markers if m.start < end and start < m.end))
        for start, end in pairwise(edges)
    ]
