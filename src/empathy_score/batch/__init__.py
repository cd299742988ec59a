"""Transcript files of any size -> scored files: flat in memory, and restartable."""

from empathy_score.batch.run import score_files

__all__ = ["score_files"]
