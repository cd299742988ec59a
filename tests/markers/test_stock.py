"""Sentences that fit any complaint are told from those about this one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.markers.stock import stock_sentences, without_stock


@pytest.mark.parametrize(
    "text",
    [
        "We're so sorry to hear this.",
        "We’re so sorry to hear this!",
        "Hi Sarah, I completely understand your frustration.",
        "Your satisfaction is our top priority",
        "We apologise for any inconvenience caused, Tom.",
        "@sam_42 Thank you for your patience and understanding!",
        "I totally get where you're coming from.",
        "Oh no, this is not the experience we want for you!",
        "Please don't hesitate to reach out, we're always here to help.",
    ],
)
def test_fits_any_complaint(text):
    assert stock_sentences(text) == [(0, len(text))]
    assert without_stock(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry that your parcel was lost.",
        "Three nights without heating must be miserable.",
        "I'm sorry, I do not understand.",
        "We're sorry, but we cannot help you with this.",
        "I'm sorry but there is nothing we can do.",
        "We're sorry, this is not something we do.",
        "I'm sorry you feel that way.",
        "Sorry if that upset you in any way.",
        "I have refunded you.",
        "We apologise for the 40 minutes on hold.",
        "Sorry about Lisbon.",
        "I'm sorry.",  # two words: an interjection
        "Thanks!",
        "",
    ],
)
def test_is_of_its_own(text):
    assert stock_sentences(text) == []
    assert without_stock(text) == text


def test_the_rest_stays_as_it_was():
    rest = "Your parcel left Leeds\nat 9. I'll ring you. "
    assert without_stock(f"We are so sorry to hear that! {rest}We value your custom.") == rest


def test_most_stock_sentences_that_others_wrote_are_known(root):
    lines = (root / "data" / "stock_sentences_later.jsonl").read_text(encoding="utf-8")
    texts = [json.loads(line)["text"] for line in lines.splitlines()]
    known = [text for text in texts if without_stock(text) == ""]
    assert len(texts) >= 100
    assert len(known) / len(texts) >= 0.8


@given(st.text(alphabet=st.sampled_from("so sorry to hear .!?\n@Z9'’"), max_size=60))
def test_what_is_left_and_what_is_cut_are_the_whole(text):
    spans = stock_sentences(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert len(without_stock(text)) + sum(b - a for a, b in spans) == len(text)
    assert stock_sentences(without_stock(text)) == [] or spans
