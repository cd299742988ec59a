"""Whatever a table or file holds: every row in its place, or our own error with a reason."""

import csv
import gzip
import io
import json
import sys
import time
import warnings

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from empathy_score import Conversation, TranscriptError, Transcripts, Turn, read_transcripts
from empathy_score.markers import MarkerMatcher
from empathy_score.readings import read_turns
from empathy_score.transcripts.formats import clean_text

quick = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

ODD = (
    "", " ", "NA", "null", "a\x00b", "\ud83d", "\u202eabc", "العربية \u200f123", "a\u200bb",
    "\ufeffx", "\r", "a\r\nb", "\u2028", "\x85", '"', "'", ",", ";", "\t", "|", "\n\n", "\\", "{",
    "[]", "=1+1", "PK", "WEBVTT", "Agent: hi", "1e999", "٣", "x" * 70_000,
)  # fmt: skip
DATES = (
    "2026-03-02T10:01:00Z", "02/03/2026", "13.02.2026 10:00", "Fri Feb 13 10:00:00 +0000 2026",
    "Mar 2, 2026 9:30 AM", "9999-12-31T23:59:59Z", "0001-01-01", "2026-01-01T00:00:00+99:99",
    1772445780, 1772445780000, -1e300, float("inf"), 10**400, True, None,
)  # fmt: skip
DEEP = json.loads("[" * 900 + "]" * 900)

texts = st.text(max_size=30) | st.sampled_from(ODD)
plain = texts | st.integers() | st.floats() | st.none() | st.booleans()
cells = st.recursive(plain, lambda inner: st.lists(inner, max_size=2)
                     | st.dictionaries(texts, inner, max_size=2), max_leaves=3)  # fmt: skip
ids = st.sampled_from(["c1", "c2", 1, 2.0, None, ""]) | cells
roles = st.sampled_from(["agent", "customer", "Rep", "system", "bot", "", None, "agent\u200b"])
places = st.sampled_from(DATES) | cells


def tables(text=plain, cell=cells, place=places):
    """Give rows of which none may be refused: the roles are known ones."""
    return st.lists(
        st.fixed_dictionaries(
            {"conversation_id": ids if cell is cells else cell, "role": roles, "text": text},
            optional={"turn": place, "timestamp": place, "agent_id": cell, "=extra": cell},
        ),
        min_size=1,
        max_size=6,
    )


def placed(read):
    """Give the turns' texts by row; each row is there once, with the text that spans refer to."""
    said = {turn.row: turn.text for conversation in read for turn in conversation.turns}
    assert sum(len(conversation.turns) for conversation in read) == len(said) == len(read.table)
    assert [clean_text(cell) for cell in read.table["text"]] == [said[row] for row in sorted(said)]
    return [said[row] for row in range(len(said))]


