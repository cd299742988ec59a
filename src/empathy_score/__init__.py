"""Scores how customer-support replies treat the customer, with the words that show why.

>>> import empathy_score
>>> scores = empathy_score.score("data/sample_transcripts.csv")
>>> scores.turns()                                                    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from empathy_score.conversation import Conversation, Marker, Turn
from empathy_score.dimensions import DIMENSIONS, Dimension
from empathy_score.errors import EmpathyScoreError, LabelError, ModelError, TranscriptError
from empathy_score.markers.types import MARKER_TYPES, MarkerType
from empathy_score.redaction import redact
from empathy_score.version import __version__

if TYPE_CHECKING:
    from empathy_score.scorer import Scorer, score
    from empathy_score.scores import Scores
    from empathy_score.transcripts import Transcripts, read_transcripts

__all__ = [
    "DIMENSIONS",
    "MARKER_TYPES",
    "Conversation",
    "Dimension",
    "EmpathyScoreError",
    "LabelError",
    "Marker",
    "MarkerType",
    "ModelError",
    "Scorer",
    "Scores",
    "TranscriptError",
    "Transcripts",
    "Turn",
    "__version__",
    "read_transcripts",
    "redact",
    "score",
]

_LAZY = {
    "Scorer": "empathy_score.scorer",
    "score": "empathy_score.scorer",
    "Scores": "empathy_score.scores",
    "Transcripts": "empathy_score.transcripts",
    "read_transcripts": "empathy_score.transcripts",
}
"""Names that need pandas or more: imported at first use, so that the import stays light."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
