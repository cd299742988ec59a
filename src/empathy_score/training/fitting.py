"""A labelled table -> a model: heads, calibration on conversations they did not see, markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import DIMENSIONS, Kind
from empathy_score.errors import LabelError
from empathy_score.headline import doubt
from empathy_score.markers import MARKER_TYPES, MarkerMatcher
from empathy_score.model.calibration import Calibration, Margins, fit_calibration
from empathy_score.model.encoder import MINILM, Encoder
from empathy_score.model.features import TurnFeatures, dense_features, plain_texts
from empathy_score.model.folder import load_model
from empathy_score.model.heads import Heads, fit_heads
from empathy_score.model.model import SCORED_ROLES, Model, Part, ScoredRole, read_texts
from empathy_score.model.tagging import TagJoin
from empathy_score.training.joining import measure_joins
from empathy_score.training.targets import dimensions_of, read_labelled
from empathy_score.training.turns import (
    LabelledTurns,
    RoleTurns,
    labelled_turns,
    split_groups,
)

if TYPE_CHECKING:
    from empathy_score.model.network import Network
    from empathy_score.training.finetuning import FinetuneSettings

FOLDS = 5
"""Parts that conversations are split into where calibration is cross-fitted."""

HELD_OUT = 0.15
"""Share of the conversations that calibration is fitted on where the encoder is tuned."""

STOPPING = 0.05
"""Share of the conversations that early stopping looks at."""

C_DENSE, C_LEXICAL = 0.02, 0.3
"""Inverse strength of the penalty of the heads over vectors, and over lexical features."""

FEWEST_WATCHED = 60
"""Turns below which early stopping would follow chance: the last epoch is taken instead."""

TUNED = "-tuned"
"""Ending of the name of an encoder that was tuned."""

FEWEST_SPANS = 20
"""Labelled spans that a marker type needs to be tagged."""

PRIOR_LABELS = 100.0
"""Labels of yours that weigh as much as what a base believed before."""

ROAD = DIMENSIONS[0]

DOUBTS = 101
"""Quantiles of the road's doubt that a model keeps."""

Say = Callable[[str], None]
"""Takes a line on what is being done."""


def train(
    table: Any,
    *,
    targets: Mapping[str, Kind | None] | Sequence[str] | None = None,
    base: str | Path | Model = "default",
    name: str = "custom",
    ignore: Collection[str] = (),
    finetune: bool | FinetuneSettings = False,
    checkpoints: str | Path | None = None,
    facts: Mapping[str, Any] | None = None,
    say: Say | None = None,
    progress: bool = False,
) -> Model:
    """Fit a model to labels of your own.

    Without `finetune` the base's encoder stays: heads are fitted to all labels, beginning with what
    the base's heads say, and calibration to the margins that heads of the other folds give, so that
    no head has seen a conversation that its calibration is fitted on; dimensions that your table
    does not have stay the base's. With
    it, the encoder learns too, and the model has the labelled dimensions alone and tags the markers
    that have labelled spans; calibration is fitted on conversations that neither encoder nor heads
    saw. Labels that a base was trained on must not train on it again: its vectors know them.

    Parameters
    ----------
    table : any form that `read_transcripts` takes, or a bare table of replies and labels
        Columns named like a dimension of `DIMENSIONS` or of the base retrain it. A column `group`
        joins conversations that must not be parted, a column `weight` weighs turns, `spans` has
        labelled markers.
    targets : mapping of str to Kind or None, or sequence of str, optional
        Columns with dimensions of your own, and their kind; inferred where it is None.
    base : str, Path or Model, default "default"
        Where to begin: the model that ships, a model folder, or ``"all-MiniLM-L6-v2"``, the public
        encoder as it is.
    name : str
        Of the model.
    ignore : collection of str, optional
        Columns that are named like a dimension and mean something else.
    finetune : bool or FinetuneSettings
    checkpoints : path, optional
        Where a fine-tuning keeps its checkpoints, and goes on from them.
    facts : mapping, optional
        Kept in the model folder.
    say : callable, optional
        Told what was inferred and what is being done, line by line.
    progress : bool
        Whether fine-tuning shows a progress bar.

    Returns
    -------
    Model

    Raises
    ------
    LabelError
        Where there is nothing to learn, or a label is not one of its dimension's levels.
    """
    say = say or (lambda _: None)
    model = load_base(base)
    transcripts = read_labelled(table)
    known = {d.name: d for d in (*DIMENSIONS, *model.dimensions)}
    kinds = targets if isinstance(targets, Mapping) else dict.fromkeys(targets or ())
    dimensions = dimensions_of(transcripts, tuple(known.values()), kinds, ignore)
    for note in transcripts.notes:
        say(f"note: {note.rows} {note.what}" if note.rows else f"note: {note.what}")
    for d in dimensions:
        say(f"{d.name}: {d.kind}, {', '.join(map(str, d.levels))} ({d.role} turns)")
    turns = labelled_turns(transcripts, dimensions, MarkerMatcher(model.markers))
    described = {
        **(model.facts if model.parts and not finetune else {}),
        **({"base": model.signature} if model.parts else {}),
        **(facts or {}),
        "labelled_turns": {role: len(part) for role, part in turns.items()},
    }
    if finetune:
        fitted = _tuned(model, turns, finetune, checkpoints, say, progress)
    else:
        fitted = _refitted(model, turns, say)
    return replace(fitted, name=name, facts=described, digest="")


