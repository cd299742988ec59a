"""Packed files are unpacked as far as memory allows, and a bomb is refused before it is."""

import gzip
import io
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from empathy_score import TranscriptError, read_transcripts
from empathy_score.transcripts import packed

HEADER = b"conversation_id,role,text\n"
MEGABYTE = 1 << 20


@pytest.fixture
def room(monkeypatch):
    """Give a machine on which a packed file may hold 8 MB."""
    monkeypatch.setattr(packed, "room", lambda: 8 * MEGABYTE)


def written(folder, columns):
    """Write Parquet in which a repeated value is there once."""
    path = folder / "t.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd", store_schema=False)
    return path


def repeated(value, n):
    return pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([value]))


def test_there_is_room_for_honest_files():
    assert 64 * MEGABYTE < packed.room() <= packed.MOST


def test_a_container_has_no_more_room_than_it_is_given(monkeypatch):
    monkeypatch.setattr("pathlib.Path.read_text", lambda _: f"{80 * MEGABYTE}\n")
    assert packed.room() == 80 * MEGABYTE // packed.SHARE
    monkeypatch.setattr("pathlib.Path.read_text", lambda _: "max\n")
    assert packed.room() > 80 * MEGABYTE // packed.SHARE


def test_a_gzip_bomb_is_refused_and_never_fills_memory(tmp_path, room):
    path = tmp_path / "t.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(HEADER + b"1,agent," + b"a" * 200 * MEGABYTE)
    assert path.stat().st_size < MEGABYTE
    tracemalloc.start()
    with pytest.raises(TranscriptError, match=r"at most 0\.00781 GiB when unpacked") as error:
        read_transcripts(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MEGABYTE
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "column",
    [
        repeated("a" * MEGABYTE, 500),
        pa.ListArray.from_arrays(pa.array(range(501), pa.int32()), repeated("a" * MEGABYTE, 500)),
        pa.StructArray.from_arrays([repeated("a" * MEGABYTE, 500)], ["inner"]),
        pa.array([0], pa.int64()).take(pa.array([0] * 5 * MEGABYTE)),
    ],
    ids=["texts", "lists", "records", "numbers"],
)
def test_a_parquet_bomb_is_refused_and_never_fills_memory(tmp_path, room, column):
    path = written(tmp_path, {"text": column})
    assert path.stat().st_size < MEGABYTE
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    try:
        with pytest.raises(TranscriptError, match="a decompression bomb"):
            read_transcripts(path)
    finally:
        pa.set_memory_pool(usual)
    assert counted.max_memory() < 16 * MEGABYTE


def test_what_fits_is_read_whole(tmp_path, room):
    said = "a" * 6 * MEGABYTE
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(HEADER + b"1,agent," + said.encode()))
    assert read_transcripts(tmp_path / "t.csv.gz").table["text"].tolist() == [said]
    path = written(tmp_path, {"conversation_id": [1] * 6, "role": repeated("agent", 6),
                              "text": repeated("a" * MEGABYTE, 6)})  # fmt: skip
    assert read_transcripts(path).table["text"].str.len().tolist() == [MEGABYTE] * 6


def test_every_kind_of_column_is_measured():
    columns = {
        "text": ["a" * 100] * 3,
        "list": pa.array([["b", "c"]] * 3),
        "large_list": pa.array([["b"]] * 3, pa.large_list(pa.string())),
        "fixed": pa.array([["b", "c"]] * 3, pa.list_(pa.string(), 2)),
        "record": [{"x": "y", "z": [{"n": 1}]}] * 3,
        "map": pa.array([[("k", "v")]] * 3, pa.map_(pa.string(), pa.string())),
        "category": pa.array(["a", "b", "a"]).dictionary_encode(),
        "numbers": pa.array([1, 2, 1]).dictionary_encode(),
        "time": pa.array([1] * 3, pa.timestamp("us")),
        "nothing": pa.nulls(3),
    }
    table = pa.table(columns)
    out = io.BytesIO()
    pq.write_table(table, out)
    assert packed.parquet(out.getvalue(), "t").to_pydict() == table.to_pydict()
