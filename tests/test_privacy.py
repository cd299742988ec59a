"""Nothing of a transcript's text is in an error, a log, a warning or a file nobody asked for."""

import gzip
import io
import json
import logging
import stat
import traceback
import warnings

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from empathy_score import EmpathyScoreError, cli, read_transcripts
from empathy_score.scored import read_scores
from empathy_score.training import calibrate
from empathy_score.training.targets import dimensions_of, read_labelled
from empathy_score.writing import whole_file

SECRET = "the walrus keeps 4111 1111 1111 1111 under her doormat"
HEADER = "conversation_id,role,text\n"
ROW = {"conversation_id": 1, "role": "agent", "text": SECRET}


def chained(error):
    """Give all that a traceback shows of an error, and what its causes say and hold."""
    shown = "".join(traceback.format_exception(error))
    while error is not None:
        shown += f"{error!r} {vars(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return shown


@pytest.fixture
def quiet(capfd):
    """Check that nothing of the secret is printed, logged or warned of."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
    logging.getLogger().removeHandler(handler)
    out, err = capfd.readouterr()
    assert "walrus" not in f"{out}{err}{heard.getvalue()}{[str(w.message) for w in warned]}"


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def export(**changed):
    turns = [{"ParticipantId": "AGENT", "Content": SECRET, "BeginOffsetMillis": 5, **changed}]
    return json.dumps({"Transcript": turns, "Participants": [], "Channel": "VOICE"})


BROKEN = {
    "wide.csv": f"{HEADER}1,agent,{SECRET},{SECRET}\n",
    "later_wide.csv": f"{HEADER}1,agent,x\n1,agent,{SECRET},{SECRET}\n",
    "open.csv": f'{HEADER}1,agent,"{SECRET}\n',
    "headerless.csv": f"1,agent,{SECRET}\n2,customer,{SECRET}\n",
    "role.csv": f"{HEADER}1,{SECRET},x\n",
    "swapped.csv": f"conversation_id,text,role\n{SECRET},agent,{SECRET}\n",
    "line.jsonl": json.dumps(ROW) + "\n{" + SECRET + "\n",
    "text.jsonl": json.dumps(SECRET),
    "list.json": json.dumps([ROW, SECRET]),
    "record.json": "[" + json.dumps(ROW) + ", " + SECRET + "]",
    "keys.json": json.dumps({SECRET: [{SECRET: SECRET}]}),
    "offset.json": export(BeginOffsetMillis=SECRET),
    "who.json": export(ParticipantId=SECRET),
    "clock.vtt": f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v {SECRET}>{SECRET}\n",
    "talk.txt": f"Agent: {SECRET}\nWalrus of the doormat: {SECRET}\n",
    "cut.parquet": parquet(text=[SECRET] * 9)[:-9],
    "columns.parquet": parquet(**{SECRET: [SECRET]}),
    "cut.csv.gz": gzip.compress(f"{HEADER}1,agent,{SECRET}".encode())[:-9],
    "late.csv.gz": gzip.compress(f"{HEADER}1,agent,{SECRET}".encode()) + SECRET.encode(),
}


def broken(folder, name):
    path = folder / name
    content = BROKEN[name]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", BROKEN)
def test_errors_do_not_quote_what_was_said(tmp_path, quiet, name):
    with pytest.raises(EmpathyScoreError) as caught:
        read_transcripts(broken(tmp_path, name))
    assert "walrus" not in chained(caught.value).lower()


@pytest.mark.parametrize("name", ["wide.csv", "role.csv", "line.jsonl", "offset.json"])
def test_neither_does_the_command_line(tmp_path, quiet, monkeypatch, name):
    path = broken(tmp_path, name)
    monkeypatch.setattr("sys.argv", ["empathy-score", "score", str(path), "-o", "-"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2


def test_a_broken_corpus(tmp_path, quiet):
    (tmp_path / "utterances.jsonl").write_text(json.dumps([SECRET]))
    with pytest.raises(EmpathyScoreError) as caught:
        read_transcripts(tmp_path)
    assert "walrus" not in chained(caught.value)


@pytest.mark.parametrize(
    "markers",
    [SECRET, json.dumps([SECRET]), "[{",
     [{"type": "regret", "start": SECRET, "end": 1, "text": SECRET, "score": SECRET}],
     [{"type": "regret", "start": 0, "end": 10, "text": SECRET, "score": 0.5}]],
)  # fmt: skip
def test_scored_tables_with_broken_markers(quiet, markers):
    with pytest.raises(EmpathyScoreError, match="markers") as caught:
        read_scores([{**ROW, "markers": markers, "signature": "x"}])
    assert "walrus" not in chained(caught.value)


@pytest.mark.parametrize("column", ["road", "empathy", "weight"])
def test_labels_that_are_none(scorer, quiet, column):
    table = [{**ROW, "conversation_id": i, "road": "care", column: SECRET} for i in range(2)]
    with pytest.raises(EmpathyScoreError) as caught:
        calibrate(table, scorer.model)
    assert "walrus" not in chained(caught.value)


def test_a_target_that_is_a_text(quiet):
    table = read_labelled([{**ROW, "mood": f"{SECRET} {i}"} for i in range(60)])
    with pytest.raises(EmpathyScoreError) as caught:
        dimensions_of(table, targets={"mood": None})
    assert "walrus" not in chained(caught.value)


def test_scoring_says_nothing_of_the_text(scorer, quiet):
    scores = scorer.score([ROW, {**ROW, "role": "customer", "timestamp": SECRET}])
    assert "walrus" not in f"{scores!r} {scores.notes} {scores.summary()} {scorer!r}"
    assert "walrus" not in repr(scores.transcripts)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_may_read_an_unfinished_file(tmp_path):
    path = tmp_path / "o.csv"
    plain = tmp_path / "plain"
    plain.write_text("x")
    with whole_file(path) as out:
        out.write(SECRET.encode())
        (part,) = set(tmp_path.iterdir()) - {plain}
        assert mode(part) == 0o600
    assert mode(path) == mode(plain)
    assert sorted(tmp_path.iterdir()) == [path, plain]


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("old")
    path.chmod(0o640)
    with whole_file(path) as out:
        out.write(b"new")
    assert mode(path) == 0o640
    assert path.read_text() == "new"


def fail_within(path):
    with whole_file(path) as out:
        out.write(SECRET.encode())
        raise RuntimeError


def test_an_unfinished_file_is_removed(tmp_path):
    with pytest.raises(RuntimeError):
        fail_within(tmp_path / "o.csv")
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_one_name_are_written_at_once(tmp_path):
    path = tmp_path / "o.csv"
    with whole_file(path) as one, whole_file(path) as two:
        one.write(b"one")
        two.write(b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_frames_are_not_changed(quiet):
    frame = pd.DataFrame([{**ROW, "text": 5}])
    read_transcripts(frame)
    assert frame["text"].tolist() == [5]
