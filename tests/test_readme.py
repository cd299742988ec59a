"""What the README says to run, runs."""

import re

import pytest

import empathy_score
from empathy_score.training import labelled_table
from empathy_score.training.sources import read_items


def blocks(root, language):
    text = (root / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


def test_python_recipes(root, monkeypatch, scorer, tmp_path):
    (tmp_path / "data").symlink_to(root / "data")
    monkeypatch.chdir(tmp_path)
    items = read_items(root / "data" / "authored.jsonl")
    tones = [{**item, "labels": {"tone": ("calm", "brisk")[n % 2]}} for n, item in
             enumerate(items[:90])]  # fmt: skip
    namespace = {"labelled": labelled_table(tones[:60]), "held_out": labelled_table(tones[60:])}
    for code in blocks(root, "python"):
        exec(compile(code, "README.md", "exec"), namespace)
    assert namespace["scores"].by("agent_id").shape[0] > 10
    assert {span.label_ for span in namespace["doc"].spans["empathy_markers"]} >= {"regret"}


def test_the_columns_it_lists_are_the_columns_there_are(root, scorer):
    text = (root / "README.md").read_text(encoding="utf-8")
    for dimension in scorer.model.dimensions:
        assert f"`{dimension.name}`" in text, dimension.name
    for name in ("opportunity", "score", "needs_review", "canned"):
        assert f"`{name}`" in text


def test_every_command_is_one_there_is(root):
    said = " ".join(blocks(root, "sh") + blocks(root, "console"))
    commands = set(re.findall(r"empathy-score (\w+)", said))
    assert commands == {"score", "explain", "report", "train", "calibrate", "evaluate"}


def test_its_example_shows_markers_that_are_found(root, scorer):
    (console,) = blocks(root, "console")
    for reply in re.findall(r'explain "(.*?)"', console):
        for marker in scorer.score_text(reply)["markers"]:
            assert re.search(rf"^{marker['type']}\s+{re.escape(marker['text'])}", console, re.M)


@pytest.mark.parametrize(
    "name", ["README.md", "models/default/README.md", "data/README.md", "docs/spark.md"]
)
def test_local_links_lead_somewhere(root, name):
    path = root / name
    for link in re.findall(r"\]\((?!http)(.*?)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link


def test_the_model_card_names_the_model_that_ships(root, scorer):
    card = (root / "models" / "default" / "README.md").read_text(encoding="utf-8")
    assert f"{scorer.model.name}@{scorer.model.digest}" in card


def test_the_changelog_has_this_version(root):
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {empathy_score.__version__}" in changelog
