"""A model against labels: agreement with intervals, calibration, confusion, group by group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.conversation import Marker
from empathy_score.dimensions import Dimension
from empathy_score.evaluation.metrics import (
    agreement,
    certainty,
    chosen_level,
    expected_calibration_error,
    group_figures,
    in_bins,
    kappa,
    macro_f1,
    span_figures,
)
from empathy_score.evaluation.report import Evaluation
from empathy_score.headline import CALLING, need, opportunity
from empathy_score.markers import MarkerMatcher
from empathy_score.markers.types import marker_groups
from empathy_score.model.model import Model, Predictions
from empathy_score.model.tagging import join_markers
from empathy_score.readings import read_turns
from empathy_score.training.fitting import load_base
from empathy_score.training.labels import is_empty
from empathy_score.training.targets import dimensions_of, read_labelled
from empathy_score.training.turns import RoleTurns, labelled_turns

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 200
"""Bootstrap draws of whole conversations behind each interval."""

GROUPS = ("channel", "company", "agent_id")
"""Columns that figures are given by, where the table has them."""

FEWEST = 20
"""Labelled turns that a group needs to be shown."""


def evaluate(
    table: Any,
    model: str | Path | Model = "default",
    *,
    ignore: Collection[str] = (),
    draws: int = DRAWS,
) -> Evaluation:
    """Compare a model's scores with labels that it has not seen.

    Parameters
    ----------
    table : any form that `read_transcripts` takes, or a bare table of replies and labels
        With columns named like dimensions of the model; `spans` has labelled markers. No figure
        means anything on labels that the model was trained or calibrated on.
    model : str, Path or Model, default "default"
    ignore : collection of str, optional
        Columns that are named like a dimension and mean something else.
    draws : int
        Bootstrap draws behind each interval.

    Returns
    -------
    Evaluation

    Raises
    ------
    LabelError
        Where no column is named like a dimension of the model, or a label is not one of its
        levels.
    """
    loaded = load_base(model)
    transcripts = read_labelled(table)
    matcher = MarkerMatcher(
        loaded.markers, {name: join.patterns for name, join in loaded.joins.items()}
    )
    dimensions = dimensions_of(transcripts, loaded.dimensions, ignore=ignore)
    turns = labelled_turns(transcripts, dimensions, matcher)
    found = loaded.predict({role: part.readings for role, part in turns.items()})
    frame = transcripts.table
    return Evaluation(
        signature=loaded.signature,
        facts=loaded.facts,
        figures=_figures(turns.values(), found, draws),
        groups={
            column: _by(column, frame, turns.values(), found)
            for column in GROUPS
            if column in frame and frame[column].nunique() > 1
        },
        confusion={
            d.name: _confusion(d, *_known(part, found, d))
            for part in turns.values()
            for d in part.dimensions
            if d.kind != "multilabel"
        },
        reliability={
            d.name: _reliability(d, *_known(part, found, d))
            for part in turns.values()
            for d in part.dimensions
        },
        markers=_markers(loaded, turns["agent"], found) if "agent" in turns else _empty(),
        opportunity=_opportunity(loaded, transcripts, matcher),
    )


def _known(
    part: RoleTurns, found: Predictions, d: Dimension
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the probabilities and the labels of the turns that have a label."""
    index = part.labels[d.name]
    return found.probabilities[d.name][index >= 0], index[index >= 0]