def load_base(base: str | Path | Model) -> Model:
    """Give the model that training begins with: a folder's, or a public encoder without heads."""
    if isinstance(base, Model):
        return base
    if str(base) == MINILM.name:
        return Model(MINILM.name, Encoder.load(MINILM), (), MARKER_TYPES)
    return load_model(base)


def _refitted(model: Model, turns: LabelledTurns, say: Say) -> Model:
    """Fit heads and calibration over the base's encoder; keep its other dimensions."""
    parts = []
    doubts = model.doubt
    for role, own in turns.items():
        say(f"fitting {len(own.dimensions)} dimensions to {len(own)} {role} turns")
        base = _base_part(model, role)
        plain, vectors, _ = read_texts(model.encoder, {role: own.readings}, tag=False)
        dense = dense_features(own.readings, plain, vectors, model.encoder.width)
        features = base.features if base else _features(model, own, role)
        lexical = features.transform(own.readings, plain)
        margins = _cross_fitted(dense, lexical, own, base)
        calibration = _calibrated(margins, own, base)
        part = Part(
            role, features, _dense_heads(dense, own, base), _lexical_heads(lexical, own, base),
            calibration,
        )  # fmt: skip
        parts.append(part)
        doubts = _doubts(calibration, margins, own) or doubts
    fresh = {d.name for part in parts for d in part.dimensions}
    for old in model.parts:
        kept = [d for d in old.dimensions if d.name not in fresh]
        if kept:
            parts.append(old.only(kept))
    return replace(model, parts=tuple(parts), doubt=doubts)


def _tuned(
    model: Model,
    turns: LabelledTurns,
    settings: bool | FinetuneSettings,
    checkpoints: str | Path | None,
    say: Say,
    progress: bool,
) -> Model:
    """Tune the encoder; fit lexical heads beside it; calibrate on what neither saw."""
    from empathy_score.training.finetuning import finetune

    seen, held = split_groups(turns, HELD_OUT, seed=1)
    for part in (seen, held):
        _check_labels(turns, part)
    learnt, watched = split_groups(seen, STOPPING / (1 - HELD_OUT), seed=2)
    if sum(map(len, watched.values())) < FEWEST_WATCHED:
        learnt, watched = seen, {}
    tags = _tags(model, learnt)
    _say_what_is_lost(model, turns, tags, say)
    say(f"tuning the encoder on {sum(map(len, learnt.values()))} turns")
    heads: dict[str, Heads] = {}  # from nothing they would learn for hundreds of steps first
    plain, vectors, _ = read_texts(
        model.encoder, {role: own.readings for role, own in learnt.items()}, tag=False
    )
    for role, own in learnt.items():
        X = dense_features(own.readings, plain, vectors, model.encoder.width)
        heads[role] = _dense_heads(X, own, _base_part(model, role))
    network = finetune(
        model.encoder, learnt, watched, heads=heads, tags=tags,
        settings=None if isinstance(settings, bool) else settings,
        checkpoints=checkpoints, progress=progress,
    )  # fmt: skip
    name = f"{model.encoder.name.removesuffix(TUNED)}{TUNED}"
    encoder = model.encoder.tuned(network.body, network.exported_tagger(), name)
    return assemble(replace(model, encoder=encoder), network, seen, held, say)


def _check_labels(turns: LabelledTurns, part: LabelledTurns) -> None:
    """Refuse a split that leaves a dimension without a label on one of its sides."""
    for role, own in turns.items():
        for d in own.dimensions:
            if role not in part or not (part[role].labels[d.name] >= 0).any():
                known = own.labels[d.name] >= 0
                raise LabelError(
                    f"{d.name!r} has {known.sum()} labels in {len(set(own.groups[known]))} "
                    "conversations: too few to tune the encoder and hold some out for "
                    "calibration. Label more, leave it out, or train without fine-tuning."
                )


def _say_what_is_lost(model: Model, turns: LabelledTurns, tags: list[str], say: Say) -> None:
    """Say what the tuned model will not have: it is for what was labelled."""
    labelled = {d.name for own in turns.values() for d in own.dimensions}
    lost = [d.name for d in model.dimensions if d.name not in labelled]
    if lost:
        say(f"not in your table, so not in the tuned model: {', '.join(lost)}")
    tagger = model.encoder.tagger
    if tagger is not None and set(tagger.types) - set(tags):
        say("markers without labelled spans in your table will be found by patterns alone")


