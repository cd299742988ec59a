"""`empathy-score train`, `calibrate` and `evaluate` as a user types them."""

import sys

import pandas as pd
import pytest

from empathy_score import Scorer, cli
from empathy_score.model.folder import save_model


@pytest.fixture
def call(monkeypatch, capsys):
    def call(*args):
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out = capsys.readouterr()
        return stopped.value.code or 0, out.out, out.err

    return call


@pytest.fixture
def labelled(tmp_path):
    rows = [
        {"text": ("right now at once", "whenever we can")[n % 2], "pace": ("fast", "slow")[n % 2],
         "empathy": n % 2, "agent_id": f"a{n % 3}"}
        for n in range(80)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "labelled.csv", index=False)
    return tmp_path / "labelled.csv"


@pytest.fixture
def base(tmp_path, toy_model):
    save_model(toy_model, tmp_path / "base")
    return tmp_path / "base"


def test_the_whole_way(call, labelled, base, tmp_path):
    model = tmp_path / "acme"
    code, _, err = call("train", labelled, "-o", model, "-m", base, "--target", "pace")
    assert code == 0
    assert "pace: nominal, fast, slow (agent turns)" in err
    assert "empathy: ordinal, 0, 1, 2, 3 (agent turns)" in err
    assert Scorer(model).score_text("right now at once")["pace"] == "fast"
    code, out, _ = call("evaluate", labelled, "-m", model)
    assert code == 0
    assert "| pace | 80 | 1.00 (1.00 to 1.00)" in out
    assert "## By agent_id" in (model / "evaluation.md").read_text()
    assert (model / "evaluation.png").stat().st_size > 1000
    code, _, err = call("calibrate", labelled, "-o", tmp_path / "more", "-m", model)
    assert code == 0
    assert Scorer(tmp_path / "more").model.name == "more"


def test_fine_tuning_leaves_no_checkpoints(call, labelled, base, tmp_path):
    model = tmp_path / "acme"
    code, _, _ = call("train", labelled, "-o", model, "-m", base, "--target", "pace=binary",
                      "--finetune", "--epochs", 1)  # fmt: skip
    assert code == 0
    assert not list(model.glob("checkpoints*"))
    assert 0 <= Scorer(model).score_text("right now at once")["pace"] <= 1


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--target", "mood"), "no column 'mood'"),
        (("--target", "pace=ordinal"), "cannot be ordinal"),
        (("--target", "pace=clever"), "no kind 'clever'"),
        (("--columns", "text=words"), "'words'"),
        (("-m", "no/such/model"), "is not a model folder"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_exit_2(call, labelled, base, tmp_path, args, says):
    base_args = () if "-m" in args else ("-m", base)
    code, out, err = call("train", labelled, "-o", tmp_path / "x", *base_args, *args)
    assert (code, out) == (2, "")
    assert says in err.strip().splitlines()[-1]
    assert "Traceback" not in err


def test_evaluation_goes_where_it_is_told(call, labelled, base, tmp_path):
    call("train", labelled, "-o", tmp_path / "m", "-m", base)
    code, _, _ = call("evaluate", labelled, "-m", tmp_path / "m", "-o", tmp_path / "new" / "place")
    assert code == 0
    assert {p.name for p in (tmp_path / "new" / "place").iterdir()} == {
        "evaluation.md", "evaluation.png",
    }  # fmt: skip


def test_a_column_can_be_ignored(call, labelled, base, tmp_path):
    table = pd.read_csv(labelled).assign(stage="open")
    table.to_csv(labelled, index=False)
    code, _, err = call("train", labelled, "-o", tmp_path / "m", "-m", base)
    assert code == 2
    assert "column 'stage'" in err
    code, _, _ = call("train", labelled, "-o", tmp_path / "m", "-m", base, "--ignore", "stage")
    assert code == 0
