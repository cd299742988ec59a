"""Every form and alias of the contract, and what it says of bad input."""

import gzip
import io
import json
import sys

import numpy as np
import pandas as pd
import pytest

from empathy_score import TranscriptError, read_transcripts
from empathy_score.transcripts.columns import ALIASES
from empathy_score.transcripts.reading import KnownRoles, OrderFinder

ROWS = [
    {"conversation_id": "c1", "role": "customer", "text": "My café, “late”, again", "extra": "x"},
    {"conversation_id": "c1", "role": "agent", "text": "Sorry!\nWe'll look.", "extra": "y"},
    {"conversation_id": "c2", "role": "agent", "text": "Hi there", "extra": "z"},
]  # fmt: skip


def frame():
    return pd.DataFrame(ROWS)


def texts(transcripts):
    return [[turn.text for turn in c.turns] for c in transcripts]


HEADER = "conversation_id,role,text\n"
EXPECTED = [[ROWS[0]["text"], ROWS[1]["text"]], [ROWS[2]["text"]]]


def write(folder, form):
    path = folder / f"t.{form}"
    if form.startswith(("csv", "tsv")):
        data = frame().to_csv(index=False, sep="\t" if "tsv" in form else ",").encode()
    elif form.startswith("jsonl"):
        data = "\n".join(json.dumps(row) for row in ROWS).encode()
    elif form == "json":
        data = json.dumps(ROWS).encode()
    else:
        frame().to_parquet(path)
        return path
    path.write_bytes(gzip.compress(data) if form.endswith(".gz") else data)
    return path


@pytest.mark.parametrize(
    "form", ["csv", "tsv", "jsonl", "json", "parquet", "csv.gz", "tsv.gz", "jsonl.gz"]
)
def test_files(tmp_path, form):
    read = read_transcripts(write(tmp_path, form))
    assert texts(read) == EXPECTED
    assert read.table["extra"].tolist() == ["x", "y", "z"]
    assert read_transcripts(str(tmp_path / f"t.{form}")).notes == ()


def test_tables_in_memory():
    from datasets import Dataset

    for source in (frame(), ROWS, iter(ROWS), Dataset.from_list(ROWS)):
        assert texts(read_transcripts(source)) == EXPECTED


def test_standard_input(monkeypatch):
    data = frame().to_csv(index=False).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert texts(read_transcripts("-")) == EXPECTED


@pytest.mark.parametrize(
    ("canonical", "alias"),
    [(c, a) for c in ("conversation_id", "role", "text") for a in ALIASES[c]],
)
def test_aliases(canonical, alias):
    renamed = frame().rename(columns={canonical: alias.upper().replace("_", " ")})
    assert texts(read_transcripts(renamed)) == EXPECTED


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("rep", "agent"), ("advisor", "agent"), ("support", "agent"), ("Agent ", "agent"),
        ("user", "customer"), ("client", "customer"), ("caller", "customer"),
        ("End-User", "customer"), ("Live Agent", "agent"), ("Agent:", "agent"),
        ("agent\u200b", "agent"), ("AI Agent", "other"),
        ("system", "other"), ("bot", "other"), ("note", "other"),
    ],
)  # fmt: skip
def test_role_values(value, role):
    read = read_transcripts([{"conversation_id": 1, "role": value, "text": "x"}])
    assert read.conversations[0].turns[0].role == role


def test_columns_and_roles_named_by_hand():
    table = pd.DataFrame({"case_no": [7], "who": ["barista"], "said": ["hello"], "text": ["no"]})
    read = read_transcripts(
        table,
        columns={"conversation_id": "case_no", "role": "who", "text": "said"},
        roles={"barista": "agent"},
    )
    assert texts(read) == [["hello"]]
    assert read.table["text_original"].tolist() == ["no"]


