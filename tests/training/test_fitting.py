"""Labelled tables to models, a dimension from outside among them."""

import numpy as np
import pandas as pd
import pytest

from empathy_score import DIMENSIONS, LabelError, Scorer
from empathy_score.model.folder import save_model
from empathy_score.training import calibrate, evaluate, labelled_table, train


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


TARGETS = {"urgency": None}


@pytest.fixture(scope="module")
def model(table, toy_model):
    return train(table, targets=TARGETS, base=toy_model)


def test_a_dimension_of_your_own_is_one_column(model, tmp_path):
    save_model(model, tmp_path)
    scorer = Scorer(tmp_path)
    table = [
        {"conversation_id": 1, "role": "customer", "text": "awful terrible"},
        {"conversation_id": 1, "role": "agent", "text": "right now at once"},
        {"conversation_id": 1, "role": "agent", "text": "whenever we can"},
    ]
    turns = scorer.score(table).turns()
    assert turns["urgency"].iloc[1] > 1.6 > 0.4 > turns["urgency"].iloc[2]
    assert np.isnan(turns["urgency"].iloc[0])
    assert turns["valence"].iloc[0] < -1
    assert "urgency" in scorer.score(table).conversations()
    assert "opportunity" not in turns


def test_training_twice_gives_the_same_model(model, table, toy_model):
    again = train(table, targets=TARGETS, base=toy_model)
    for one, two in zip(model.parts, again.parts, strict=True):
        assert (one.dense.coefficients == two.dense.coefficients).all()
        assert (one.lexical.coefficients == two.lexical.coefficients).all()


def test_the_bases_other_dimensions_stay(table, scorer):
    said = []
    model = train(table, targets=TARGETS, base=scorer.model, say=said.append)
    names = [d.name for d in model.dimensions]
    assert sorted(names) == sorted([*(d.name for d in DIMENSIONS), "urgency"])
    assert any(line.startswith("urgency: ordinal, 0, 1, 2") for line in said)
    reply = "So sorry, we charged you twice. I have refunded it."
    old, new = scorer.score_text(reply), Scorer(model).score_text(reply)
    assert old["empathy"] == new["empathy"]
    assert old["markers"] == new["markers"]
    assert old["p_care"] != new["p_care"]


def test_every_kind_of_target(table, toy_model):
    agents = table["role"] == "agent"
    level = table["urgency"]
    own = table.assign(
        urgent=level.eq(2).where(agents),
        tempo=level.map({0: "slow", 1: "soon", 2: "now"}),
        tags=level.map({0: "calm", 1: "calm; quick", 2: "quick"}),
    )
    names = ["urgent", "tempo", "tags"]
    model = train(own.drop(columns=["road", "valence", "urgency"]), targets=names, base=toy_model)
    assert [d.kind for d in model.dimensions] == ["binary", "nominal", "multilabel"]
    found = Scorer(model).score_text("right now at once")
    assert (found["tempo"], found["tags"]) == ("now", "quick")
    assert found["urgent"] > 0.8
    assert found["p_tags_calm"] < 0.2


def test_calibration_never_meets_a_head_that_saw_its_conversation(table, toy_model, monkeypatch):
    """Rows of a group are on one side of every split."""
    from empathy_score.training import fitting

    splits = []
    real = fitting._split

    def spy(groups, folds):
        for seen, held in real(groups, folds):
            splits.append((set(groups[seen]), set(groups[held])))
            yield seen, held

    monkeypatch.setattr(fitting, "_split", spy)
    grouped = table.assign(group=[f"g{i // 6}" for i in range(len(table))])
    train(grouped, targets=TARGETS, base=toy_model)
    assert len(splits) == 10
    assert all(not seen & held for seen, held in splits)


@pytest.mark.parametrize("size", [6, 12, 40])
def test_a_handful_of_labels_will_do(table, toy_model, size):
    small = table.iloc[:size].assign(road=None)
    model = train(small, targets={"urgency": "ordinal"}, base=toy_model)
    assert 0 <= Scorer(model).score_text("right now at once")["urgency"] <= 2


def test_a_fold_without_labels_of_a_dimension(table, toy_model):
    rare = table["urgency"].where(table.index < 6)
    model = train(table.assign(rare=rare), targets=["urgency", "rare"], base=toy_model)
    assert "rare" in {d.name for d in model.dimensions}


def test_rows_without_a_group_stand_alone(table, toy_model):
    grouped = table.assign(group=[None if i % 3 else f"g{i}" for i in range(len(table))])
    assert train(grouped, targets=TARGETS, base=toy_model).dimensions


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.assign(weight="3 kg"), "'3 kg'"),
        (lambda t: t.assign(weight=0), "over 0"),
        (lambda t: t.assign(spans="[{]"), "not JSON"),
        (lambda t: t.assign(spans='[["regret", 1]]'), "type, start and end"),
        (lambda t: t.drop(columns="urgency"), "no column 'urgency'"),
        (lambda t: t.assign(urgency=None), "no label"),
        (lambda t: t.assign(road="motorway"), "came 'motorway'"),
        (lambda t: t.assign(group="one"), "two conversations"),
    ],
)
def test_labels_that_cannot_be_used(table, toy_model, change, says):
    with pytest.raises(LabelError, match=says):
        train(change(table), targets=TARGETS, base=toy_model)


def test_calibrating_moves_probabilities_and_nothing_else(model, table):
    flipped = table.assign(urgency=2 - table["urgency"])
    fitted = calibrate(flipped[["conversation_id", "role", "text", "urgency"]], model)
    before, after = (Scorer(m).score_text("right now at once") for m in (model, fitted))
    assert after["urgency"] < before["urgency"] - 0.5
    assert after["p_care"] == before["p_care"]
    for one, two in zip(model.parts, fitted.parts, strict=True):
        assert one.dense is two.dense
        assert one.lexical is two.lexical
    with pytest.raises(LabelError, match="no labels"):
        calibrate(table[["conversation_id", "role", "text"]], model)


def test_evaluating(model, table, tmp_path):
    found = evaluate(table.assign(channel=["x", "x", "y", "y"] * 60), model, draws=20)
    row = found.figures.loc["urgency"]
    assert row["n"] == 120
    assert row["kappa_low"] <= row["kappa"] <= row["kappa_high"]
    assert row["kappa"] > 0.9
    assert found.groups["channel"]["n"].tolist() == [60, 60]
    assert found.confusion["urgency"].to_numpy().sum() == 120
    assert found.reliability["urgency"]["n"].sum() == 120
    card = found.card("picture.png")
    assert f"`{model.signature}`" in card
    assert "| urgency | 120 |" in card
    assert "![reliability and confusion](picture.png)" in card
    found.save_figure(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_group_name_cannot_break_the_card(model, table):
    hostile = table.assign(company=["a|b\n# x <script>", "plain"] * 120)
    assert "a\\|b # x &lt;script>" in evaluate(hostile, model, draws=2).card()


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


def test_a_model_of_replies_alone(table, toy_model, tmp_path):
    own = table[["conversation_id", "role", "text", "urgency"]]
    save_model(train(own, targets=TARGETS, base=toy_model), tmp_path)
    scores = Scorer(tmp_path).score(table)
    assert scores.turns().loc[table["role"] == "agent", "urgency"].notna().all()
    assert "valence_start" not in scores.conversations()
    assert "replies" in repr(scores)
    assert scores.by("role")["urgency"].notna().all()
