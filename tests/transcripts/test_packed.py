"""Packed files are unpacked as far as memory allows, and a bomb is refused before it is."""

import gzip
import io
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from empathy_score import TranscriptError, read_transcripts
from empathy_score.transcripts import formats, packed, pieces

HEADER = b"conversation_id,role,text\n"
MEGABYTE = 1 << 20


@pytest.fixture
def room(monkeypatch):
    """Give a machine on which a packed file may hold 8 MB, or ten times its size."""
    monkeypatch.setattr(packed, "room", lambda: 8 * MEGABYTE)
    monkeypatch.setattr(formats, "room", lambda: 8 * MEGABYTE)
    monkeypatch.setattr(packed, "RATIO", 10)


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


def whole(path):
    return read_transcripts(path)


def in_pieces(path):
    for _, table in pieces.pieces_of([path]).tables([]):
        assert len(table)


READ = pytest.mark.parametrize("read", [whole, in_pieces])


@READ
@pytest.mark.parametrize("cell", [b"a", b"a\n", b'"\n1,agent,"'], ids=["line", "cell", "rows"])
def test_a_gzip_bomb_is_refused_and_never_fills_memory(tmp_path, room, monkeypatch, read, cell):
    monkeypatch.setattr(pieces, "PIECE_BYTES", MEGABYTE)
    path = tmp_path / "t.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(HEADER + b'1,agent,"' + cell * (50 * MEGABYTE // len(cell)) + b'"')
    assert path.stat().st_size < MEGABYTE / 2
    tracemalloc.start()
    with pytest.raises(TranscriptError, match="GiB, came more, as a decompression bomb") as error:
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * MEGABYTE
    assert str(path) in str(error.value)


def test_a_line_without_an_end_is_refused_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "LONGEST_LINE", MEGABYTE)
    for name, start in (("t.csv", HEADER + b"1,agent,"), ("t.jsonl", b'{"a": 1}\n{"text": "')):
        (tmp_path / name).write_bytes(start + b"a" * 2 * MEGABYTE)
        with pytest.raises(TranscriptError, match="more than may be unpacked"):
            in_pieces(tmp_path / name)


@READ
@pytest.mark.parametrize(
    "column",
    [
        repeated("a" * MEGABYTE, 500),
        pa.ListArray.from_arrays(pa.array(range(501), pa.int32()), repeated("a" * MEGABYTE, 500)),
        pa.StructArray.from_arrays([repeated("a" * MEGABYTE, 500)], ["inner"]),
        pa.array([0], pa.int64()).take(pa.array([0] * 9 * MEGABYTE)),
    ],
    ids=["texts", "lists", "records", "numbers"],
)
def test_a_parquet_bomb_is_refused_and_never_fills_memory(tmp_path, room, read, column):
    path = written(tmp_path, {"text": column})
    assert path.stat().st_size < MEGABYTE / 2
    usual = pa.default_memory_pool()
    counted = pa.system_memory_pool()  # one that outlives whatever is made in it
    pa.set_memory_pool(counted)
    try:
        with pytest.raises(TranscriptError, match="a decompression bomb"):
            read(path)
    finally:
        pa.set_memory_pool(usual)
    assert counted.max_memory() < 16 * MEGABYTE


def test_what_fits_is_read_whole(tmp_path, room):
    said = "a" * 6 * MEGABYTE
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(HEADER + b"1,agent," + said.encode()))
    assert read_transcripts(tmp_path / "t.csv.gz").table["text"].tolist() == [said]
    path = written(
        tmp_path,
        {"conversation_id": [1] * 6, "role": repeated("agent", 6),
         "text": repeated("a" * MEGABYTE, 6)},
    )  # fmt: skip
    in_pieces(path)
    assert read_transcripts(path).table["text"].str.len().tolist() == [MEGABYTE] * 6


@pytest.mark.parametrize(
    ("column", "least"),
    [
        (["a" * 100] * 3, 300),
        (pa.array([["b", "c"]] * 3), 6),
        (pa.array([["b" * 50]] * 3, pa.large_list(pa.string())), 150),
        (pa.array([["b" * 50, "c"]] * 3, pa.list_(pa.string(), 2)), 150),
        ([{"x": "y" * 50, "z": [{"n": 1, "s": "u" * 50}]}] * 3, 300),
        (pa.array([[("k" * 50, "v" * 50)]] * 3, pa.map_(pa.string(), pa.string())), 300),
        (pa.array(["a" * 50, "b", "a" * 50]).dictionary_encode(), 101),
        (pa.array([1, 2, 1]).dictionary_encode(), 24),
        (pa.array([1] * 3, pa.timestamp("us")), 24),
        (pa.array([b"\xff" * 50] * 3), 150),
        (pa.nulls(3), 0),
    ],
)
def test_every_kind_of_column_is_measured(column, least):
    out = io.BytesIO()
    pq.write_table(pa.table({"x": column}), out)
    assert least <= packed.parquet_size(out, "t", MEGABYTE) < least + 200