def test_a_wide_table_becomes_two_rows_an_exchange():
    wide = pd.DataFrame(
        {"ticket_id": ["a", "a"], "customer_text": ["q1", "q2"], "agent_text": ["r1", "r2"],
         "agent_id": ["kim", "kim"]}
    )  # fmt: skip
    read = read_transcripts(wide)
    assert texts(read) == [["q1", "r1", "q2", "r2"]]
    assert read.table["role"].tolist() == ["customer", "agent"] * 2
    assert [v for v in read.table["agent_id"] if not pd.isna(v)] == ["kim", "kim"]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("turn", [3, 1, 2]),
        ("turn", ["10", "2", "9"]),
        ("position", ["3", "1", "2"]),
        ("timestamp", ["2026-03-02T10:03:00Z", "2026-03-02T10:01:00Z", "2026-03-02 10:02:00"]),
        ("created_at", ["2026-03-02T12:03:00+02:00", "2026-03-02T10:01:00Z", "2026-03-02T10:02Z"]),
        ("timestamp", [1772445780, 1772445660.5, 1772445720]),
        ("datetime", pd.to_datetime(["2026-01-03", "2026-01-01", "2026-01-02"])),
    ],
)
def test_order(column, values):
    table = pd.DataFrame(
        {"conversation_id": "c", "role": "agent", "text": ["third", "first", "second"]}
    ).assign(**{column: values})
    assert texts(read_transcripts(table)) == [["first", "second", "third"]]


def test_turn_is_preferred_to_timestamp_and_an_unreadable_one_is_reported():
    table = pd.DataFrame(
        {"conversation_id": "c", "role": "agent", "text": ["b", "a"], "turn": ["two", "1"],
         "timestamp": ["2026-01-02", "2026-01-01"]}
    )  # fmt: skip
    read = read_transcripts(table)
    assert texts(read) == [["a", "b"]]
    assert "turn" in read.notes[0].what
    assert texts(read_transcripts(table.assign(turn=[1, 2]))) == [["b", "a"]]


def test_scattered_rows_are_gathered_and_point_back():
    table = pd.DataFrame(
        {"conversation_id": ["a", "b", "a"], "role": "agent", "text": ["1", "2", "3"]}
    )
    read = read_transcripts(table)
    assert [[t.row for t in c.turns] for c in read] == [[0, 2], [1]]


def test_duplicate_turns_keep_row_order_and_are_reported():
    table = pd.DataFrame({"conversation_id": "c", "role": "agent", "text": list("abc"), "turn": 1})
    read = read_transcripts(table)
    assert texts(read) == [["a", "b", "c"]]
    assert [(note.rows) for note in read.notes] == [2]


# ---- bad input


