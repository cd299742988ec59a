"""An encoder that remembers what it has read lately: macros come again and again in a long run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from empathy_score.model.encoder import Encoder, Encoding
from empathy_score.model.tagger import TaggedSpan

_Read = tuple[NDArray[np.float32], "tuple[TaggedSpan, ...] | None"]
"""A text's vector and spans; None where it was not tagged."""


class RememberingEncoder:
    """Reads as its encoder does; a text that it has read lately is not read again.

    Parameters
    ----------
    encoder : Encoder
    room : int
        Texts that are remembered, at most: about 2 kB each. What was asked for longest ago goes
        first.
    """

    def __init__(self, encoder: Encoder, room: int) -> None:
        self._encoder = encoder
        self._room = room
        self._known: dict[str, _Read] = {}
        self._lock = Lock()

    @property
    def width(self) -> int:
        """Length of a text's vector."""
        return self._encoder.width

    def encode(
        self,
        texts: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
        *,
        tagged: Collection[str] = (),
    ) -> Encoding:
        """Encode distinct texts; see `Encoder.encode`."""
        wanted = frozenset(tagged)
        with self._lock:
            known = {text: self._known[text] for text in texts if self._recalls(text, wanted)}
        fresh = [text for text in texts if text not in known]
        read = self._encoder.encode(fresh, progress, tagged=wanted.intersection(fresh))
        for text, vector in zip(fresh, read.vectors, strict=True):
            known[text] = (vector, read.spans.get(text, ()) if text in wanted else None)
        with self._lock:
            self._keep(known)
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = known[text][0]
        spans = {text: known[text][1] or () for text in texts if text in wanted}
        return Encoding(vectors, spans)

    def _recalls(self, text: str, wanted: frozenset[str]) -> bool:
        found = self._known.get(text)
        return found is not None and (found[1] is not None or text not in wanted)

    def _keep(self, read: dict[str, _Read]) -> None:
        for text, found in read.items():
            self._known.pop(text, None)
            vector = found[0] if found[0].base is None else found[0].copy()  # a row holds its table
            self._known[text] = (vector, found[1])
        for text in list(self._known)[: max(len(self._known) - self._room, 0)]:
            del self._known[text]
