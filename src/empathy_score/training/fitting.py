"""A labelled table -> a model: heads on every conversation, calibration on unseen ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import DIMENSIONS, Dimension
from empathy_score.errors import LabelError
from empathy_score.evaluation import precision_by_type
from empathy_score.markers import MARKER_TYPES, MarkerMatcher, MarkerType
from empathy_score.model.calibration import fit_calibration
from empathy_score.model.encoder import MINILM, Encoder, EncoderSpec
from empathy_score.model.features import TurnFeatures, plain_texts
from empathy_score.model.heads import fit_heads
from empathy_score.model.model import (
    SCORED_ROLES,
    Model,
    RoleModel,
    ScoredRole,
    TextEncoder,
    encode_texts,
)
from empathy_score.readings import RoleReadings, read_turns
from empathy_score.training.labels import level_index
from empathy_score.transcripts import Transcripts, read_transcripts

FOLDS = 5


def fit(
    table: Any,
    *,
    name: str = "custom",
    dimensions: Sequence[Dimension] = DIMENSIONS,
    markers: Sequence[MarkerType] = MARKER_TYPES,
    encoder_spec: EncoderSpec = MINILM,
    encoder: TextEncoder | None = None,
    C: Mapping[ScoredRole, float] | None = None,
    folds: int = FOLDS,
    facts: Mapping[str, Any] | None = None,
) -> Model:
    """Fit a model to a labelled table.

    Heads are fitted to all labels; calibration to the margins that heads of the other folds give
    for each fold, so that no head has seen a conversation that its calibration is fitted on.

    Parameters
    ----------
    table : any form that `read_transcripts` takes
        A transcript with a column for each dimension, filled where a turn is labelled. A column
        `group` joins conversations that must not be parted, a column `weight` weighs turns.
    name : str
        Of the model.
    dimensions : sequence of Dimension
        What to learn; each needs a column of its name.
    markers : sequence of MarkerType
        Whose counts are features.
    encoder_spec, encoder : EncoderSpec, TextEncoder
        The encoder, loaded by its spec unless given.
    C : mapping of role to float, optional
        Inverse strength of the heads' penalty.
    folds : int
        Parts that the conversations are split into for calibration.
    facts : mapping, optional
        Kept in the model folder.

    Returns
    -------
    Model

    Raises
    ------
    LabelError
        Where a dimension has no label, or a label is not one of its levels.
    """
    transcripts = table if isinstance(table, Transcripts) else read_transcripts(table)
    frame = transcripts.table
    encoder = encoder if encoder is not None else Encoder.load(encoder_spec)
    matcher = MarkerMatcher(markers)
    readings, _ = read_turns(transcripts, matcher)
    if not any(d.role == "agent" for d in dimensions):
        raise LabelError("At least one dimension of the agent's replies is needed.")
    strength = {"agent": 0.05, "customer": 0.05} | dict(C or {})
    roles: dict[ScoredRole, RoleModel] = {}
    for role in SCORED_ROLES:
        own = tuple(d for d in dimensions if d.role == role)
        if not own:
            continue
        labels, kept = _labels(frame, readings[role], own)
        chosen = [readings[role].readings[i] for i in kept]
        rows = [readings[role].rows[i] for i in kept]
        groups = frame["group" if "group" in frame else "conversation_id"].iloc[rows]
        weights = _weights(frame, rows)
        features = TurnFeatures([m.name for m in markers] if role == "agent" else []).fit(chosen)
        plain = plain_texts(chosen)
        X = features.transform(chosen, plain, encode_texts(encoder, plain))
        margins = {d.name: np.zeros((0, 0)) for d in own}
        for train, test in _split(groups.astype(str).to_numpy(), folds):
            seen = {n: index[train] for n, index in labels.items()}
            heads = fit_heads(X[train], seen, own, C=strength[role], weights=weights[train])
            for n, part in heads.margins(X[test]).items():
                if not margins[n].size:
                    margins[n] = np.zeros((len(rows), part.shape[1]))
                margins[n][test] = part
        roles[role] = RoleModel(
            features=features,
            heads=fit_heads(X, labels, own, C=strength[role], weights=weights),
            calibration=fit_calibration(margins, labels, own, weights),
        )
    precision = precision_by_type(frame, matcher) if "spans" in frame else {}
    return Model(name, encoder_spec, encoder, roles, tuple(markers), precision, dict(facts or {}))


def _labels(
    frame: Any, readings: RoleReadings, dimensions: Sequence[Dimension]
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.int64]]:
    """Give level indices of the labelled turns, and which of the readings those are."""
    every: dict[str, NDArray[np.int64]] = {}
    for dimension in dimensions:
        if dimension.name not in frame:
            raise LabelError(
                f"The labelled table has no column {dimension.name!r}; add it, or leave the "
                "dimension out."
            )
        index = level_index(frame[dimension.name], dimension)[readings.rows]
        if not (index >= 0).any():
            raise LabelError(f"Column {dimension.name!r} has no label on any scored turn.")
        every[dimension.name] = index
    labelled = np.any([index >= 0 for index in every.values()], axis=0)
    return {n: index[labelled] for n, index in every.items()}, np.flatnonzero(labelled)


def _weights(frame: Any, rows: Sequence[int]) -> NDArray[np.float64]:
    if "weight" not in frame:
        return np.ones(len(rows))
    weights: NDArray[np.float64] = frame["weight"].iloc[list(rows)].fillna(1.0).to_numpy(float)
    return weights


def _split(groups: NDArray[Any], folds: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split turns into folds that never part a group."""
    from sklearn.model_selection import GroupKFold

    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise LabelError("Labels of at least two conversations are needed to calibrate.")
    splitter = GroupKFold(min(folds, n_groups), shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(groups)), groups=groups))
