"""Sentences that fit any complaint are told from those about this one."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.conversation import Marker
from empathy_score.markers.stock import (
    STEPS,
    idle_sentences,
    stock_sentences,
    with_fewer_idle,
    without_stock,
)
from empathy_score.readings import has_words

ASKED = ("My parcel is three days late, and the van never came.",)
OWN = ("Your parcel left Leeds at 9.", "I refunded £40.", "We can't help.", "It's at a.b/c")
STOCK = ("We're so sorry to hear this.", "I understand your frustration!")
SENTENCES = (*OWN, *STOCK, "Thanks.")


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
        "Sorry if I upset you.",
        "As if we care about your feelings.",
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


IDLE = (
    "We know how much your phone matters to you.",
    "@Tom We know how much your phone matters to you.",
    "I'd take this just as seriously for my own grandmother.",
    "Let me look into this for you right away.",
    "It breaks my heart.",
    "I can tell that this has been weighing on you.",
    "I'm sorry, you're an idiot.",  # what it takes away counts
    "Sorry if I upset you.",
)
TOLD = "It left Leeds at 9."


@pytest.mark.parametrize("text", IDLE)
def test_does_nothing_and_takes_up_nothing(text):
    assert idle_sentences(f"{text} {TOLD}", ASKED, ()) == [(0, len(text) + 1)]
    assert with_fewer_idle(f"{text} {TOLD}", ASKED, ()) == [TOLD]
    assert with_fewer_idle(text, ASKED, ()) == []  # nothing else is said


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry that your parcel is late.",
        "How annoying that the vans let you down!",
        "I'm sorry, I have put 5 pounds on your account.",
        "Sorry, write to care@acme.example.",
        "Please take a photo.",
        "So sorry, the depot in Leeds flooded and half our drivers stayed home.",
        "I've just booked it again for you, sorry.",
        "We'll refund you with pleasure.",
        "I have escalated this.",
        "The router restarts by itself.",
        "So sorry!",
        "",
    ],
)
def test_is_about_this_customer(text):
    assert idle_sentences(text, ASKED, ()) == []


def test_where_nothing_was_said_hardly_a_word_of_its_own_makes_a_sentence_not_idle():
    assert idle_sentences("So sorry, we charged you twice.", (), ()) == []
    assert idle_sentences("So sorry for the charge.", (), ()) == [(0, 24)]


def test_what_a_marker_says_it_does_is_not_idle():
    text = "So sorry, money is on its way."
    act = Marker("repair", 10, 29, text[10:29], 0.9)
    warm = Marker("regret", 0, 8, text[:8], 0.9)
    assert idle_sentences(text, ASKED, (warm,)) == [(0, len(text))]
    assert idle_sentences(text, ASKED, (warm, act)) == []


def test_a_thousand_idle_sentences_are_left_out_in_a_few_steps():
    fewer = with_fewer_idle(f"{'It breaks my heart. ' * 1000}{TOLD}", ASKED, ())
    assert [len(fewer), fewer[-1]] == [STEPS + 1, TOLD]


@given(st.lists(st.sampled_from((*IDLE, *STOCK, *OWN)), min_size=1, max_size=STEPS))
def test_with_one_more_idle_sentence_before_it_a_reply_is_read_as_without(sentences):
    text = " ".join(sentences)
    fewer = with_fewer_idle(text, ASKED, ())
    assert with_fewer_idle(f"{IDLE[0]} {text}", ASKED, ()) == [text, *fewer]


def test_a_known_sentence_before_a_reply_changes_nothing_that_is_read(root):
    lines = (root / "data" / "authored.jsonl").read_text(encoding="utf-8").splitlines()
    replies = [reply for line in lines[::9] if has_words(reply := json.loads(line)["reply"])]
    assert sum(stock_sentences(reply) == [(0, len(reply))] for reply in replies) >= 3
    for sentence in STOCK:
        for reply in replies:
            assert without_stock(f"{sentence} {reply}") == without_stock(reply)


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
    "part",
    [
        "a, ",
        "Hi A, ",
        "@a ",
        " ",
        "hear you ",
        "sorry ",
        "a.b",
        "not the ",
        "-",
        "This matters to us. ",
    ],
)
def test_long_texts_take_no_time(part):
    text = part * (200_000 // len(part))
    begun = time.process_time()
    without_stock(text)
    acts = [Marker("repair", at, at + 1, text[at], 0.9) for at in range(0, len(text), 9)]
    idle_sentences(text, ASKED, acts)
    assert time.process_time() - begun < 2
