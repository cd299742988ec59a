import pandas as pd
import pytest

from empathy_score import LabelError, TranscriptError
from empathy_score.training.labels import level_index
from empathy_score.training.targets import dimensions_of, infer_dimension, read_labelled


def infer(values, kind=None):
    return infer_dimension(pd.DataFrame({"x": values}), "x", "agent", kind)


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        ([1, 0, 1, None], "binary", (0, 1)),
        (["yes", "no", ""], "binary", ("no", "yes")),
        ([True, False], "binary", (0, 1)),
        (["Fail", "Pass", "pass"], "binary", ("fail", "pass")),
        ([3, 1, 2.0], "ordinal", (1, 2, 3)),
        (["10", "9", "8"], "ordinal", (8, 9, 10)),
        (["bill", "delivery"], "nominal", ("bill", "delivery")),
        (["bill; delivery", "bill"], "multilabel", ("bill", "delivery")),
        ([["a"], ["b", "a"]], "multilabel", ("a", "b")),
    ],
)
def test_kinds_are_inferred(values, kind, levels):
    found = infer(values)
    assert (found.kind, found.levels) == (kind, levels)


def test_a_kind_can_be_said():
    assert infer([1, 2, 3], "nominal").levels == (1, 2, 3)
    assert infer(["a", "b"], "binary").levels == ("a", "b")


@pytest.mark.parametrize(
    ("values", "kind", "says"),
    [
        (["low", "high"], "ordinal", "cannot be ordinal"),
        ([1, 2, 3], "binary", "cannot be binary"),
        ([None, ""], None, "has no label"),
        (["same", "same"], None, "1 different"),
        ([f"text {i}" for i in range(60)], None, "60 different"),
        ([1, 2], "sorted", "no kind 'sorted'"),
    ],
)
def test_what_cannot_be_a_target(values, kind, says):
    with pytest.raises(LabelError, match=says):
        infer(values, kind)


def test_several_labels_as_bits():
    column = pd.Series(["b; a", "b", None, ["a"]])
    dimension = infer_dimension(pd.DataFrame({"x": column}), "x", "agent")
    assert level_index(column, dimension).tolist() == [3, 2, -1, 1]


def test_a_bare_table_is_one_reply_a_row():
    read = read_labelled(pd.DataFrame({"Text": ["hello", "bye"], "tone": ["a", "b"]}))
    assert len(read) == 2
    assert read.table["role"].tolist() == ["agent", "agent"]


def test_an_exchange_a_row_and_other_names():
    wide = pd.DataFrame({"customer_text": ["hi"], "agent_text": ["hello"], "tone": ["a"]})
    assert read_labelled(wide).table["role"].tolist() == ["customer", "agent"]
    named = pd.DataFrame({"case": [1, 1], "msg": ["a", "b"], "who": ["x", "y"]})
    columns = {"conversation_id": "case", "text": "msg", "role": "who"}
    read = read_labelled(named, columns=columns, roles={"x": "customer", "y": "agent"})
    assert len(read) == 1


def test_who_carries_a_label():
    table = pd.DataFrame({
        "conversation_id": [1, 1], "role": ["customer", "agent"], "text": ["a", "b"],
        "mood": [1, None], "tone": ["kind", "rude"], "empathy": [None, None], "care": [None, 2],
    })  # fmt: skip
    read = read_labelled(pd.concat([table, table.assign(mood=[2, None])]))
    found = dimensions_of(read, targets={"mood": "ordinal", "tone": None})
    assert [(d.name, d.role) for d in found] == [
        ("care", "agent"), ("mood", "customer"), ("tone", "agent"),
    ]  # fmt: skip
    with pytest.raises(LabelError, match="no column 'zeal'"):
        dimensions_of(read, targets={"zeal": None})
    for name in ("score", "text", "weight"):
        with pytest.raises(LabelError, match="cannot be called"):
            dimensions_of(read_labelled(table.assign(**{name: "x"})), targets={name: None})
    with pytest.raises(LabelError, match="cannot be called 'care'"):
        dimensions_of(read, targets={"care": "nominal"})
    assert "care" not in {
        d.name for d in dimensions_of(read, targets={"tone": None}, ignore=["care"])
    }
    with pytest.raises(LabelError, match="no labels"):
        dimensions_of(read_labelled(table[["text"]]))


def test_missing_values_of_every_kind_are_no_labels():
    import datasets

    rows = {"text": ["a", "b", "c"], "empathy": [None, 1, 2], "grade": [1, None, 2]}
    read = read_labelled(datasets.Dataset.from_dict(rows))
    found = {d.name: d for d in dimensions_of(read, targets={"grade": None})}
    assert level_index(read.table["empathy"], found["empathy"]).tolist() == [-1, 1, 2]
    assert found["grade"].levels == (1, 2)


def test_words_are_labels_in_any_case():
    column = pd.Series(["Yes", "yes", "NO"])
    dimension = infer_dimension(pd.DataFrame({"x": column}), "x", "agent")
    assert dimension.kind == "binary"
    assert level_index(column, dimension).tolist() == [1, 1, 0]


def test_none_of_several_labels_can_be_said():
    column = pd.Series(["a; b", ";", ""])
    dimension = infer_dimension(pd.DataFrame({"x": column}), "x", "agent")
    assert level_index(column, dimension).tolist() == [3, 0, -1]


def test_the_file_is_named_where_it_cannot_be_read(tmp_path):
    (tmp_path / "labels.csv").write_text("tone\nkind\n")
    with pytest.raises(TranscriptError, match=r"labels\.csv"):
        read_labelled(tmp_path / "labels.csv")
