"""Scores written to a file and read back are the same."""

import numpy as np
import pytest

from by_hand import talk, written
from empathy_score.conversation import Marker
from empathy_score.errors import TranscriptError
from empathy_score.scored import read_scores
from empathy_score.writing import write_table


@pytest.fixture
def scores():
    rows = talk(
        "x",
        ("c", "it broke, again", {"feeling": "anger", "valence": -1.5}),
        ("a", "Sorry, we'll mend it", {"road": "care", "opportunity": "given", "score": 71.5}),
        agent_id="007",
    )
    rows += talk("y", ("a", "Hm", {}), ("a", "So sorry, I'll mend it", {}))
    two = (Marker("regret", 0, 8, "So sorry", 0.9), Marker("own", 10, 22, "I'll mend it", 0.5))
    return written(rows, {1: (Marker("regret", 0, 5, "Sorry", 0.9),), 3: two})


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "csv.gz"])
def test_round_trip(scores, tmp_path, ending):
    path = tmp_path / f"scored.{ending}"
    write_table(scores.turns(), path)
    again = read_scores(path)
    assert again.markers == scores.markers
    assert again.signature == scores.signature
    assert again.table["agent_id"].tolist()[:2] == ["007", "007"]
    assert again.table["agent_id"].isna().tolist()[2:] == [True, True]
    for name in ("road", "feeling", "opportunity"):
        assert again.columns[name].tolist() == scores.columns[name].tolist()
    for name in ("score", "valence"):
        np.testing.assert_array_equal(again.columns[name], scores.columns[name])
    assert [c.turns for c in again.transcripts] == [c.turns for c in scores.transcripts]


def test_a_table_in_memory(scores):
    assert read_scores(scores.turns()).markers == scores.markers
    assert read_scores(scores.turns().convert_dtypes()).markers == scores.markers


def test_a_table_that_was_not_scored_is_refused(scores):
    with pytest.raises(TranscriptError, match="not a scored table"):
        read_scores(scores.table)


def test_markers_that_are_no_markers_are_named(scores):
    table = scores.turns()
    table["markers"] = ["", "[1]", "", ""]
    with pytest.raises(TranscriptError, match="row 2, column 'markers'"):
        read_scores(table)