def refused(source, **kwargs):
    with pytest.raises(TranscriptError) as caught:
        read_transcripts(source, **kwargs)
    error = caught.value
    assert error.expected
    assert error.came
    assert error.do
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.parquet", "e.txt"])
@pytest.mark.parametrize("data", [b"", b" \n\n"])
def test_empty_file(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert "is empty" in refused(tmp_path / name)


def test_header_only_is_an_empty_transcript(tmp_path):
    (tmp_path / "h.csv").write_text("conversation_id,role,text\n")
    read = read_transcripts(tmp_path / "h.csv")
    assert len(read.table) == 0
    assert "no rows" in read.notes[0].what


def test_an_excel_file_says_what_to_do(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 whatever")
    assert "Save the sheet as CSV" in refused(tmp_path / "t.xlsx")


def test_camel_case_names():
    rows = [{"conversationId": 1, "Role": "agent", "Text": "x", "agentId": "kim"}]
    assert read_transcripts(rows).table["agent_id"].tolist() == ["kim"]


@pytest.mark.parametrize("missing", ["conversation_id", "role", "text"])
def test_missing_column(missing):
    message = refused(frame().drop(columns=missing))
    assert repr(missing) in message
    assert "--columns" in message


def test_a_role_nobody_knows_names_its_row():
    message = refused([*ROWS, {"conversation_id": "c", "role": "wizard", "text": "x"}])
    assert "row 4" in message
    assert "'wizard'" in message
    assert "--roles wizard=agent" in message
    rows = [{"conversation_id": "c", "role": role, "text": "x"} for role in ("Big Boss", "elf")]
    assert "--roles 'Big Boss=agent,elf=agent'" in refused(rows)


def test_roles_of_parts_are_refused_together():
    merged = KnownRoles({}, "parts")
    for cell in ("agent", "guru", "wizard", "guru"):
        part = KnownRoles({}, "parts")
        part.see(pd.DataFrame({"role": [cell]}))
        merged.merge(part)
    with pytest.raises(TranscriptError, match=r"^parts: column 'role': .*'guru' \(nor 'wizard'\)"):
        merged.check()


@pytest.mark.parametrize(
    ("columns", "part"),
    [({"role": "nope"}, "'nope'"), ({"colour": "role"}, "'colour'")],
)
def test_a_wrong_mapping(columns, part):
    assert part in refused(frame(), columns=columns)


def test_a_wrong_role_mapping():
    assert "'chef'" in refused(frame(), roles={"x": "chef"})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.parquet", b"PAR1 not really"),
        ("x.parquet", b"nothing of the kind"),
        ("x.csv.gz", b"\x1f\x8b broken"),
        ("x.jsonl", b'{"conversation_id": 1}\n{oops'),
        ("x.jsonl", b'[{"a": 1}, 3]'),
        ("x.csv", b'conversation_id,role,text\na,agent,"open\n'),
        ("x.csv", b"conversation_id,role,text\na,agent,b,c,d,e\n"),
    ],
)
def test_unreadable_files(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert name in refused(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path):
    assert "cannot be opened" in refused(tmp_path / "none.csv")
    assert "no ConvoKit corpus" in refused(tmp_path)


def test_something_that_is_no_table():
    refused(42)
    refused([1, 2])


def test_missing_texts_pass_through_and_are_reported():
    table = pd.DataFrame(
        {"conversation_id": "c", "role": "agent", "text": ["a", None, np.nan, "", " ", pd.NA, 5]}
    )
    read = read_transcripts(table)
    assert texts(read) == [["a", "", "", "", " ", "", "5"]]
    assert [(n.rows) for n in read.notes] == [5]
    assert len(read.table) == 7


def test_words_that_look_like_missing_values_are_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("conversation_id,role,text\n1,agent,NA\n1,customer,null\n1,agent,None\n")
    assert texts(read_transcripts(path)) == [["NA", "null", "None"]]


def test_latin1_bytes_mixed_with_utf8(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(
        b"conversation_id,role,text\n1,agent,caf\xe9\n1,agent," + "café 👍".encode() + b"\n"
    )
    read = read_transcripts(path)
    assert texts(read) == [["café", "café 👍"]]
    assert "Latin-1" in read.notes[0].what


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes("conversation_id,role,text\n1,agent,été\n".encode(encoding))
    assert texts(read_transcripts(path)) == [["été"]]


def test_nul_bytes_and_lone_surrogates(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"conversation_id,role,text\n1,agent,a\x00b\n")
    assert texts(read_transcripts(path)) == [["a\ufffdb"]]
    line = '{"conversation_id": 1, "role": "agent", "text": "a\\ud83d b"}'
    (tmp_path / "t.jsonl").write_text(line)
    assert texts(read_transcripts(tmp_path / "t.jsonl")) == [["a\ufffd b"]]


def test_rows_without_role_or_conversation_pass_through():
    read = read_transcripts(
        [
            {"conversation_id": "a", "role": None, "text": "x"},
            {"conversation_id": None, "role": "agent", "text": "y"},
            {"conversation_id": None, "role": "agent", "text": "z"},
        ]
    )
    assert [[t.text for t in c.turns] for c in read] == [["x"], ["y"], ["z"]]
    assert len(read.notes) == 2


# ---- odd tables


@pytest.mark.parametrize("form", ["parquet", "jsonl", "records", "dataset"])
def test_long_ids_beside_a_missing_one_stay_apart(tmp_path, form):
    from datasets import Dataset

    ids = [12345678901234567, 12345678901234568, None]
    rows = [{"conversation_id": i, "role": "agent", "text": "x"} for i in ids]
    if form == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
        read = read_transcripts(tmp_path / "t.parquet")
    elif form == "jsonl":
        (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
        read = read_transcripts(tmp_path / "t.jsonl")
    else:
        read = read_transcripts(rows if form == "records" else Dataset.from_list(rows))
    assert [c.id for c in read] == ["12345678901234567", "12345678901234568", ""]


def test_a_column_that_stands_twice():
    table = pd.DataFrame([["c", "agent", "a", "b"]])
    table.columns = ["conversation_id", "role", "text", "text"]
    assert "'text' stands twice" in refused(table)


def test_a_named_index_is_a_column():
    table = frame().set_index("conversation_id")
    assert texts(read_transcripts(table)) == EXPECTED


@pytest.mark.parametrize(
    ("stamps", "order"),
    [
        (["13/02/2026", "01/03/2026", "15/01/2026"], [2, 0, 1]),
        (["02/13/2026 10:00", "03/01/2026 09:00", "01/15/2026 08:00"], [2, 0, 1]),
        (
            [
                "Fri Feb 13 10:00:00 +0000 2026",
                "Sun Mar 01 09:00:00 +0000 2026",
                "Thu Jan 15 08:00:00 +0000 2026",
            ],
            [2, 0, 1],
        ),
        (["13.02.2026 10:00", "01.03.2026 09:00", "15.01.2026 08:00"], [2, 0, 1]),
    ],
)
def test_other_dates_are_read_by_one_form_for_the_column(stamps, order):
    rows = [
        {"conversation_id": 1, "role": "agent", "text": str(i), "timestamp": stamp}
        for i, stamp in enumerate(stamps)
    ]
    assert texts(read_transcripts(rows)) == [[str(i) for i in order]]


def test_dates_that_could_be_either_keep_row_order_and_are_reported():
    rows = [
        {"conversation_id": 1, "role": "agent", "text": str(i), "timestamp": stamp}
        for i, stamp in enumerate(["03/04/2026", "04/03/2026"])
    ]
    read = read_transcripts(rows)
    assert texts(read) == [["0", "1"]]
    assert "ambiguous" in read.notes[0].what


@pytest.mark.parametrize(
    ("stamps", "form"),
    [
        (["03/04/2026", "04/03/2026", None, "13/02/2026", "01/02/2026"], "%d/%m/%Y"),
        (["03/04/2026", "04/03/2026", "01/02/2026"], ""),
        (["03/03/2026", None, None, "04/04/2026"], "%m/%d/%Y"),  # the same in either form
        ([None, "13/02/2026", "02/13/2026", "2026-03-01"], "ISO8601"),
        (["2026-02-13T10:00:00Z", "2026-02-13 10:00", "soon"], "ISO8601"),
        (["1767225600000", None, "1767225600001"], "number"),
        (["1767225600000", "13/02/2026"], "ISO8601"),
    ],
)
def test_parts_seen_apart_decide_as_the_whole(stamps, form):
    table = pd.DataFrame({"timestamp": stamps})
    whole, merged = OrderFinder(), OrderFinder()
    whole.see(table)
    for row in range(len(table)):
        part = OrderFinder()
        part.see(table.iloc[[row]])
        merged.merge(part)
    notes, expected = [], []
    assert merged.order(notes) == whole.order(expected)
    assert notes == expected
    assert merged._times.reader().form == form


def test_one_missing_turn_number_follows_the_row_before():
    rows = [
        {"conversation_id": 1, "role": "agent", "text": text, "turn": turn}
        for text, turn in [("c", 3), ("d", None), ("a", 1), ("b", 2)]
    ]
    read = read_transcripts(rows)
    assert texts(read) == [["a", "b", "c", "d"]]
    assert read.notes[0].rows == 1


def test_a_wide_table_keeps_its_other_columns():
    wide = pd.DataFrame(
        {"conversation_id": [1, 1], "customer_text": ["q", "q"], "agent_text": ["r", "r"],
         "turn": [1, 2], "transcript": ["t", "u"], "role": ["x", "y"], "agent_id": [101, 102]}
    )  # fmt: skip
    read = read_transcripts(wide)
    assert read.notes == ()
    assert read.table["transcript"].tolist() == ["t", "t", "u", "u"]
    assert read.table["role_original"].tolist() == ["x", "x", "y", "y"]
    assert read.table["agent_id"].tolist() == [None, 101, None, 102]


def test_messages_hold_no_transcript_text(tmp_path):
    secret = "My card number is 1234 and I am very angry with you people about it"
    (tmp_path / "n.csv").write_text(f"1,customer,{secret}\n2,agent,{secret}\n")
    assert secret not in refused(tmp_path / "n.csv")
    rows = [{"conversation_id": 1, "role": secret, "text": "x"}]
    assert "card number" not in refused(rows)


@pytest.mark.parametrize("line", ["[" * 100_000, "1" * 5000, "3", '"text"', '{"a": 1'])
def test_lines_that_are_no_records_are_named(tmp_path, line):
    good = json.dumps(ROWS[0])
    (tmp_path / "t.jsonl").write_text(f"{good}\n\n{line}\n")
    assert "line 3" in refused(tmp_path / "t.jsonl")


def test_a_path_that_no_system_knows():
    assert "cannot be opened" in refused("a\x00.csv")


def test_cells_that_are_lists():
    read = read_transcripts([{"conversation_id": 1, "role": "agent", "text": ["a", "b"]}])
    assert texts(read) == [["['a', 'b']"]]


def test_a_row_with_too_many_cells_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "1,agent,a\n1,agent,b,c\n")
    assert "line 3" in refused(path)
    path.write_text(HEADER + "1,agent,a,b\n1,agent,c\n")
    assert "row 1" in refused(path)