def assemble(
    model: Model, network: Network, seen: LabelledTurns, held: LabelledTurns, say: Say
) -> Model:
    """Put a tuned network, lexical heads, calibration and markers together.

    Parameters
    ----------
    model : Model
        With the tuned encoder; its marker types are used.
    network : Network
        Whose heads are taken.
    seen, held : LabelledTurns
        What lexical heads are fitted to; what calibration and markers are measured on.
    say : callable
    """
    parts: list[Part] = []
    doubts: tuple[float, ...] = ()
    for role in SCORED_ROLES:
        if role not in seen:
            continue
        own = seen[role]
        say(f"fitting {len(own.dimensions)} dimensions to {len(own)} {role} turns")
        base = _base_part(model, role)
        features = base.features if base else _features(model, own, role)
        lexical = features.transform(own.readings, plain_texts(own.readings))
        heads = _lexical_heads(lexical, own, base)
        dense = network.exported_heads(role)
        raw = Part(role, features, dense, heads, Calibration({}))
        plain, vectors, _ = read_texts(model.encoder, {role: held[role].readings}, tag=False)
        margins = raw.margins(held[role].readings, plain, vectors, model.encoder.width)
        calibration = _calibrated(margins, held[role], base)
        parts.append(replace(raw, calibration=calibration))
        doubts = _doubts(calibration, margins, held[role]) or doubts
    fitted = replace(model, parts=tuple(parts), doubt=doubts)
    if "agent" in held and any(spans is not None for spans in held["agent"].spans):
        say("measuring markers")
        return measure_joins(fitted, held["agent"])
    joins = {n: TagJoin("patterns", join.patterns, join.tagger) for n, join in model.joins.items()}
    return replace(fitted, joins=joins)  # a tagger that was not measured is not used


def _base_part(model: Model, role: ScoredRole) -> Part | None:
    """Give what a base knows of a role, the part with most dimensions; None where it has none."""
    own = [part for part in model.parts if part.role == role]
    return max(own, key=lambda part: len(part.dimensions), default=None)


def _dense_heads(X: NDArray[np.float64], turns: RoleTurns, base: Part | None) -> Heads:
    known = base.dense if base else None
    return fit_heads(
        X, turns.labels, turns.dimensions, C=C_DENSE, weights=turns.weights, base=known
    )


def _lexical_heads(X: Any, turns: RoleTurns, base: Part | None) -> Heads:
    known = base.lexical if base else None
    return fit_heads(
        X, turns.labels, turns.dimensions, C=C_LEXICAL, weights=turns.weights, base=known
    )


def _calibrated(margins: Margins, turns: RoleTurns, base: Part | None) -> Calibration:
    """Calibrate; what a base believed counts for some labels in the dimensions that it has."""
    known = set(base.dimensions) if base else set()
    old = [d for d in turns.dimensions if d in known]
    new = [d for d in turns.dimensions if d not in known]
    prior = base.calibration if base else None
    kept = fit_calibration(margins, turns.labels, old, turns.weights, prior, PRIOR_LABELS)
    fresh = fit_calibration(margins, turns.labels, new, turns.weights)
    return Calibration({**kept.estimators, **fresh.estimators})


def _features(model: Model, turns: RoleTurns, role: ScoredRole) -> TurnFeatures:
    """Fit the lexical features; only replies have markers to count."""
    types = [kind.name for kind in model.markers] if role == "agent" else []
    return TurnFeatures(types).fit(turns.readings)


def _tags(model: Model, turns: LabelledTurns) -> list[str]:
    """Give the marker types that have enough labelled spans to learn from."""
    if "agent" not in turns:
        return []
    spans = Counter(span[0] for own in turns["agent"].spans for span in own or ())
    return [kind.name for kind in model.markers if spans[kind.name] >= FEWEST_SPANS]


def doubt_quantiles(doubts: NDArray[np.float64]) -> tuple[float, ...]:
    """Give what a model keeps of the road's doubt on some replies."""
    return tuple(np.quantile(doubts, np.linspace(0, 1, DOUBTS)).round(6).tolist())


def _doubts(calibration: Calibration, margins: Margins, turns: RoleTurns) -> tuple[float, ...]:
    """Give the quantiles of the road's doubt; none where the road is not among the dimensions."""
    if ROAD not in turns.dimensions:
        return ()
    return doubt_quantiles(doubt(calibration.probabilities(ROAD, margins[ROAD.name])))


def _cross_fitted(
    dense: NDArray[np.float64], lexical: Any, turns: RoleTurns, base: Part | None
) -> Margins:
    """Give each turn the margins of heads that were fitted to the other folds."""
    margins: dict[str, NDArray[np.float64]] = {}
    for train, test in _split(turns.groups, FOLDS):
        own = turns.take(train)
        for place, (X, fit) in enumerate(((dense, _dense_heads), (lexical, _lexical_heads))):
            heads = fit(X[train], own, base)
            for name, part in heads.margins(X[test]).items():
                shape = (len(turns), 2, part.shape[1])
                margins.setdefault(name, np.zeros(shape))[test, place] = part
    return margins


def _split(groups: NDArray[Any], folds: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split turns into folds that never part a group."""
    from sklearn.model_selection import GroupKFold

    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise LabelError("Labels of at least two conversations are needed to calibrate.")
    splitter = GroupKFold(min(folds, n_groups), shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(groups)), groups=groups))
