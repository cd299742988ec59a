"""Tuning a tiny encoder: it learns, tags, and goes on from where it was."""

import shutil

import numpy as np
import pandas as pd
import pytest

from empathy_score import LabelError, ModelError, Scorer
from empathy_score.markers import MarkerMatcher
from empathy_score.model.folder import load_model, save_model
from empathy_score.training import train
from empathy_score.training.finetuning import FinetuneSettings, finetune
from empathy_score.training.targets import dimensions_of, read_labelled
from empathy_score.training.turns import labelled_turns, split_groups

SETTINGS = FinetuneSettings(epochs=3, learning_rate=3e-3, head_learning_rate=1e-2, batch_size=16)
SAYS = {0: "whenever we can", 1: "we answer soon", 2: "right now at once"}


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(1)
    rows = []
    for number in range(160):
        level = int(draw.integers(3))
        text = f"hello there, {SAYS[level]}"
        span = {"type": "timeframe", "start": 13, "end": len(text)}
        shared = {"conversation_id": f"c{number}"}
        rows += [
            {**shared, "role": "customer", "text": "awful" if number % 2 else "lovely"},
            {**shared, "role": "agent", "text": text, "urgency": level, "spans": [span]},
        ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def parts(table, toy_model):
    read = read_labelled(table)
    dimensions = dimensions_of(read, targets={"urgency": None})
    turns = labelled_turns(read, dimensions, MarkerMatcher(toy_model.markers))
    return split_groups(turns, 0.2)


def weights(network):
    return [p.detach().numpy().copy() for p in network.parameters()]


def test_a_tuned_model_learns_tags_and_survives_its_folder(table, toy_model, tmp_path):
    model = train(table, targets=["urgency"], base=toy_model, finetune=SETTINGS, name="tuned")
    saved = save_model(model, tmp_path)
    scorer = Scorer(load_model(tmp_path))
    assert scorer.model.digest == saved.digest
    reply = "hello there, right now at once"
    found = scorer.score_text(reply)
    assert found == Scorer(model).score_text(reply)
    assert found["urgency"] > 1.5
    assert any(m["type"] == "timeframe" and "right now" in m["text"] for m in found["markers"])


def test_the_encoder_it_began_with_stays(parts, toy_encoder):
    before = toy_encoder.encode(["hello there"]).vectors
    finetune(toy_encoder, *parts, settings=SETTINGS)
    assert (toy_encoder.encode(["hello there"]).vectors == before).all()


def test_an_interrupted_run_goes_on_to_the_same_end(parts, toy_encoder, tmp_path):
    whole = finetune(toy_encoder, *parts, settings=SETTINGS, checkpoints=tmp_path / "whole")
    steps = sorted(path.name for path in (tmp_path / "whole").glob("checkpoint-*"))
    assert len(steps) == 2
    shutil.copytree(tmp_path / "whole", tmp_path / "part")
    shutil.rmtree(tmp_path / "part" / max(steps, key=lambda name: int(name.split("-")[1])))
    resumed = finetune(toy_encoder, *parts, settings=SETTINGS, checkpoints=tmp_path / "part")
    for one, two in zip(weights(whole), weights(resumed), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_another_runs_checkpoint_is_not_gone_on_from(parts, toy_encoder, tmp_path):
    other = FinetuneSettings(**{**vars(SETTINGS), "epochs": 1, "seed": 5})
    fresh = finetune(toy_encoder, *parts, settings=other, checkpoints=tmp_path / "a")
    finetune(toy_encoder, *parts, settings=SETTINGS, checkpoints=tmp_path / "b")
    again = finetune(toy_encoder, *parts, settings=other, checkpoints=tmp_path / "b")
    for one, two in zip(weights(fresh), weights(again), strict=True):
        assert (one == two).all()


def test_groups_are_never_parted(parts):
    one, two = parts
    assert not set(one["agent"].groups) & set(two["agent"].groups)


def test_nothing_of_the_callers_random_numbers_is_used(parts, toy_encoder):
    import random

    import torch

    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(3)
    before = random.random(), np.random.random(), torch.rand(1).item()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(3)
    finetune(toy_encoder, *parts, settings=SETTINGS)
    assert (random.random(), np.random.random(), torch.rand(1).item()) == before


def test_foreign_checkpoints_are_left_alone(parts, toy_encoder, tmp_path):
    (tmp_path / "checkpoint-7").mkdir()
    with pytest.raises(ModelError, match="something else"):
        finetune(toy_encoder, *parts, settings=SETTINGS, checkpoints=tmp_path)
    assert (tmp_path / "checkpoint-7").exists()


def test_too_few_labels_say_so(table, toy_model):
    one = table["urgency"].where(table.index < 2)
    with pytest.raises(LabelError, match="'urgency' has 1 labels in 1 conversations"):
        train(
            table.assign(urgency=one.map({0: "a", 1: "a", 2: "a"}), tone=table["urgency"]),
            targets={"urgency": "multilabel", "tone": None}, base=toy_model, finetune=SETTINGS,
        )  # fmt: skip


def test_what_the_tuned_model_lacks_is_said(table, scorer):
    said = []
    small = table.iloc[:80]
    settings = FinetuneSettings(epochs=1, min_steps=1)
    train(small, targets=["urgency"], base=scorer.model, finetune=settings, say=said.append)
    assert any(line.startswith("not in your table") and "road" in line for line in said)
    assert any("patterns alone" in line for line in said)
