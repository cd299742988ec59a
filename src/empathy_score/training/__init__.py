"""Labelled table -> fitted heads and calibration: the folder that scoring loads."""

from empathy_score.training.fitting import fit
from empathy_score.training.labels import labelled_table

__all__ = ["fit", "labelled_table"]
