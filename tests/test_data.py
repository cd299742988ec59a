"""The written data keep to the codebook, and nothing measured is in them."""

import ast
import csv
import hashlib
import json
import re
from collections import Counter

import pytest

from empathy_score import DIMENSIONS, MARKER_TYPES
from empathy_score.training import labelled_table
from empathy_score.training.labels import level_index


def read(root, name):
    lines = (root / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def authored(root):
    return read(root, "authored")


@pytest.fixture(scope="module")
def written(root, authored):
    """All replies written for the project: those that train, and those made after it."""
    return [*authored, *read(root, "authored_later")]


def test_ids_are_unique_and_spans_are_where_they_say(written):
    assert len({item["id"] for item in written}) == len(written) >= 600
    types = {kind.name for kind in MARKER_TYPES}
    for item in written:
        for span in item["labels"]["spans"]:
            assert item["reply"][span["start"] : span["end"]] == span["text"], item["id"]
            assert span["type"] in types


def test_the_cards_count_them(root, written, authored):
    card = (root / "data" / "README.md").read_text(encoding="utf-8")
    assert f"{len(written) - len(authored):,} more" in card
    for card in ("data/README.md", "models/default/README.md"):
        assert f"{len(authored):,} replies" in (root / card).read_text(encoding="utf-8")


def test_every_label_is_a_level(written):
    table = labelled_table(written)
    for dimension in DIMENSIONS:
        assert (level_index(table[dimension.name], dimension) >= 0).any()


def test_no_reply_stands_twice(written):
    counts = Counter(item["reply"] for item in written)
    repeated = [reply for reply, count in counts.items() if count > 1 and len(reply) > 40]
    assert repeated == []


def words_of(text):
    return frozenset(re.findall(r"[a-z0-9']+", text.lower()))


def test_no_stock_sentence_that_measures_trains(root):
    train, later = (
        [words_of(item["text"]) for item in read(root, name)]
        for name in ("stock_sentences", "stock_sentences_later")
    )
    script = (root / "scripts" / "measure_default.py").read_text(encoding="utf-8")
    (tried,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "STOCK"
    )
    assert len(tried) > 3
    for own in [*later, *(words_of(text) for text in tried)]:
        assert max(len(own & other) / len(own | other) for other in train) <= 0.8


def test_the_development_set_is_in_no_file(root, written):
    shared = root.parent / "shared" / "data" / "dev.jsonl"
    if not shared.exists():
        pytest.skip("the development set is not on this machine")
    lines = shared.read_text(encoding="utf-8").splitlines()
    dev = {json.loads(line)["sha1"] for line in lines}
    ours = {hashlib.sha1(item["reply"].encode()).hexdigest()[:12] for item in written}
    for name in ("public_labels", "second_labels"):
        text = (root / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
        ours |= {json.loads(line)["sha1"] for line in text.splitlines()}
    assert not dev & ours


def test_the_sample_has_what_it_should(sample):
    with sample.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["conversation_id"] for row in rows}) >= 40
    assert len({row["company"] for row in rows}) >= 8
    assert {row["channel"] for row in rows} >= {"chat", "email", "twitter", "phone"}
    assert {row["role"] for row in rows} >= {"agent", "customer", "system"}


@pytest.mark.parametrize("name", ["public_labels", "second_labels"])
def test_stand_off_labels_hold_no_text(root, name):
    for line in (root / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        assert set(entry) == {"id", "sha1", "labels"}
        assert all(set(span) == {"type", "start", "end"} for span in entry["labels"]["spans"])
