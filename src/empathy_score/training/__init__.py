"""Labels of your own -> a model folder that scoring loads; and how good a model is on them."""

from empathy_score.training.calibrating import calibrate
from empathy_score.training.evaluating import evaluate
from empathy_score.training.fitting import train
from empathy_score.training.labels import labelled_table
from empathy_score.training.targets import read_labelled

__all__ = ["calibrate", "evaluate", "labelled_table", "read_labelled", "train"]
