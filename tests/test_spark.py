"""A Spark DataFrame is scored as the same table is by itself."""

import datetime as dt
import re
from decimal import Decimal
from operator import itemgetter

import pandas as pd
import pyarrow as pa
import pytest

from empathy_score import ModelError, TranscriptError, redact
from empathy_score.insight.canned import NOTHING
from empathy_score.spark import score, tasks
from empathy_score.transcripts.reading import KnownRoles
from spark_tables import WARNINGS, assert_same, one_company, place, session, shuffled

pytestmark = WARNINGS


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    found = session("local[2]", tmp_path_factory.mktemp("tables"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def rows(sample):
    return one_company(sample)


@pytest.fixture(scope="module")
def local(scorer, rows):
    return scorer.score(rows).turns()


def test_shuffled_rows_get_the_scores_of_a_local_run(spark, rows, local):
    assert local["canned"].max() > 0
    assert_same(score(shuffled(spark, rows), partitions=3), local, place)


def test_the_recipe_in_the_readme(spark, root, scorer):
    rows = [("a", "1", "agent", "Sorry, we lost it."), ("a", "0", "customer", "Where is it?")]
    table = spark.createDataFrame(
        rows, "conversation_id string, turn string, role string, text string"
    )
    table.createOrReplaceTempView("turns")
    (code,) = re.findall(r"```py\n(.*?)```", (root / "README.md").read_text(), flags=re.S)
    exec(code, {"spark": spark})
    records = [dict(zip(table.columns, row, strict=True)) for row in rows]
    assert_same(spark.table("scored"), scorer.score(records).turns(), place)


ODD_SCHEMA = "ticket_id long, speaker string, body string, created_at string, Score double"
ODD = [
    (7, "barista", "So sorry, we'll refund it.", "01/02/2026", 1.5),
    (7, "guest", "You charged me twice!", "03/01/2026", None),
    (7, "guest", "Thank you!", "13/02/2026", 2.5),  # this alone says that all are day first
    (8, "barista", "👍", "01/02/2026", None),
    (None, "barista", "Please wait.", "01/02/2026", None),  # each is a conversation of its own
    (None, "barista", None, "01/02/2026", None),
]


def test_the_whole_decides_as_it_does_locally(spark, scorer):
    given = spark.createDataFrame(ODD, ODD_SCHEMA).repartition(6)
    roles = {"barista": "agent"}
    records = [dict(zip(given.columns, row, strict=True)) for row in ODD]
    local = scorer.score(records, roles=roles).turns()
    assert local["opportunity"][0] in ("given", "missed")  # the complaint came before
    local = local.rename(columns={"Score": "Score_original"})
    scored = score(given, roles=roles)
    assert_same(scored, local, lambda row: (row["text"] or "", row["timestamp"]))


def test_exchanges_become_two_rows(spark, scorer):
    exchanges = [
        {"case": n, "customer_text": f"Where is parcel {n}?!", "agent_text": f"Sorry, {n} is lost.",
         "conversation_id": f"c{n}", "agent_id": n}
        for n in range(3)
    ]  # fmt: skip
    schema = (
        "case int, customer_text string, agent_text string, conversation_id string, agent_id int"
    )
    scored = score(spark.createDataFrame([tuple(e.values()) for e in exchanges], schema))
    local = scorer.score(exchanges).turns()
    assert_same(scored, local, itemgetter("case", "role"))


def test_what_passes_through_keeps_its_type(spark):
    schema = (
        "conversation_id long not null, role string, text string, day date, at timestamp, "
        "price decimal(12,3), tags map<string,int>, raw binary, road array<string>, `a.b` short"
    )
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 6)
    row = (1, "agent", "Sorry!", when.date(), when, Decimal("1.125"), {"a": 1, "b": None},
           bytearray(b"\x00\xff"), ["x", None], None)  # fmt: skip
    given = spark.createDataFrame([row], schema)
    scored = score(given)
    (found,) = scored.collect()
    assert tuple(found)[: len(row)] == row
    assert [kind for _, kind in scored.dtypes[: len(row)]] == [kind for _, kind in given.dtypes]
    assert scored.columns[8] == "road_original"
    assert found["road"] is not None


def test_what_is_no_utf8_is_read_and_redacted_as_in_a_table(spark, scorer):
    row = (
        "a",
        "agent",
        b"Sorry \xff! Write to joe@example.com.",
        "joe@example.com",
        4111111111111111,
    )
    names = ("conversation_id", "role", "text", "note", "paid_with")
    schema = (
        "conversation_id string, role string, text binary, note string, paid_with long not null"
    )
    scored = score(spark.createDataFrame([row], schema), redact=redact)
    local = scorer.score(pd.DataFrame([row], columns=names).astype(object), redact=redact).turns()
    assert local["text"][0] == "Sorry \ufffd! Write to [email]."
    assert_same(scored, local, itemgetter("text"))


def test_types_are_those_of_the_dimensions(spark, scorer):
    schema = "conversation_id string, role string, text string"
    scored = score(spark.createDataFrame([], schema))
    kinds = dict(scored.dtypes)
    assert scored.count() == 0
    assert kinds["road"] == kinds["signature"] == "string"
    assert kinds["p_care"] == kinds["valence"] == kinds["canned"] == "double"
    assert kinds["needs_review"] == "boolean"
    assert (
        kinds["markers"]
        == "array<struct<type:string,start:bigint,end:bigint,text:string,score:double>>"
    )


TALK = [
    ("a", "Where is my parcel?!", "customer", "1"),
    ("a", "So sorry, it is lost.", "agent", "1"),
    ("b", "Anything else?", "agent", "2"),
    ("b", "Not with you.", "customer", "2"),
    ("b", "Understood.", "agent", None),
]
TALK_SCHEMA = "conversation_id string, text string, role string, turn string"


def test_turns_without_a_place_stand_as_their_rows(spark, scorer):
    given = spark.createDataFrame(TALK, TALK_SCHEMA)
    records = [dict(zip(given.columns, row, strict=True)) for row in TALK]
    assert_same(score(given), scorer.score(records).turns(), itemgetter("text"))
    for record in records:
        del record["turn"]
    with pytest.warns(UserWarning, match="No turn or timestamp orders the turns"):
        scored = score(given.drop("turn"))
    assert_same(scored, scorer.score(records).turns(), itemgetter("text"))


def test_an_unknown_role_is_said_before_the_work(spark):
    rows = [("a", "barista", "hi"), ("b", "guru", "hi")]
    given = spark.createDataFrame(rows, "conversation_id string, role string, text string")
    problem = "the Spark DataFrame: column 'role': nobody knows the role '(barista|guru)'"
    with pytest.raises(TranscriptError, match=problem):
        score(given)


def test_a_missing_column_is_named(spark):
    given = spark.createDataFrame([("a", "agent")], "conversation_id string, role string")
    with pytest.raises(TranscriptError, match="'text' is missing"):
        score(given)


def test_a_worker_with_another_model_stops(scorer):
    arithmetic = scorer.model.arithmetic
    loading = ("default", 0.1, arithmetic.dtype, arithmetic.device)
    scoring = tasks.Scoring(None, NOTHING, loading, "another")
    with pytest.raises(ModelError, match="driver has another, a worker has empathy-score"):
        next(scoring.run(iter(())))


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_chunks_hold_whole_conversations(monkeypatch, rows):
    monkeypatch.setattr(tasks, "TURNS_AT_ONCE", 4)
    keys = [*"aabbb", *("c" * 9), *"defffff"]
    table = pa.table({"key": keys, "row": range(len(keys))})
    chunks = list(tasks.chunks(iter(table.to_batches(max_chunksize=rows))))
    assert pa.concat_tables(chunks).equals(table)
    assert len(chunks) > 1
    assert sum(len(chunk["key"].unique()) for chunk in chunks) == len(set(keys))


def surveyed(turns, wide):
    """Survey each conversation apart, and merge."""
    whole = tasks.Survey(KnownRoles({}, ""), wide=wide)
    table = pd.DataFrame(turns, columns=["conversation_id", "role", "turn"]).assign(text="x")
    for _, talk in table.groupby("conversation_id"):
        part = tasks.Survey(KnownRoles({}, ""), wide=wide)
        part.see(talk.reset_index(drop=True))
        whole.merge(part)
    return whole


ALONE = ("b", "agent", 1)
EXCHANGE = [("a", "customer", 1), ("a", "agent", 1)]


@pytest.mark.parametrize(
    ("turns", "wide", "loose", "unordered"),
    [
        ([("a", "agent", 1), ("a", "customer", 2), ALONE], False, False, False),
        ([("a", "agent", 1), ("a", "customer", "1.0"), ALONE], False, True, False),
        ([("a", "agent", 1), ("a", "customer", None), ALONE], False, True, False),
        ([("a", "agent", None), ("a", "customer", None)], False, True, True),
        ([("a", "agent", None), ("b", "customer", None)], False, False, False),
        (EXCHANGE, True, False, False),
        (EXCHANGE * 2, True, True, False),
        ([("a", "customer", None), ("a", "agent", None)], True, False, False),
    ],
)
def test_whether_rows_must_keep_their_order(turns, wide, loose, unordered):
    survey = surveyed(turns, wide)
    assert (survey.loose, survey.unordered) == (loose, unordered)
    assert survey.n_turns == len(turns)
