import numpy as np
import pytest

from empathy_score import DIMENSIONS, Dimension

CONTRACT_RANGES = {
    "learn": (0, 2), "care": (0, 2), "teach": (0, 2), "go_away": (0, 2), "empathy": (0, 3),
    "apology": (0, 2), "deflecting": (0, 1), "emotion": (-2, 2), "trust": (-2, 2),
    "cognitive_control": (-2, 2), "behavioural_control": (-2, 2), "care_and_concern": (0, 2),
    "problem_solving": (0, 2), "spontaneity": (0, 2), "recovery": (0, 2), "valence": (-2, 2),
}  # fmt: skip


def test_the_table_holds_the_contracts_names_and_ranges():
    ranges = {d.name: (d.levels[0], d.levels[-1]) for d in DIMENSIONS if d.kind != "nominal"}
    assert ranges == CONTRACT_RANGES
    assert {d.name for d in DIMENSIONS if d.kind == "nominal"} == {"road", "stage", "feeling"}


def test_columns_of_the_road():
    road = DIMENSIONS[0]
    assert road.columns == ("road", "p_learn", "p_care", "p_teach", "p_go_away", "p_none")


@pytest.mark.parametrize(
    ("kind", "levels", "chances", "value"),
    [
        ("ordinal", (0, 1, 2), [0.5, 0.25, 0.25], 0.75),
        ("ordinal", (-2, -1, 0, 1, 2), [1, 0, 0, 0, 0], -2.0),
        ("binary", (0, 1), [0.3, 0.7], 0.7),
        ("nominal", ("a", "b"), [0.4, 0.6], "b"),
    ],
)
def test_values(kind, levels, chances, value):
    dimension = Dimension("x", "agent", kind, levels, "", "")
    assert dimension.values(np.array([chances]))["x"][0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("kind", "levels", "expected"),
    [
        ("nominal", ("a", "b"), {"x": str, "p_a": float, "p_b": float}),
        ("nominal", (1, 2), {"x": int, "p_1": float, "p_2": float}),
        ("nominal", (1, "n/a"), {"x": str, "p_1": float, "p_n/a": float}),
        ("multilabel", (1, 2), {"x": str, "p_1": float, "p_2": float}),
    ],
)
def test_types_of_columns(kind, levels, expected):
    assert Dimension("x", "agent", kind, levels, "", "", probabilities=True).types == expected
