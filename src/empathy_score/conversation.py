"""What travels between the stages: frozen conversations, turns and markers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Literal

Role = Literal["agent", "customer", "other"]
"""Who speaks; `other` (system, bot, note) passes through unscored."""

CONTEXT_TURNS = 4
"""How many turns before a turn are read with it: the window that annotators saw."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation.

    Parameters
    ----------
    role : {"agent", "customer", "other"}
        Who speaks.
    text : str
        The untouched words; empty where the source had none.
    row : int, optional
        Position of the turn in the table it came from, from 0.
    """

    role: Role
    text: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one conversation, in the order in which they were said."""

    id: str
    turns: tuple[Turn, ...]

    def customer_before(self, index: int) -> tuple[str, ...]:
        """Give the customer's texts among the `CONTEXT_TURNS` turns before turn `index`.

        Parameters
        ----------
        index : int
            Position of the turn in `turns`.

        Returns
        -------
        tuple of str
            Oldest first; empty where the customer said nothing in that window.
        """
        backwards = (self.turns[i] for i in range(index - 1, -1, -1))
        before = (turn for turn in backwards if turn.role != "other")
        window = list(islice(before, CONTEXT_TURNS))[::-1]
        return tuple(turn.text for turn in window if turn.role == "customer" and turn.text)


@dataclass(frozen=True, slots=True)
class Marker:
    """A stretch of a reply that does something to the customer (codebook, section 8).

    Parameters
    ----------
    type : str
        Name of a `MarkerType`, such as ``"regret"``.
    start, end : int
        Half-open character span ``[start, end)`` in the untouched text.
    text : str
        ``reply[start:end]``.
    score : float
        Measured precision of the pattern in labelled replies, 0 to 1.
    """

    type: str
    start: int
    end: int
    text: str
    score: float
