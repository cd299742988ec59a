"""Sentences that fit any complaint are told from those about this one."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.conversation import Marker
from empathy_score.markers.stock import idle_sentences, rests, stock_sentences
from empathy_score.readings import has_words

OWN = ("Your parcel left Leeds at 9.", "I refunded £40.", "We can't help.", "It's at a.b/c")
STOCK = ("We're so sorry to hear this.", "I understand your frustration!")
SENTENCES = (*OWN, *STOCK, "Thanks.")


def without_stock(text):
    return rests(text, (), ())[0]


@pytest.mark.parametrize(
    "text",
    [
        "We're so sorry to hear this.",
        "We’re so sorry to hear this!",
        "Hi Ngozi, I completely understand your frustration.",
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
    assert without_stock(f"{text} A van comes at 9.").endswith("A van comes at 9.")
    assert without_stock(text) == text  # nothing else is said
    assert without_stock(f"{text}. ^JB") == f"{text}. ^JB"


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
        "We regret it if we let you down.",
        "I have refunded you.",
        "We apologise for the 40 minutes on hold.",
        "Sorry about Lisbon.",
        "You are not welcome here.",
        "We don't care how you feel.",
        "Your feedback means nothing to us.",
        "I'm sorry, you're wrong.",
        "Refunded, sorry for the trouble.",
        "We're sending someone to your home today, so sorry for the trouble.",
        "Sorry about this, please contact @AcmeHelp.",
        "Please contact our happiness team at hello@acme.example with photos.",
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
    items = [json.loads(line) for line in lines.splitlines()]
    texts = [item["text"] for item in items if item["writer"] != "fifth"]  # told to fool a model
    known = [text for text in texts if stock_sentences(text) == [(0, len(text))]]
    assert len(texts) >= 100
    assert len(known) / len(texts) >= 0.75


ASKED = ("My parcel is three days late, and the van never came.",)


@pytest.mark.parametrize(
    "text",
    [
        "We know how much your phone matters to you.",
        "I take this as seriously as if it had happened to my own grandmother.",
        "Let me look into this for you right away.",
        "It breaks my heart.",
        "I'm sorry, you're an idiot.",  # idle, so what it takes away counts
    ],
)
def test_does_nothing_and_takes_up_nothing(text):
    assert idle_sentences(f"{text} It comes at 9.", ASKED, ()) == [(0, len(text) + 1)]
    assert idle_sentences(text, (), ()) == []  # nothing was said that it could take up
    plain, bare = rests(f"{text} It comes at 9.", ASKED, ())
    assert bare == "It comes at 9."
    assert rests(text, ASKED, ()) == (text, text)  # nothing else is said
    assert plain.endswith(bare)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry that your parcel is late.",
        "How annoying that the vans let you down!",
        "I'm sorry you feel that way.",
        "I'm sorry, I have put 5 pounds on your account.",
        "Sorry, write to care@acme.example.",
        "Please take a photo.",
        "So sorry, the depot in Leeds flooded and half our drivers stayed home.",
        "So sorry!",
        "",
    ],
)
def test_is_about_this_customer(text):
    assert idle_sentences(text, ASKED, ()) == []


def test_what_a_marker_says_it_does_is_not_idle():
    text = "I'm sorry, I have refunded you."
    act = Marker("repair", 11, 30, text[11:30], 0.9)
    warm = Marker("regret", 0, 9, text[:9], 0.9)
    assert idle_sentences(text, ASKED, (warm,)) == [(0, len(text))]
    assert idle_sentences(text, ASKED, (warm, act)) == []


def test_a_known_sentence_before_a_reply_changes_nothing_that_is_read(root):
    lines = (root / "data" / "authored.jsonl").read_text(encoding="utf-8").splitlines()
    replies = [reply for line in lines[::9] if has_words(reply := json.loads(line)["reply"])]
    assert sum(stock_sentences(reply) == [(0, len(reply))] for reply in replies) >= 3
    for sentence in STOCK:
        for reply in replies:
            assert without_stock(f"{sentence} {reply}") == without_stock(reply)
            assert rests(f"{sentence} {reply}", ASKED, ())[1] == rests(reply, ASKED, ())[1]


@given(st.lists(st.sampled_from(SENTENCES), max_size=6), st.sampled_from(["", " ", "\n", " ^JB"]))
def test_what_is_left_has_no_stock(sentences, end):
    text = " ".join(sentences) + end
    spans = stock_sentences(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    rest = without_stock(text)
    assert len(stock_sentences(rest)) <= (not set(sentences) & set(OWN))
    assert all(one in rest for one in sentences if one in OWN)


@pytest.mark.parametrize(
    "part", ["a, ", "Hi A, ", "@a ", " ", "hear you ", "sorry ", "a.b", "not the "]
)
def test_long_texts_take_no_time(part):
    text = part * (200_000 // len(part))
    begun = time.process_time()
    without_stock(text)
    assert time.process_time() - begun < 2
