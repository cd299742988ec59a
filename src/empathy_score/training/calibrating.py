"""A few hundred labels -> a model whose probabilities and levels fit your own conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from empathy_score.headline import doubt
from empathy_score.markers import MarkerMatcher
from empathy_score.model.calibration import Calibration, fit_calibration
from empathy_score.model.model import Model, read_texts
from empathy_score.training.fitting import PRIOR_LABELS, ROAD, doubt_quantiles, load_base
from empathy_score.training.targets import dimensions_of, read_labelled
from empathy_score.training.turns import labelled_turns


def calibrate(
    table: Any,
    base: str | Path | Model = "default",
    *,
    name: str = "custom",
    ignore: Collection[str] = (),
    prior_labels: float = PRIOR_LABELS,
    facts: Mapping[str, Any] | None = None,
    say: Callable[[str], None] | None = None,
) -> Model:
    """Fit a model's calibration layer again; encoder, heads and markers stay as they are.

    Parameters
    ----------
    table : any form that `read_transcripts` takes, or a bare table of replies and labels
        With columns named like dimensions of the model; those without a column stay.
    base : str, Path or Model, default "default"
    name : str
        Of the new model.
    ignore : collection of str, optional
        Columns that are named like a dimension and mean something else.
    prior_labels : float, default 100
        How many labels the model's own belief counts for, so that a few labels move it a little
        and many move it wholly; 0 forgets it.
    facts : mapping, optional
        Kept in the model folder.
    say : callable, optional
        Told what is being done, line by line.

    Returns
    -------
    Model

    Raises
    ------
    LabelError
        Where no column is named like a dimension of the model, or a label is not one of its
        levels.
    """
    say = say or (lambda _: None)
    model = load_base(base)
    transcripts = read_labelled(table)
    dimensions = dimensions_of(transcripts, model.dimensions, ignore=ignore)
    turns = labelled_turns(transcripts, dimensions, MarkerMatcher(model.markers))
    plain, vectors, _ = read_texts(
        model.encoder, {r: t.readings for r, t in turns.items()}, tag=False
    )
    parts = []
    doubts = model.doubt
    for part in model.parts:
        own = turns.get(part.role)
        asked = [d for d in part.dimensions if own is not None and d in own.dimensions]
        if own is None or not asked:
            parts.append(part)
            continue
        say(f"calibrating {', '.join(d.name for d in asked)} on {len(own)} {part.role} turns")
        margins = part.margins(own.readings, plain, vectors, model.encoder.width)
        fitted = fit_calibration(
            margins, own.labels, asked, own.weights, part.calibration, prior_labels
        )
        estimators = {**part.calibration.estimators, **fitted.estimators}
        parts.append(replace(part, calibration=Calibration(estimators)))
        if ROAD in asked:
            doubts = doubt_quantiles(doubt(fitted.probabilities(ROAD, margins[ROAD.name])))
    labelled = {role: len(own) for role, own in turns.items()}
    described = {**model.facts, **(facts or {}), "calibrated_on": labelled}
    return replace(model, name=name, parts=tuple(parts), doubt=doubts, facts=described, digest="")
