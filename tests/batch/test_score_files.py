"""Files scored by way of the disk give what scoring in memory gives, whatever breaks meanwhile."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from empathy_score.batch import score_files, staging
from empathy_score.batch.sources import fits_into_memory, input_files
from empathy_score.errors import InterruptedRunError, TranscriptError
from empathy_score.transcripts import pieces
from empathy_score.writing import write_table


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(staging, "CHUNK_TURNS", 40)
    monkeypatch.setattr(pieces, "MOST_ROWS", 30)


@pytest.fixture(scope="module")
def table():
    """A hundred turns of 20 conversations, scattered, with stock wording and odd cells."""
    draw = random.Random(5)
    rows = []
    for number in range(20):
        for turn in range(6):
            agent = turn % 2 == 1
            text = f"Thanks for your patience today, we value it. Order {number} is on its way."
            rows.append({
                "ticket_id": f"T{number}" if number else "",
                "speaker": "bot" if turn == 4 else "rep" if agent else "customer",
                "message": text if agent else ("" if turn == 2 else f"Where is order {number}?"),
                "created_at": f"2026-03-{1 + number:02d} 10:0{turn}:00" if number % 3 else None,
                "road": "theirs", "_file": "a.pdf", "_number": turn, "brand": "Acme", "n": number,
                "note": "=1+1" if agent else None,
            })  # fmt: skip
    draw.shuffle(rows)
    return pd.DataFrame(rows)


def written(table, folder, form):
    path = folder / f"in.{form}"
    if form == "csv":
        table.to_csv(path, index=False)
    elif form == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def scores(scorer, table, tmp_path_factory):
    return scorer.score(str(written(table, tmp_path_factory.mktemp("in"), "csv")))


@pytest.fixture(scope="module")
def whole(scores, tmp_path_factory):
    """What an unbroken run writes; the first test holds that it is what this one writes."""
    path = tmp_path_factory.mktemp("whole") / "whole.csv"
    write_table(scores.turns(), path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("form", "out"),
    [("csv", "csv"), ("csv", "parquet"), ("jsonl", "parquet"), ("parquet", "jsonl")],
)
def test_the_same_as_in_memory(scorer, scores, table, tmp_path, form, out):
    source = written(table, tmp_path, form)
    if form != "csv":
        scores = scorer.score(str(source))
    assert np.nanmax(scores.columns["canned"]) > 0.5
    outputs = [tmp_path / f"{name}.{out}" for name in ("turns", "talks")]
    said = score_files([source], outputs[0], conversations=outputs[1], model=scorer.model)
    for frame, path in zip((scores.turns(), scores.conversations()), outputs, strict=True):
        expected = tmp_path / f"memory.{out}"
        write_table(frame, expected)
        if out == "parquet":
            there, here = pq.read_table(expected), pq.read_table(path)
            assert here.column_names == there.column_names
            assert here.equals(there.cast(here.schema)), path
        else:
            assert path.read_bytes() == expected.read_bytes(), path
    in_memory = scores.summary()
    for one in (said, in_memory):
        one.pop("replies_per_second")
    assert said == in_memory
    assert not list(tmp_path.glob(".*"))


def test_a_conversation_across_files(scorer, table, whole, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, start in enumerate(range(0, len(table), 50)):
        table.iloc[start : start + 50].to_csv(folder / f"{number}.csv", index=False)
    said = score_files(input_files([folder]), tmp_path / "parts.csv", model=scorer.model)
    assert (tmp_path / "parts.csv").read_bytes() == whole
    halves = [set(table["ticket_id"][:50]) - {""}, set(table["ticket_id"][50:]) - {""}]
    across = len(halves[0] & halves[1])
    assert ("conversations go on from one file to another, by their id", across) in said["notes"]


def test_exports_of_a_folder_keep_their_conversations_apart(scorer, tmp_path):
    for name in ("mon", "tue"):
        (tmp_path / f"{name}.txt").write_text(f"Customer: Help me on {name}\nAgent: Done, sorry!\n")
    said = score_files(input_files([str(tmp_path / "*.txt")]), tmp_path / "o.csv",
                       model=scorer.model)  # fmt: skip
    assert said["conversations"] == 2
    assert said["replies"] == 2


@pytest.mark.parametrize("text", ["conversation_id,role,text\n", "conversation_id,role,text"])
def test_no_row(scorer, tmp_path, text):
    (tmp_path / "in.csv").write_text(text)
    said = score_files([tmp_path / "in.csv"], tmp_path / "out.csv", model=scorer.model)
    assert said["turns"] == 0
    assert pd.read_csv(tmp_path / "out.csv").columns[:3].tolist() == [
        "conversation_id", "role", "text"]  # fmt: skip


def test_what_is_wrong_is_said_with_its_row(scorer, tmp_path):
    rows = [f"c{n},agent,Sorry" for n in range(70)] + ["c9,wizard,Abracadabra"]
    (tmp_path / "in.csv").write_text("conversation_id,role,text\n" + "\n".join(rows))
    with pytest.raises(TranscriptError, match=r"row 71, column 'role'.*wizard"):
        score_files([tmp_path / "in.csv"], tmp_path / "out.csv", model=scorer.model)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_ctrl_c_keeps_what_is_finished(scorer, table, whole, tmp_path, monkeypatch):
    source = written(table, tmp_path, "csv")

    def stop(step, done, total):
        if step == "scoring" and done:
            finished.append(done)
            raise KeyboardInterrupt

    finished = []
    out = tmp_path / "out.csv"
    with pytest.raises(InterruptedRunError, match="--resume"):
        score_files([source], out, model=scorer.model, progress=stop)
    assert not out.exists()
    seen = []
    original = scorer.__class__.score
    monkeypatch.setattr(
        type(scorer), "score", lambda s, t, **k: seen.append(len(t.table)) or original(s, t, **k)
    )
    score_files([source], out, model=scorer.model, resume=True)
    assert sum(seen) == len(table) - finished[-1]  # none is scored twice
    assert out.read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []


def test_another_run_is_not_gone_on_from(scorer, table, tmp_path):
    source = written(table, tmp_path, "csv")

    def stop(step, done, total):
        if step == "scoring":
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError):
        score_files([source], tmp_path / "out.csv", model=scorer.model, progress=stop)
    with source.open("a") as more:
        more.write("T1,rep,One more,,theirs,Acme,1,\n")
    with pytest.raises(TranscriptError, match="begun with other inputs"):
        score_files([source], tmp_path / "out.csv", model=scorer.model, resume=True)
    said = score_files([source], tmp_path / "out.csv", model=scorer.model)
    assert said["turns"] == len(table) + 1


def test_a_full_disk_is_said_and_gone_on_from(scorer, table, whole, tmp_path, monkeypatch):
    source = written(table, tmp_path, "csv")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("empathy_score.batch.merging.pq.write_table", full)
        with pytest.raises(TranscriptError, match=r"No space left on device.*--resume"):
            score_files([source], tmp_path / "out.csv", model=scorer.model)
    score_files([source], tmp_path / "out.csv", model=scorer.model, resume=True)
    assert (tmp_path / "out.csv").read_bytes() == whole


def test_what_is_spilled_is_the_owners_alone(scorer, table, tmp_path):
    source = written(table, tmp_path, "csv")
    modes = []

    def look(step, done, total):
        modes.extend(oct(p.stat().st_mode & 0o77) for p in (tmp_path / "spill").glob(".*"))

    (tmp_path / "spill").mkdir()
    score_files([source], tmp_path / "o.csv", model=scorer.model, progress=look,
                spill=tmp_path / "spill")  # fmt: skip
    assert set(modes) == {"0o0"}
    assert not list((tmp_path / "spill").iterdir())


_KILLED = """
import sys
from empathy_score.batch import score_files, staging
from empathy_score.transcripts import pieces
staging.CHUNK_TURNS = 30
pieces.MOST_ROWS = 30
if __name__ == "__main__":
    score_files([sys.argv[1]], sys.argv[2], resume=True, workers=int(sys.argv[3]))
"""


def test_kill_at_random_points(scorer, table, whole, tmp_path):
    source = written(table, tmp_path, "csv")
    script, out = tmp_path / "run.py", tmp_path / "out.csv"
    script.write_text(_KILLED)
    for step, workers in ((random.Random(time.time_ns()).randrange(4), "2"), (None, "1")):
        run = subprocess.Popen(
            [sys.executable, str(script), str(source), str(out), workers], start_new_session=True
        )
        while run.poll() is None and (step is None or _finished(tmp_path) < step):
            time.sleep(0.02)
        if step is not None and run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert run.returncode == 0
    assert out.read_bytes() == whole


def _finished(folder: Path) -> int:
    return len(list(folder.glob(".out.csv.empathy-score/done-*.json")))


def test_large_or_several_files_go_by_way_of_the_disk(tmp_path):
    small, large = tmp_path / "a.csv", tmp_path / "b.csv"
    small.write_text("x")
    large.write_bytes(b"x" * 16_000_001)
    assert fits_into_memory([small])
    assert not fits_into_memory([large])
    assert not fits_into_memory([small, large])
    assert input_files([tmp_path]) == [small, large]
    with pytest.raises(TranscriptError, match="holds no file"):
        input_files([str(tmp_path / "*.jsonl")])
