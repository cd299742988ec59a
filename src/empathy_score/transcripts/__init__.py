"""Tables of transcripts -> conversations."""

from empathy_score.transcripts.formats import Note
from empathy_score.transcripts.reading import Transcripts, free_name, read_transcripts

__all__ = ["Note", "Transcripts", "free_name", "read_transcripts"]
