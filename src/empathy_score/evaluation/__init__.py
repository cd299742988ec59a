"""How good scores are against labels: figures, their intervals, a model card and its picture."""

from empathy_score.evaluation.metrics import (
    SpanFigures,
    agreement,
    chosen_level,
    expected_calibration_error,
    group_figures,
    kappa,
    macro_f1,
    span_figures,
)
from empathy_score.evaluation.report import Evaluation

__all__ = [
    "Evaluation",
    "SpanFigures",
    "agreement",
    "chosen_level",
    "expected_calibration_error",
    "group_figures",
    "kappa",
    "macro_f1",
    "span_figures",
]
