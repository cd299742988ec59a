"""Measures, type by type, whether tagger, patterns or both find markers better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from empathy_score.conversation import Marker
from empathy_score.evaluation import SpanFigures, span_figures
from empathy_score.markers import MarkerMatcher
from empathy_score.model.model import Model, read_texts
from empathy_score.model.tagger import TaggedSpan, Tagger
from empathy_score.model.tagging import TagJoin, join_markers
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
    by_patterns = span_figures(matched, wanted)
    joins = {}
    best: dict[str, float] = {}
    for kind in model.markers:
        figures = by_patterns.get(kind.name, SpanFigures(0, 0, 0, 0))
        joins[kind.name] = TagJoin("patterns", _precision(figures), 0.5)
        best[kind.name] = _f1(figures)
    tagger = model.encoder.tagger
    if tagger is None:
        return replace(model, joins=joins)
    recorder = _Recorder(tagger)
    plain, _, _ = read_texts(model.encoder.with_tagger(recorder), {"agent": readings})
    chosen = dict.fromkeys(tagger.types, 0.5)
    for threshold in THRESHOLDS:
        spans = recorder.spans_at(threshold)
        for source in ("tagger", "both"):
            every = {name: TagJoin(source, 0.5, 0.5) for name in tagger.types}
            found: list[Sequence[Marker]] = [
                join_markers(r.text, m, spans.get(plain[r.text], ()), every)
                for r, m in zip(readings, matched, strict=True)
            ]
            for name, figures in span_figures(found, wanted).items():
                if name in chosen and _f1(figures) > best[name] + MARGIN:
                    best[name], chosen[name] = _f1(figures), threshold
                    joins[name] = TagJoin(source, joins[name].patterns, _precision(figures))
    limits = np.array(list(chosen.values()), dtype=np.float32)
    encoder = model.encoder.with_tagger(replace(tagger, thresholds=limits))
    return replace(model, encoder=encoder, joins=joins)


class _Recorder(Tagger):
    """A tagger that keeps the margins it is shown, to be read at one threshold after another."""

    def __init__(self, tagger: Tagger) -> None:
        super().__init__(tagger.types, tagger.weight, tagger.bias, tagger.thresholds)
        object.__setattr__(self, "shown", {})

    shown: dict[str, list[tuple[NDArray[np.float32], Sequence[tuple[int, int]]]]]

    def spans(
        self, margins: NDArray[np.float32], offsets: Sequence[tuple[int, int]], text: str
    ) -> tuple[TaggedSpan, ...]:
        self.shown.setdefault(text, []).append((margins.copy(), offsets))
        return ()

    def spans_at(self, threshold: float) -> dict[str, tuple[TaggedSpan, ...]]:
        limits = np.full(len(self.types), threshold, dtype=np.float32)
        tagger = Tagger(self.types, self.weight, self.bias, limits)
        return {
            text: tuple(span for part in parts for span in tagger.spans(*part, text))
            for text, parts in self.shown.items()
        }


MARGIN = 0.01
"""Gain in F1 that is worth leaving what was chosen before."""


def _precision(figures: SpanFigures) -> float:
    return round((figures.right + 1) / (figures.given + 2), 4)


def _f1(figures: SpanFigures) -> float:
    return figures.f1 if figures.wanted else 0.0
