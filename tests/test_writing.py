import gzip
import json

import pandas as pd
import pytest

from empathy_score import TranscriptError, read_transcripts
from empathy_score.writing import write_table


@pytest.fixture(scope="module")
def frame(scorer):
    rows = [
        {"conversation_id": "c", "role": "customer", "text": 'late, "again"\nugh'},
        {"conversation_id": "c", "role": "agent", "text": "So sorry 😢"},
        {"conversation_id": "c", "role": "system", "text": "x"},
    ]
    return scorer.score(read_transcripts(rows)).turns()


@pytest.mark.parametrize("form", ["csv", "tsv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_what_is_written_reads_back(tmp_path, frame, form):
    path = tmp_path / f"out.{form}"
    write_table(frame, path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    read = read_transcripts(path).table
    assert read["text"].tolist() == frame["text"].tolist()
    assert len(read) == 3
    markers = read["markers"].iloc[1]
    marker = (json.loads(markers) if isinstance(markers, str) else markers)[0]
    assert (marker["type"], marker["text"]) == ("regret", "So sorry")
    assert float(read["care"].iloc[1]) == frame["care"].iloc[1]
    assert pd.isna(read["care"].iloc[0])


def test_jsonl_holds_null_not_nan(tmp_path, frame):
    write_table(frame, tmp_path / "o.jsonl")
    lines = (tmp_path / "o.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["care"] is None
    assert "NaN" not in lines[0]


def test_gzip_is_the_same_bytes_each_time(tmp_path, frame):
    write_table(frame, tmp_path / "a.csv.gz")
    write_table(frame, tmp_path / "b.csv.gz")
    a, b = ((tmp_path / n).read_bytes() for n in ("a.csv.gz", "b.csv.gz"))
    assert a == b
    assert gzip.decompress(a)


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.parquet.gz"])
def test_unknown_endings(tmp_path, frame, name):
    with pytest.raises(TranscriptError, match="form is not known"):
        write_table(frame, tmp_path / name)


def _disk_full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_failed_write_leaves_nothing(tmp_path, frame, monkeypatch):
    with pytest.raises(TranscriptError, match="cannot be written"):
        write_table(frame, tmp_path / "no" / "out.csv")
    (tmp_path / "old.parquet").write_text("old")
    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", _disk_full)
    with pytest.raises(TranscriptError, match="No space left"):
        write_table(frame, tmp_path / "old.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["old.parquet"]
    assert (tmp_path / "old.parquet").read_text() == "old"


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    "cell", ["sorry\rabc", "a\r\nb", ' "q" ', "a;b\tc,d", "'=1+1", "ud \ufffd"]
)
def test_any_cell_reads_back(tmp_path, scorer, form, cell):
    rows = [{"conversation_id": 1, "role": "agent", "text": cell, "note": cell}] * 2
    write_table(scorer.score(read_transcripts(rows)).turns(), tmp_path / f"o.{form}")
    read = read_transcripts(tmp_path / f"o.{form}").table
    assert read["text"].tolist() == read["note"].tolist() == [cell, cell]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_odd_columns_are_written(tmp_path, scorer, form):
    rows = [
        {"conversation_id": 12345678901234567, "role": "agent", "text": "hi", "x": 1, "d": {}},
        {"conversation_id": None, "role": "agent", "text": "hi", "x": "one", "d": {"a": [1]}},
    ]
    turns = scorer.score(read_transcripts(rows)).turns()
    write_table(turns, tmp_path / f"o.{form}")
    again = scorer.score(read_transcripts(tmp_path / f"o.{form}")).turns()
    assert str(again["conversation_id"].iloc[0]) == "12345678901234567"
    assert {"care", "care_original"} <= set(again)
    write_table(again, tmp_path / f"o2.{form}")
    thrice = scorer.score(read_transcripts(tmp_path / f"o2.{form}")).turns()
    write_table(thrice, tmp_path / f"o3.{form}")
    assert thrice.columns.is_unique


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_lone_surrogates_are_replaced(tmp_path, scorer, form):
    rows = pd.DataFrame(
        {"conversation_id": [1], "role": ["agent"], "text": ["caf\udce9"]}, dtype=object
    )
    write_table(scorer.score(read_transcripts(rows)).turns(), tmp_path / f"o.{form}")
    assert read_transcripts(tmp_path / f"o.{form}").table["text"].tolist() == ["caf\ufffd"]


def test_a_result_is_readable_by_the_team(tmp_path, frame):
    write_table(frame, tmp_path / "o.csv")
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert (tmp_path / "o.csv").stat().st_mode == plain.stat().st_mode