def read_or_refuse(source):
    """Read; where that is refused, the reason must be one line of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read = read_transcripts(source)
        except TranscriptError as error:
            read, reason = None, str(error)
    if read is None:
        assert "\n" not in reason
    else:
        placed(read)


@quick
@given(tables())
def test_rows_in_memory(rows):
    assert placed(read_transcripts(rows)) == [clean_text(row["text"]) for row in rows]


@quick
@given(tables())
def test_frames_of_objects(rows):
    frame = pd.DataFrame(rows, dtype=object)
    assert placed(read_transcripts(frame)) == [clean_text(row["text"]) for row in rows]


def as_csv(rows, separator):
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def as_parquet(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = {n: pa.array([clean_text(row.get(n)) for row in rows], pa.string()) for n in names}
    out = io.BytesIO()
    pq.write_table(pa.table(table), out)
    return out.getvalue()


WRITE = {
    "csv": lambda rows: as_csv(rows, ","),
    "tsv": lambda rows: as_csv(rows, "\t"),
    "jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    "json": lambda rows: json.dumps(rows).encode(),
    "parquet": as_parquet,
    "csv.gz": lambda rows: gzip.compress(as_csv(rows, ",")),
}

strings = tables(texts, st.text(max_size=8), st.sampled_from(["1", "2", "x", *DATES[:8]]))


def written(text):
    """Give a text as a file holds it."""
    return clean_text(text.encode("utf-8", "replace").decode())


@quick
@given(strings, st.sampled_from(sorted(WRITE)))
def test_files(tmp_path, rows, form):
    path = tmp_path / f"t.{form}"
    path.write_bytes(WRITE[form](rows))
    wanted = [clean_text(row["text"]) for row in rows]
    if form in ("csv", "tsv", "csv.gz"):
        wanted = [written(row["text"]) for row in rows]
    assert placed(read_transcripts(path)) == wanted


@quick
@given(strings, st.sampled_from(sorted(WRITE)), st.randoms(use_true_random=False))
def test_files_with_damage(tmp_path, rows, form, random):
    data = bytearray(WRITE[form](rows))
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(data) + 1)
        junk = (b'"', b"\n", b"\r", b"\0", b",", b"{", b"]", b"\\u", b"\xff\xfe", b"")
        data[place : place + random.choice([0, 1, 9])] = random.choice(junk)
    path = tmp_path / f"t.{form}"
    path.write_bytes(bytes(data))
    read_or_refuse(path)


WORDS = (b"conversation_id", b"role", b"text", b"agent", b",", b"\n", b"\r", b'"', b"\t", b"\0",
         b"{", b"}", b"[", b"]", b":", b" ", b"\xff", b"\xfe", b"1", b"WEBVTT", b" --> ", b"Agent:",
         b"Customer:", b"00:00:01.000", b"PAR1", b"\x1f\x8b", "é".encode(), b"\xe9")  # fmt: skip
NAMES = ("a.csv", "a.tsv", "a.jsonl", "a.txt", "a.parquet", "a")


@quick
@given(st.binary(max_size=60) | st.lists(st.sampled_from(WORDS)).map(b"".join),
       st.sampled_from(NAMES))  # fmt: skip
@example(b'a,b\n1,2,"' + b"x" * 200_000 + b'"\n', "a.csv")
@example(b"a,b\r1\r,2,3\n4,5,6,7\n", "a.csv")
def test_bytes(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    read_or_refuse(path)


def shaken(document, random):
    """Put something else in one place of a document, or nothing."""
    nodes = []
    queue = [document]
    while queue:
        node = queue.pop()
        names = list(node) if isinstance(node, dict) else range(len(node))
        nodes += [(node, name) for name in names]
        queue += [node[name] for name in names if isinstance(node[name], dict | list)]
    node, name = random.choice(nodes)
    if random.random() < 0.3:
        del node[name]
    else:
        node[name] = random.choice([*ODD, *DATES, [], {}, [1], {"a": 1}, [None], DEEP])
    return document


@quick
@given(st.randoms(use_true_random=False))
def test_exports_of_another_shape(root, tmp_path, random):
    sample = random.choice(sorted((root / "data" / "exports").glob("*.json")))
    document = json.loads(sample.read_text(encoding="utf-8"))
    for _ in range(random.randint(1, 3)):
        document = shaken(document, random)
    path = tmp_path / sample.name
    path.write_text(json.dumps(document), encoding="utf-8")
    read_or_refuse(path)


@quick
@given(st.lists(st.sampled_from(['{"text": "x"}', "[1]", '["ab"]', "{", "3", '{"meta": [1]}',
                                 '{"speaker": {}, "meta": {"role": [2]}}', "[" * 2000])),
       st.sampled_from(["{", "[1]", '{"s": 1}', '{"None": {"meta": [1]}}']))  # fmt: skip
def test_corpora(tmp_path, lines, speakers):
    (tmp_path / "utterances.jsonl").write_text("\n".join(lines))
    (tmp_path / "speakers.json").write_text(speakers)
    read_or_refuse(tmp_path)


@quick
@given(st.lists(st.lists(st.sampled_from(["café", "“late”", "£5", "naïve", "plain"]), min_size=1),
                min_size=2, max_size=6))  # fmt: skip
def test_lines_of_several_encodings(tmp_path, said):
    lines = [b"conversation_id,role,text"]
    for number, words in enumerate(said):
        encoding = ("utf-8", "cp1252")[number % 2]
        lines.append(f'1,agent,"{" ".join(words)}"'.encode(encoding))
    path = tmp_path / "t.csv"
    path.write_bytes(b"\n".join(lines))
    assert placed(read_transcripts(path)) == [" ".join(words) for words in said]


def test_a_cell_of_lists_within_lists_is_refused():
    deep = []
    for _ in range(sys.getrecursionlimit()):
        deep = [deep]
    with pytest.raises(TranscriptError, match="row 1 is nested too deeply"):
        read_transcripts([{"conversation_id": deep, "role": "agent", "text": "x"}])


def test_five_forms_of_date_in_one_column_keep_every_row_and_are_reported():
    rows = [{"conversation_id": 1, "role": "agent", "text": str(date), "timestamp": date}
            for date in DATES[:5]]  # fmt: skip
    read = read_transcripts(rows)
    assert placed(read) == [str(date) for date in DATES[:5]]
    assert [turn.row for turn in read.conversations[0].turns] == [0, 1, 2, 3, 4]
    assert any("timestamp" in note.what for note in read.notes)


def test_bytes_in_parquet_are_read_as_text(tmp_path):
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"]).buffers())
    table = {"conversation_id": [b"c"], "role": [b"agent"], "text": broken, "agent_id": [b"kim"]}
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    read = read_transcripts(tmp_path / "t.parquet")
    assert placed(read) == ["caf\ufffd"]
    assert read.table["agent_id"].tolist() == ["kim"]
    assert any("bytes" in note.what for note in read.notes)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>2 < 3 &amp; 5 > 4</p><!-- no --><b>yes</b>", "2 < 3 & 5 > 4\nyes"),
        ("a<!-- <b>no</b> -->b<!-- open", "ab<!-- open"),
        ('<img src="data:' + "A" * 100_000 + '">seen', "seen"),
        ("<a " * 100_000, "<a " * 99_999 + "<a"),
        ("<!--" * 50_000, "<!--" * 50_000),
        ("<!--" * 50_000 + "-->x", "x"),
        ("</" * 50_000 + ">", "</" * 49_999),
    ],
)
def test_html_of_any_kind_is_read_in_little_time(tmp_path, html, words):
    said = {"comments": [{"author_id": 1, "body": html}, {"author_id": 2, "body": "ok"}]}
    path = tmp_path / "t.json"
    path.write_text(json.dumps(said))
    begun = time.process_time()
    assert placed(read_transcripts(path)) == [words, "ok"]
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("speakers", [("agent",), ("customer",), ("customer", "agent")])
def test_long_conversations_take_time_in_proportion(speakers):
    matcher = MarkerMatcher(())

    def seconds(n):
        said = [Turn(speakers[i % len(speakers)], f"word {i % 50}") for i in range(n)]
        begun = time.process_time()
        found, _ = read_turns(Transcripts.of([Conversation("c", tuple(said))]), matcher)
        assert sum(len(own.rows) for own in found.values()) == n
        return time.process_time() - begun

    assert seconds(50_000) < 40 * max(seconds(5_000), 0.01)
