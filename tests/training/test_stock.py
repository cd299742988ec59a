"""Stock sentences put into labelled replies: labels follow the codebook, spans their words."""

import json
from pathlib import Path

import pytest

from empathy_score.markers import MARKER_TYPES
from empathy_score.training.stock import PLACES, WHEN, with_sentence, with_stock_sentences

DATA = Path(__file__).parents[2] / "data"
SENTENCES = [json.loads(x) for x in (DATA / "stock_sentences.jsonl").read_text().splitlines()]
ITEMS = [json.loads(x) for x in (DATA / "authored.jsonl").read_text().splitlines()[:300]]

REGRET = {
    "text": "So sorry for that!", "place": "before", "when": "failure",
    "care": 1, "empathy": 1, "apology": 1, "spans": [["regret", "So sorry for that"]],
}  # fmt: skip


@pytest.fixture
def dry():
    return {
        "id": "x",
        "context": [["customer", "IT BROKE AGAIN"]],
        "reply": "Which version is it?",
        "labels": {
            "road": "none", "roads": [0, 0, 0, 0], "empathy": 0, "apology": 0, "apology_parts": [],
            "etc": [-1, 0, 0, 0], "expectations": [0, 1, 0, 0], "stage": "recovery",
            "customer": "anger", "valence": -2,
            "spans": [{"type": "next_step", "start": 0, "end": 5, "text": "Which"}],
        },
    }  # fmt: skip


@pytest.mark.parametrize("before", [True, False])
def test_a_stock_sentence_raises_what_it_says_and_nothing_that_the_reply_does(dry, before):
    labels = with_sentence(dry, REGRET, before=before)["labels"]
    assert labels["road"] == "none"
    assert labels["roads"] == [0, 1, 0, 0]
    assert (labels["empathy"], labels["apology"], labels["apology_parts"]) == (1, 1, ["regret"])
    assert labels["etc"] == [0, 0, 0, 0]
    assert labels["expectations"] == [1, 1, 0, 0]
    assert dry["labels"]["roads"] == [0, 0, 0, 0]  # what was given is untouched


def test_a_stock_sentence_lowers_nothing(dry):
    dry["labels"] |= {
        "roads": [0, 2, 0, 0],
        "empathy": 3,
        "apology": 2,
        "apology_parts": ["repair"],
    }
    labels = with_sentence(dry, REGRET, before=True)["labels"]
    assert labels["roads"][1] == 2
    assert (labels["empathy"], labels["apology"], labels["apology_parts"]) == (3, 2, ["repair"])


@pytest.mark.parametrize("before", [True, False])
def test_spans_stand_at_their_words(before):
    for item in ITEMS[:100]:
        for sentence in SENTENCES[::9]:
            made = with_sentence(item, sentence, before=before)
            for span in made["labels"]["spans"]:
                assert made["reply"][span["start"] : span["end"]] == span["text"]
            found = [span["start"] for span in made["labels"]["spans"]]
            assert found == sorted(found)


def test_about_the_share_is_changed_and_a_seed_repeats_it():
    made = with_stock_sentences(ITEMS, SENTENCES, share=0.2, seed=3)
    changed = sum(a["reply"] != b["reply"] for a, b in zip(ITEMS, made, strict=True))
    assert 0.1 * len(ITEMS) < changed < 0.3 * len(ITEMS)
    assert made == with_stock_sentences(ITEMS, SENTENCES, share=0.2, seed=3)
    assert [item["id"] for item in made] == [item["id"] for item in ITEMS]


def test_regret_only_meets_unhappy_customers(dry):
    glad = {**dry, "labels": {**dry["labels"], "stage": "delivery", "valence": 2}}
    assert with_stock_sentences([glad], [REGRET], share=1) == [glad]
    assert with_stock_sentences([dry], [REGRET], share=1) != [dry]


def test_the_sentences_of_the_repository_are_well_formed():
    types = {kind.name for kind in MARKER_TYPES}
    assert len({s["text"] for s in SENTENCES}) == len(SENTENCES)
    for s in SENTENCES:
        assert s["place"] in PLACES
        assert s["when"] in WHEN
        assert {s["care"], s["empathy"], s["apology"]} <= {0, 1}
        assert all(name in types and quote in s["text"] for name, quote in s["spans"])
        assert s["apology"] == any(name == "regret" for name, _ in s["spans"])
