"""The command line as a user meets it, in a process of its own where that matters."""

import io
import os
import subprocess
import sys

import pandas as pd
import pytest

import empathy_score
from empathy_score import cli

HEADER = "conversation_id,role,text\n"


def run(*args, stdin=b"", **env):
    return subprocess.run(
        [sys.executable, "-m", "empathy_score.cli", *map(str, args)],
        input=stdin, capture_output=True, env={**os.environ, **env},
    )  # fmt: skip


@pytest.fixture
def call(monkeypatch, capsys, scorer):
    """Call the command in this process, with the model that is already loaded."""
    monkeypatch.setattr("empathy_score.scorer.Scorer.__init__", _with(scorer.model))

    def call(*args):
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out = capsys.readouterr()
        return stopped.value.code or 0, out.out, out.err

    return call


def _with(model):
    real = empathy_score.Scorer.__init__

    def init(self, given="default", **kwargs):
        real(self, model if given == "default" else given, **kwargs)

    return init


def test_version_and_help_are_light():
    done = run("--version")
    assert (done.returncode, done.stdout.decode().strip()) == (
        0, f"empathy-score {empathy_score.__version__}",
    )  # fmt: skip
    code = (
        "import sys; sys.argv = ['empathy-score', '--help']\n"
        "from empathy_score import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'torch', 'pandas', 'spacy', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_score_a_file_in_a_pipe(tmp_path, sample):
    out = tmp_path / "out.csv"
    done = run("score", sample, "-o", out, "--conversations", tmp_path / "c.jsonl")
    assert done.returncode == 0
    assert done.stdout == b""
    said = done.stderr.decode()
    for part in ("turns in", "replies a second", "roads: ", "note: 12 system", "written: "):
        assert part in said
    assert "\x1b" not in said
    assert "\r" not in said
    assert len(pd.read_csv(out)) == len(pd.read_csv(sample))
    assert (tmp_path / "c.jsonl").exists()


def test_standard_input_to_standard_output():
    done = run("score", "-", "-o", "-", stdin=(HEADER + "1,agent,Thanks!\n").encode())
    assert done.returncode == 0
    table = pd.read_csv(io.BytesIO(done.stdout))
    assert table["text"].tolist() == ["Thanks!"]
    assert table["road"].notna().all()


def test_columns_and_roles(call, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("case,who,said\n1,barista,hi there\n")
    code, _, err = call(
        "score", path, "-o", tmp_path / "o.jsonl",
        "--columns", "conversation_id=case,role=who,text=said", "--roles", "barista=agent",
    )  # fmt: skip
    assert code == 0, err
    assert "1 replies" in err


def test_the_arithmetic_is_the_users_choice(tmp_path):
    source = tmp_path / "t.csv"
    source.write_text(HEADER + "1,customer,it broke\n1,agent,I have sent a new one\n")
    for way, asked in (("memory", ()), ("disk", ("--resume",))):
        out = tmp_path / f"{way}.csv"
        done = run("score", source, "-o", out, "--dtype", "bfloat16", "--device", "cpu", *asked)
        assert done.returncode == 0, done.stderr
        assert "|dtype:bfloat16|" in out.read_text()
    assert (tmp_path / "memory.csv").read_bytes() == (tmp_path / "disk.csv").read_bytes()


def test_redact_takes_it_out_of_all_that_is_written(call, tmp_path):
    path, out = tmp_path / "t.csv", tmp_path / "o.csv"
    path.write_text(HEADER + "1,agent,I'm so sorry jo@example.com\n1,customer,ring 020 7946 0958\n")
    code, _, err = call("score", path, "-o", out, "--redact")
    assert code == 0, err
    assert pd.read_csv(out)["text"].tolist() == ["I'm so sorry [email]", "ring [phone]"]
    assert "example.com" not in out.read_text()
    code, _, err = call("report", out, "-o", tmp_path / "r.html", "--redact")
    assert code == 2
    assert "scored already" in err


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"conversation_id,text\n1,x\n", "'role' is missing"),
        (HEADER.encode() + b"1,wizard,x\n", "nobody knows the role 'wizard'"),
        (b"\x1f\x8bbroken", "damaged gzip"),
    ],
)
def test_bad_input_is_two_and_one_line(call, tmp_path, content, part):
    (tmp_path / "bad.csv").write_bytes(content)
    code, out, err = call("score", tmp_path / "bad.csv", "-o", tmp_path / "o.csv")
    assert code == 2
    assert part in err
    assert "bad.csv" in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert out == ""
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("score", "none.csv", "-o", "o.csv"),
        ("score", "none.csv", "-o", "o.xlsx"),
        ("score", "none.csv"),
        ("score", "README.md", "-o", "no-such-folder/o.csv"),
        ("score", "data/t.csv", "-o", "data/../data/t.csv"),
        ("score", "README.md", "-o", "o.csv", "--conversations", "./o.csv"),
        ("score", "none.csv", "-o", "o.csv", "--columns", "role"),
        ("report", "none.csv", "-o", "o.html"),
        ("explain", "hi", "--model", "/nowhere"),
        ("score", "README.md", "-o", "o.csv", "--dtype", "float8"),
        ("score", "README.md", "-o", "o.csv", "--device", "abacus"),
        ("no-such-command",),
    ],
)
def test_wrong_use_is_two(call, args):
    code, _, err = call(*args)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("output", "part"),
    [
        ("no-such-folder/report.html", "a folder that exists"),
        ("t.csv", "would replace the input"),
        (".", "the name of a file"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    call, monkeypatch, tmp_path, output, part
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(HEADER + "1,agent,Thanks!\n")
    monkeypatch.setattr("empathy_score.scorer.Scorer.score", _unwanted)
    code, _, err = call("report", "t.csv", "-o", output)
    assert (code, err.count("\n")) == (2, 1)
    assert part in err


def test_a_report_without_its_extra_is_refused_before_the_work(call, monkeypatch, tmp_path):
    (tmp_path / "t.csv").write_text(HEADER + "1,agent,Thanks!\n")
    monkeypatch.setitem(sys.modules, "altair", None)
    monkeypatch.setattr("empathy_score.scorer.Scorer.score", _unwanted)
    code, _, err = call("report", tmp_path / "t.csv", "-o", tmp_path / "report.html")
    assert code == 2
    assert 'pip install "empathy-score[report]"' in err


def _unwanted(*_, **__):
    pytest.fail("it went to work")


def test_our_own_fault_is_one_and_shows_no_text(call, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("the customer's secret words")

    monkeypatch.setattr("empathy_score.scorer.Scorer.score_text", fail)
    code, _, err = call("explain", "hi")
    assert code == 1
    assert "internal error (RuntimeError)" in err
    assert "secret" not in err


def test_explain(call):
    code, out, _ = call(
        "explain", "I'm so sorry, I've refunded it.", "--customer", "You charged me twice!!"
    )
    assert code == 0
    assert "regret" in out
    assert "I'm so sorry" in out
    for name in ("road", "p_", "empathy", "trust"):
        assert name.removeprefix("p_") in out


def test_explain_colours_the_markers_on_a_terminal(call, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    _, out, _ = call("explain", "So sorry!")
    assert "\x1b[1;35mSo sorry\x1b[0m" in out


def test_explain_takes_an_argument_in_another_encoding(call):
    code, out, _ = call("explain", "caf\udce9, so sorry")
    assert code == 0
    assert "caf\ufffd, so sorry" in out


def test_explain_without_a_word(call):
    code, out, _ = call("explain", "👍")
    assert code == 0
    assert "No word" in out


def test_hostile_markup_in_a_reply_is_only_text(call):
    code, out, _ = call("explain", "[bold red]sorry[/] [link=x]")
    assert code == 0
    assert "[bold red]sorry[/] [link=x]" in out
