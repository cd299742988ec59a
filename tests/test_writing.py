import gzip
import json

import pandas as pd
import pyarrow as pa
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


def test_a_failed_write_leaves_nothing(tmp_path, frame):
    with pytest.raises(TranscriptError, match="cannot be written"):
        write_table(frame, tmp_path / "no" / "out.csv")
    (tmp_path / "old.parquet").write_text("old")
    with pytest.raises(pa.ArrowInvalid):
        write_table(frame.assign(bad=[object()] * 3), tmp_path / "old.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["old.parquet"]
    assert (tmp_path / "old.parquet").read_text() == "old"
