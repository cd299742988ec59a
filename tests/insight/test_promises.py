"""Which sentences promise, by when, and what became of it."""

import datetime as dt

import pytest
from by_hand import talk, written

from empathy_score.insight import find_promises, promises
from empathy_score.insight.due import due_in

MONDAY = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("reply", "who"),
    [
        ("I'll send you a new one today.", "I"),
        ("We will refund the second charge within 3-5 working days.", "we"),
        ("I’m going to chase the depot and ring you tomorrow.", "I"),
        ("You will receive an e-mail by Friday.", "other"),
        ("Our engineer will call you this afternoon.", "other"),
        ("Your refund will be processed within 24 hours.", "other"),
        ("They'll collect the old one on Monday.", "other"),
        ("Checking with the driver, will call you tomorrow.", "we"),
        ("We promise to fix this.", "we"),
    ],
)
def test_promises(reply, who):
    (found,) = find_promises(reply)
    assert found.who == who
    assert reply[found.start : found.end] == found.text == reply


@pytest.mark.parametrize(
    "reply",
    [
        "If you send us a DM, we'll take a look.",
        "Please DM your order number and we'll check it.",
        "Send us the serial number so we can look.",
        "We won't be able to refund this.",
        "I'll be honest, it does not look good.",
        "I'll need your postcode.",
        "We will not cover the damage.",
        "Will you send me the code?",
        "It will be my pleasure to assist you!",
        "We'd love to help you.",
        "I will be happy to help.",
        "You'll need to restart the router.",
        "We refunded it yesterday.",
        "",
    ],
)
def test_no_promises(reply):
    assert find_promises(reply) == []


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("within 24 hours", DAY),
        ("in the next two hours", 2 * HOUR),
        ("in 3-5 days", 5 * DAY),
        ("within 5 working days", 7 * DAY),
        ("in 10 minutes", 600),
        ("today", 14 * HOUR),
        ("by the end of the day", 14 * HOUR),
        ("tomorrow", 38 * HOUR),
        ("by Friday", 4 * DAY + 14 * HOUR),
        ("next Monday", 7 * DAY + 14 * HOUR),
        ("by 5pm", 7 * HOUR),
        ("tomorrow at 9am", 23 * HOUR),
        ("at 2", 4 * HOUR),
        ("in a week", 7 * DAY),
    ],
)
def test_due_times(words, seconds):
    when, found = due_in(f"We will have it {words}.", MONDAY)
    assert found == pytest.approx(seconds)
    assert when


@pytest.mark.parametrize("words", ["soon", "shortly", "as agreed"])
def test_a_vague_time_is_no_due_time(words):
    assert due_in(f"It will arrive {words}.", MONDAY)[1] != due_in("", MONDAY)[0]
    assert due_in(f"It will arrive {words}.", MONDAY)[1] != due_in(words, MONDAY)[1]  # NaN


def test_weekdays_need_to_know_when_it_was_said():
    when, seconds = due_in("by Friday")
    assert when == "by Friday"
    assert seconds != seconds


def status(*turns):
    (one,) = promises(written(talk("x", *turns))).itertuples()
    return one.status, one.over_promised


ASK = ("c", "Where is my blender refund?", {"valence": -1.0, "timestamp": "2026-03-02T10:00:00Z"})
WORD = ("a", "I'll refund the blender within 24 hours.", {"timestamp": "2026-03-02T10:05:00Z"})


def test_kept_in_time():
    done = ("a", "I've refunded the blender.", {"timestamp": "2026-03-02T15:00:00Z"})
    assert status(ASK, WORD, done) == ("kept", False)


def test_done_but_late():
    done = ("a", "I've refunded the blender.", {"timestamp": "2026-03-05T15:00:00Z"})
    assert status(ASK, WORD, done) == ("late", False)


def test_the_customer_comes_back_about_it():
    back = ("c", "Still no refund for the blender!", {"timestamp": "2026-03-04T15:00:00Z"})
    assert status(ASK, WORD, back) == ("late", True)


def test_coming_back_too_early_is_no_broken_promise():
    back = ("c", "Still no refund for the blender!", {"timestamp": "2026-03-02T12:00:00Z"})
    assert status(ASK, WORD, back) == ("open", True)


def test_nothing_more_is_known():
    thanks = ("c", "thanks", {"timestamp": "2026-03-02T10:06:00Z"})
    assert status(ASK, WORD, thanks) == ("open", False)


def test_without_times_a_promise_can_still_be_kept():
    turns = [(role, text, {}) for role, text, _ in (ASK, WORD)]
    assert status(*turns, ("a", "I've refunded the blender now.", {})) == ("kept", False)
