"""Labelled tables to models, a dimension from outside among them."""

import numpy as np
import pandas as pd
import pytest

from empathy_score import DIMENSIONS, Dimension, LabelError, Scorer, read_transcripts
from empathy_score.model.folder import load_model, save_model
from empathy_score.training import fit, labelled_table

URGENCY = Dimension("urgency", "agent", "ordinal", (0, 1, 2), "How fast help is promised.", "us")
ROAD = DIMENSIONS[0]
VALENCE = DIMENSIONS[-1]


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(1)
    says = {0: "whenever we can", 1: "we answer soon", 2: "right now at once"}
    rows = []
    for number in range(120):
        level = int(draw.integers(3))
        mood = "thanks lovely" if number % 2 else "awful terrible"
        shared = {"conversation_id": f"c{number}"}
        rows += [
            {**shared, "role": "customer", "text": mood, "valence": 2 if number % 2 else -2},
            {**shared, "role": "agent", "text": says[level], "urgency": level,
             "road": "care" if level else "none"},
        ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def model(table, toy_encoder):
    return fit(table, dimensions=(ROAD, URGENCY, VALENCE), encoder=toy_encoder)


def test_a_dimension_from_outside_is_one_entry_and_one_column(model, tmp_path, toy_encoder):
    save_model(model, tmp_path)
    scorer = Scorer(load_model(tmp_path, encoder=toy_encoder))
    table = [
        {"conversation_id": 1, "role": "customer", "text": "awful terrible"},
        {"conversation_id": 1, "role": "agent", "text": "right now at once"},
        {"conversation_id": 1, "role": "agent", "text": "whenever we can"},
    ]
    turns = scorer.score(read_transcripts(table)).turns()
    assert turns["urgency"].iloc[1] > 1.6 > 0.4 > turns["urgency"].iloc[2]
    assert np.isnan(turns["urgency"].iloc[0])
    assert turns["valence"].iloc[0] < -1
    assert "urgency" in scorer.score(read_transcripts(table)).conversations()


def test_fitting_twice_gives_the_same_model(model, table, toy_encoder):
    again = fit(table, dimensions=(ROAD, URGENCY, VALENCE), encoder=toy_encoder)
    assert (
        again.roles["agent"].heads.coefficients == model.roles["agent"].heads.coefficients
    ).all()


def test_calibration_never_meets_a_head_that_saw_its_conversation(table, toy_encoder, monkeypatch):
    """Rows of a group are on one side of every split."""
    from empathy_score.training import fitting

    splits = []
    real = fitting._split

    def spy(groups, folds):
        for train, test in real(groups, folds):
            splits.append((set(groups[train]), set(groups[test])))
            yield train, test

    monkeypatch.setattr(fitting, "_split", spy)
    grouped = table.assign(group=[f"g{i // 6}" for i in range(len(table))])
    fit(grouped, dimensions=(ROAD, URGENCY, VALENCE), encoder=toy_encoder)
    assert len(splits) == 10
    assert all(not train & test for train, test in splits)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.drop(columns="urgency"), "no column 'urgency'"),
        (lambda t: t.assign(urgency=None), "no label"),
        (lambda t: t.assign(urgency=7), "came 7"),
        (lambda t: t.assign(road="motorway"), "came 'motorway'"),
        (lambda t: t.assign(group="one"), "two conversations"),
    ],
)
def test_labels_that_cannot_be_used(table, toy_encoder, change, says):
    with pytest.raises(LabelError, match=says):
        fit(change(table), dimensions=(ROAD, URGENCY, VALENCE), encoder=toy_encoder)


def test_labelled_table_lays_the_codebooks_json_out():
    item = {
        "id": "src:7:3", "channel": "chat", "company": "A", "reply": "Sorry!",
        "context": [["customer", "a"], ["agent", "b"], ["customer", "c"]],
        "labels": {"road": "care", "roads": [0, 1, 0, 2], "empathy": 1, "apology": 1,
                   "apology_parts": ["regret"], "deflecting": 0, "etc": [-1, 0, 1, 2],
                   "expectations": [1, 0, 0, 2], "stage": "recovery", "customer": "anger",
                   "valence": -2, "spans": [{"type": "regret", "start": 0, "end": 5}]},
    }  # fmt: skip
    table = labelled_table([item])
    assert table["role"].tolist() == ["customer", "agent", "customer", "agent"]
    assert set(table["group"]) == {"src:7"}
    customer, reply = table.iloc[2], table.iloc[3]
    assert (customer["feeling"], customer["valence"]) == ("anger", -2)
    assert pd.isna(reply["feeling"])
    assert [reply[d.name] for d in DIMENSIONS if d.role == "agent"] == [
        "care", 0, 1, 0, 2, 1, 1, 0, -1, 0, 1, 2, 1, 0, 0, 2, "recovery",
    ]  # fmt: skip
    assert table["road"].notna().sum() == 1


def test_written_items_with_one_opening_are_one_conversation():
    item = {"channel": "chat", "reply": "r", "labels": {"road": "care"}}
    same = [{**item, "id": f"a-{n}", "context": [["customer", "Hello "]]} for n in (1, 2)]
    other = [{**item, "id": "a-3", "context": [["customer", "Bye"]]}]
    groups = labelled_table([*same, *other]).groupby("conversation_id")["group"].first()
    assert groups["a-1"] == groups["a-2"] != groups["a-3"]


def test_a_model_of_replies_alone(table, toy_encoder, tmp_path):
    save_model(fit(table, dimensions=(URGENCY,), encoder=toy_encoder), tmp_path)
    scores = Scorer(load_model(tmp_path, encoder=toy_encoder)).score(read_transcripts(table))
    assert scores.turns().loc[table["role"] == "agent", "urgency"].notna().all()
    assert "valence_start" not in scores.conversations()
    assert "replies" in repr(scores)
    assert scores.by("role")["urgency"].notna().all()


def test_a_model_without_replies_is_refused(table, toy_encoder):
    with pytest.raises(LabelError, match="agent's replies"):
        fit(table, dimensions=(VALENCE,), encoder=toy_encoder)