def _figures(parts: Any, found: Predictions, draws: int) -> pd.DataFrame:
    import pandas as pd

    rows = {}
    for part in parts:
        for d in part.dimensions:
            p, t = _known(part, found, d)
            groups = part.groups[part.labels[d.name] >= 0]
            row: dict[str, Any] = {"kind": d.kind, "n": len(t)}
            for name, measure in (("kappa", agreement), ("macro_f1", macro_f1)):
                drawn = [measure(d, p, t, counts) for counts in _draws(groups, draws)]
                low, high = _interval(drawn)
                row |= {name: measure(d, p, t), f"{name}_low": low, f"{name}_high": high}
            row["ece"] = expected_calibration_error(d, p, t)
            rows[d.name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("dimension")


def _draws(groups: NDArray[np.str_], draws: int) -> list[NDArray[np.int64]]:
    """Draw whole groups with replacement; give how often each turn counts."""
    _, member = np.unique(groups, return_inverse=True)
    n = member.max() + 1
    draw = np.random.default_rng(0)
    return [np.bincount(draw.integers(n, size=n), minlength=n)[member] for _ in range(draws)]


def _interval(values: Sequence[float]) -> tuple[float, float]:
    known = np.array([v for v in values if np.isfinite(v)])
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _by(column: str, frame: pd.DataFrame, parts: Any, found: Predictions) -> pd.DataFrame:
    """Give kappa within each value of a column that has enough labelled turns."""
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for part in parts:
        cells = frame[column].iloc[part.rows]
        values = np.array(["" if is_empty(cell) else str(cell) for cell in cells])
        for value in sorted(set(values) - {""}):
            inside = values == value
            if inside.sum() < FEWEST:
                continue
            row = rows.setdefault(str(value), {"n": int(inside.sum())})
            for d in part.dimensions:
                index = part.labels[d.name]
                chosen = inside & (index >= 0)
                if chosen.any():
                    p = found.probabilities[d.name][chosen]
                    row[d.name] = agreement(d, p, index[chosen])
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(column)


def _confusion(d: Dimension, p: NDArray[np.float64], t: NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    counts = np.zeros((len(d.levels), len(d.levels)), dtype=np.int64)
    np.add.at(counts, (t, chosen_level(d, p)), 1)
    names = list(map(str, d.levels))
    return pd.DataFrame(counts, index=pd.Index(names, name="label"), columns=names)


def _reliability(d: Dimension, p: NDArray[np.float64], t: NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    sure, right = certainty(d, p, t)
    rows = [
        {"confidence": sure[b].mean(), "accuracy": right[b].mean(), "n": int(b.sum())}
        for b in in_bins(sure)
    ]
    return pd.DataFrame(rows)


def _markers(model: Model, replies: RoleTurns, found: Predictions) -> pd.DataFrame:
    import pandas as pd

    places = [i for i, spans in enumerate(replies.spans) if spans is not None]
    if not places:
        return _empty()
    given: list[Sequence[Marker]] = []
    wanted = []
    for i in places:
        reading = replies.readings[i]
        tagged = found.spans.get(reading.text, ())
        given.append(join_markers(reading.text, reading.markers, tagged, model.joins))
        spans = replies.spans[i] or ()
        wanted.append([{"type": t, "start": s, "end": e} for t, s, e in spans])
    types = span_figures(given, wanted)
    groups = group_figures(types, marker_groups(model.markers))
    rows = {
        name: {"labelled": f.wanted, "precision": f.precision, "recall": f.recall, "f1": f.f1}
        for name, f in (*sorted(groups.items()), *sorted(types.items()))
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("markers")


def _opportunity(model: Model, transcripts: Any, matcher: MarkerMatcher) -> pd.DataFrame:
    """Set what the labels say of opportunity against what the scores say."""
    import pandas as pd

    frame = transcripts.table
    needed = ("feeling", "valence", "empathy", "care")
    if not (
        set(needed) <= set(frame.columns) and set(needed) <= {d.name for d in model.dimensions}
    ):
        return _empty()
    readings, _ = read_turns(transcripts, matcher)
    p = model.predict({role: part.readings for role, part in readings.items()}).probabilities
    said = opportunity(need(p["feeling"], readings["agent"].answered), p)
    pairs = []
    rows = readings["customer"].rows
    felt_at = [tuple(frame[name].iloc[row] for name in ("feeling", "valence")) for row in rows]
    for place, (row, asked) in enumerate(
        zip(readings["agent"].rows, readings["agent"].answered, strict=True)
    ):
        empathy, care = frame["empathy"].iloc[row], frame["care"].iloc[row]
        felt = [felt_at[i] for i in asked if not any(map(is_empty, felt_at[i]))]
        if is_empty(empathy) or is_empty(care) or (asked and not felt):
            continue
        called = any(feeling in CALLING and float(valence) < 0 for feeling, valence in felt)
        given = float(empathy) >= 1 or float(care) >= 2
        label = ("given" if given else "missed") if called else "not_needed"
        pairs.append((label, said[place]))
    if not pairs:
        return _empty()
    names = ["given", "missed", "not_needed"]
    labels, scores = zip(*pairs, strict=True)
    table = pd.crosstab(pd.Series(labels, name="label"), pd.Series(scores, name="score"))
    return table.reindex(index=names, columns=names, fill_value=0)


def opportunity_kappa(table: pd.DataFrame) -> float:
    """Give Cohen's kappa of a table of counts, labels by scores; NaN if undefined."""
    counts = table.to_numpy()
    true, given = np.indices(counts.shape).reshape(2, -1)
    repeat = counts.ravel()
    return kappa(
        np.repeat(true, repeat), np.repeat(given, repeat), n_levels=len(table), quadratic=False
    )


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()
