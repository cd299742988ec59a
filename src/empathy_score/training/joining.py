"""Measures, type by type, whether tagger, patterns or both find markers better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from empathy_score.conversation import Marker
from empathy_score.evaluation import SpanFigures, span_figures
from empathy_score.markers import MarkerMatcher
from empathy_score.model.model import Model, read_texts
from empathy_score.model.tagging import Source, TagJoin, join_markers
from empathy_score.training.turns import RoleTurns

THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)
"""Probabilities that are tried for each tagged type."""


def measure_joins(model: Model, replies: RoleTurns) -> Model:
    """Choose each type's threshold and source by overlap F1 on replies that nothing saw.

    Parameters
    ----------
    model : Model
        Its encoder may have a tagger.
    replies : RoleTurns
        Those without labelled spans do not count.

    Returns
    -------
    Model
        With `joins`, whose precisions are shrunk towards one half by two pseudo-spans, and the
        tagger's thresholds.
    """
    places = [i for i, spans in enumerate(replies.spans) if spans is not None]
    readings = [replies.readings[i] for i in places]
    wanted = [
        [{"type": t, "start": s, "end": e} for t, s, e in replies.spans[i] or ()] for i in places
    ]
    matched = MarkerMatcher(model.markers).find_all(reading.text for reading in readings)
    tagger = model.encoder.tagger
    joins: dict[str, TagJoin] = {}
    best: dict[str, tuple[float, float]] = {}
    by_patterns = span_figures(matched, wanted)
    trials = THRESHOLDS if tagger is not None else ()
    for kind in model.markers:
        figures = by_patterns.get(kind.name, SpanFigures(0, 0, 0, 0))
        joins[kind.name] = TagJoin("patterns", _precision(figures), 0.5)
        best[kind.name] = (_f1(figures), 0.5)
    for threshold in trials:
        assert tagger is not None
        limits = np.full(len(tagger.types), threshold, dtype=np.float32)
        encoder = model.encoder.with_tagger(replace(tagger, thresholds=limits))
        plain, _, spans = read_texts(encoder, {"agent": readings})
        for source in get_args(Source):
            if source == "patterns":
                continue
            every = {name: TagJoin(source, 0.5, 0.5) for name in tagger.types}
            found: list[Sequence[Marker]] = [
                join_markers(r.text, m, spans[plain[r.text]], every)
                for r, m in zip(readings, matched, strict=True)
            ]
            for name, figures in span_figures(found, wanted).items():
                if name in tagger.types and _f1(figures) > best[name][0] + MARGIN:
                    best[name] = (_f1(figures), threshold)
                    joins[name] = TagJoin(source, joins[name].patterns, _precision(figures))
    if tagger is None:
        return replace(model, joins=joins)
    chosen = np.array([best[name][1] for name in tagger.types], dtype=np.float32)
    encoder = model.encoder.with_tagger(replace(tagger, thresholds=chosen))
    return replace(model, encoder=encoder, joins=joins)


MARGIN = 0.01
"""Gain in F1 that is worth leaving what was chosen before."""


def _precision(figures: SpanFigures) -> float:
    return round((figures.right + 1) / (figures.given + 2), 4)


def _f1(figures: SpanFigures) -> float:
    return figures.f1 if figures.wanted else 0.0
