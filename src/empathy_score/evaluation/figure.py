"""An evaluation as a picture: reliability and confusion, a row a dimension."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.errors import MissingExtraError

if TYPE_CHECKING:
    from empathy_score.evaluation.report import Evaluation


def draw_figure(evaluation: Evaluation, path: str | Path) -> None:
    """Draw reliability diagram and confusion of every dimension.

    Parameters
    ----------
    evaluation : Evaluation
    path : path
        Ends in .png, .svg or .pdf.

    Raises
    ------
    MissingExtraError
        Where the extra ``train`` is not installed.
    """
    names = list(evaluation.reliability)
    columns = 4
    rows = -(-len(names) // (columns // 2))
    figure = plain_figure(figsize=(3.2 * columns, 2.9 * rows), layout="constrained")
    axes = np.atleast_2d(figure.subplots(rows, columns, squeeze=False)).reshape(-1)
    for axis in axes:
        axis.set_axis_off()
    for place, name in enumerate(names):
        _reliability(axes[2 * place], name, evaluation.reliability[name],
                     evaluation.figures["ece"].to_dict()[name])  # fmt: skip
        if name in evaluation.confusion:
            _confusion(axes[2 * place + 1], evaluation.confusion[name])
    figure.savefig(
        path, dpi=110, metadata={"Software": None} if str(path).endswith("png") else None
    )


def plain_figure(**settings: Any) -> Any:
    """Give an empty picture; the extra ``train`` has what draws it."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing the figure", "train") from error
    return Figure(**settings)


def _reliability(axis: Any, name: str, bins: Any, ece: float) -> None:
    """Draw accuracy against confidence; the size of a point grows with its turns."""
    axis.set_axis_on()
    axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    share = bins["n"] / bins["n"].sum()
    axis.scatter(bins["confidence"], bins["accuracy"], s=20 + 300 * share, alpha=0.7)
    axis.set(xlim=(0, 1), ylim=(0, 1), title=f"{name}, ECE {ece:.3f}",
             xlabel="probability given", ylabel="share that is right")  # fmt: skip


def _confusion(axis: Any, counts: Any) -> None:
    """Draw shares within each label, with the counts written in."""
    axis.set_axis_on()
    values = counts.to_numpy(dtype=float)
    shares = values / np.maximum(values.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.6 else "black"
        axis.text(column, row, int(values[row, column]), ha="center", va="center", color=colour,
                  fontsize=8)  # fmt: skip
    places = range(len(counts))
    axis.set_xticks(places, counts.columns, rotation=45, ha="right", fontsize=7)
    axis.set_yticks(places, counts.index, fontsize=7)
    axis.set(xlabel="given", ylabel="label")
