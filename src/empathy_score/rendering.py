"""Markers in the words: a reply cut into stretches, and shown as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
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


TINTS = {
    "empathy": "#f0904a", "apology": "#e0709a", "learn": "#56b4e9", "teach": "#3cc79c",
    "control": "#e0c030", "beyond": "#7cc850", "go_away": "#a08bd8",
}  # fmt: skip
"""Colour of each marker group; shown half transparent, so that it fits light and dark."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation to look at: HTML in a notebook, plain text elsewhere.

    Parameters
    ----------
    html, text : str
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def marked_html(text: str, markers: Sequence[Marker], groups: Mapping[str, str]) -> str:
    """Show a reply with its markers highlighted.

    Parameters
    ----------
    text : str
        The untouched reply; whatever it holds stays text.
    markers : sequence of Marker
    groups : mapping of str to str
        Group of each marker type.

    Returns
    -------
    str
        HTML.
    """
    pieces = []
    for stretch in stretches(text, markers):
        words = escape(stretch.text)
        if stretch.types:
            tint = TINTS.get(groups.get(stretch.types[-1], ""), "#999999")
            title = escape(", ".join(stretch.types))
            words = (
                f'<mark title="{title}" style="background:{tint}66;color:inherit">{words}</mark>'
            )
        pieces.append(words)
    return "".join(pieces)
