"""What an evaluation found, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Evaluation:
    """How a model's scores agree with labels.

    Parameters
    ----------
    signature : str
        Of the model.
    facts : mapping of str to Any
        What the model was trained on.
    figures : DataFrame
        Index: the dimensions. `kind`, `n`; `kappa` and `macro_f1` with the ends of their 95 %
        bootstrap intervals (`kappa_low`, ...); `ece`. Kappa is quadratic where levels are
        ordered, and of the expected level, rounded.
    groups : mapping of str to DataFrame
        By column (`channel`, ...): index, its values; `n` and the kappa of each dimension.
    confusion : mapping of str to DataFrame
        By dimension: counts, rows the label, columns the level given.
    reliability : mapping of str to DataFrame
        By dimension: `confidence`, `accuracy` and `n` of each bin of confidence.
    markers : DataFrame
        Index: groups and types; `labelled`, `precision`, `recall`, `f1`, of spans that overlap.
        Empty where no spans are labelled.
    opportunity : DataFrame
        Counts, rows what the labels say, columns what the scores say. Empty where the labels it
        takes are not there.
    """

    signature: str
    facts: Mapping[str, Any]
    figures: pd.DataFrame
    groups: Mapping[str, pd.DataFrame]
    confusion: Mapping[str, pd.DataFrame]
    reliability: Mapping[str, pd.DataFrame]
    markers: pd.DataFrame
    opportunity: pd.DataFrame

    def card(self, figure: str | None = None) -> str:
        """Write the figures as a model card in Markdown, a picture in it where one is named."""
        from empathy_score.evaluation.card import render_card

        return render_card(self, figure)

    def save_figure(self, path: str | Path) -> None:
        """Draw reliability and confusion into a picture (PNG, SVG or PDF, by the name's ending).

        Raises
        ------
        MissingExtraError
            Where the extra ``train`` is not installed.
        """
        from empathy_score.evaluation.figure import draw_figure

        draw_figure(self, path)
