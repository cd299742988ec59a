"""Which sentences promise, by when, and what became of it."""

import datetime as dt
import time

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
        ("We are sending a new one out today.", "we"),
        ("You should receive a refund in 3-5 days.", "other"),
        ("Expect a call from us before 5pm.", "other"),
        ("Let me check that and get back to you in ten minutes.", "we"),
        ("Please bear with me and I'll get this sorted for you today.", "I"),
        ("We'll get back to you as soon as we have an update.", "we"),
        ("ill send it over now", "I"),
        ("Don't worry, I'll refund you today.", "I"),
        ("Thanks for your call and e-mail, we will refund you today.", "we"),
        ("The contractor will contact you direct.", "other"),
        ("As I said, we will refund you today.", "we"),
        ("well refund both of them today", "we"),
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
        "We will charge a late fee of $20.",
        "We will be closed on Monday.",
        "We will close your account if payment is not received.",
        "I will try to explain.",
        "I'll just ask a few questions first.",
        "I'll stop you there.",
        "I will be with you in a moment.",
        "It will get your settings from the cloud.",
        "Get well soon to that leg.",
        "It may well be that the depot has it.",
        "She was ill last week.",
        "You said we'll ship it today.",
        "I was told you will receive a new one.",
        "You will receive no refund.",
        "No refunds will be paid.",
        "We can't promise that it will be fixed.",
        "Could you DM us your number? We'll look into it.",
        "Hi Jo, please DM us your number. Thanks. We'll look into it.",
        "We will be with you shortly.",
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
        ("in a couple of days", 2 * DAY),
        ("within a few hours", 3 * HOUR),
        ("by noon", 2 * HOUR),
        ("tomorrow before noon", 26 * HOUR),
    ],
)
def test_due_times(words, seconds):
    when, found = due_in(f"We will have it {words}.", MONDAY)
    assert found == pytest.approx(seconds)
    assert when


@pytest.mark.parametrize(
    "words",
    ["soon", "shortly", "as agreed", "for the 3 days you lost", "with 2 months free",
     "within 999999999999999999999 business days", "5" * 5000 + " days"],
)  # fmt: skip
def test_what_says_no_time_has_no_due_time(words):
    _, seconds = due_in(f"It will arrive {words}.", MONDAY)
    assert seconds != seconds


@pytest.mark.parametrize("said_at", [0.0, 95.5, -1e12, 1e14, float("nan"), float("inf")])
def test_what_is_no_date_gives_no_weekday(said_at):
    assert due_in("by Friday", said_at)[1] != due_in("by Friday", said_at)[1]
    assert due_in("within 2 working days", said_at)[1] == 4 * DAY


def test_weekdays_need_to_know_when_it_was_said():
    when, seconds = due_in("by Friday")
    assert when == "by Friday"
    assert seconds != seconds


def test_a_promise_with_its_own_time_waits_for_nobody():
    reply = "Which do you fancy? I'll knock £50 off either way. I'll write again by Friday."
    assert [one.when for one in find_promises(reply)] == ["by Friday"]


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


@pytest.mark.parametrize(
    "words",
    ["No refund, nothing.", "I waited for the blender money all day and nothing.",
     "A week on, and no blender refund has come through to the account that I pay you from."],
)  # fmt: skip
def test_saying_that_there_is_none_is_coming_back(words):
    back = ("c", words, {"timestamp": "2026-03-04T15:00:00Z"})
    assert status(ASK, WORD, back) == ("late", True)


def test_a_call_that_was_promised_is_the_call_that_did_not_come():
    call = ("a", "I'll ring you by noon tomorrow.", {"timestamp": "2026-03-02T10:05:00Z"})
    back = ("c", "Nobody called me, and I took the whole day off work to wait in for the news.",
            {"timestamp": "2026-03-04T15:00:00Z"})  # fmt: skip
    assert status(ASK, call, back) == ("late", True)


@pytest.mark.parametrize(
    "words",
    [
        "No rush with the rest, thanks!",
        "There is no need to hurry.",
        "Thanks again for your help!",
        "Ok, I'm still here.",
        "It hasn't been easy, ok.",
        "yes",
    ],
)
def test_chatting_on_breaks_no_promise(words):
    assert status(ASK, WORD, ("c", words, {"timestamp": "2026-03-04T15:00:00Z"})) == (
        "open", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["We have not processed the refund for your blender yet.",
     "I'm afraid I have to decline the refund for your blender.", "We have a backlog, sorry."],
)  # fmt: skip
def test_a_refusal_keeps_no_promise(words):
    done = ("a", words, {"timestamp": "2026-03-02T15:00:00Z"})
    assert status(ASK, WORD, done) == ("open", False)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Got the refund for the blender, thanks!", "kept"),
        ("the blender money came this morning, ta", "kept"),
        ("I have not received the blender refund.", "late"),
        ("I'm told the blender refund came, is that so?", "open"),
        ("Got your letter about the kettle.", "open"),
        ("I got charged for the blender again!", "open"),
        ("Got the e-mail about the blender refund.", "open"),
    ],
)
def test_the_customer_knows_whether_it_came(words, expected):
    back = ("c", words, {"timestamp": "2026-03-04T15:00:00Z"})
    assert status(ASK, WORD, back)[0] == expected


def test_what_came_in_the_end_was_late_if_it_was_missed():
    back = ("c", "Still no refund for the blender!", {"timestamp": "2026-03-04T15:00:00Z"})
    came = ("c", "Got the blender refund now!", {"timestamp": "2026-03-05T15:00:00Z"})
    assert status(ASK, WORD, back, came) == ("late", True)


@pytest.mark.parametrize("part", [" ", "we ", "i will ", "please ", "hi ", "(a "])
def test_long_replies_take_no_time(part):
    begun = time.process_time()
    find_promises("a" + part * (200_000 // len(part)))
    assert time.process_time() - begun < 3


def test_without_a_due_time_nothing_is_late():
    turns = [(role, text, {}) for role, text, _ in (ASK, WORD)]
    assert status(*turns, ("c", "Still no refund for the blender!", {})) == ("open", True)


def test_nothing_more_is_known():
    thanks = ("c", "thanks", {"timestamp": "2026-03-02T10:06:00Z"})
    assert status(ASK, WORD, thanks) == ("open", False)


def test_without_times_a_promise_can_still_be_kept():
    turns = [(role, text, {}) for role, text, _ in (ASK, WORD)]
    assert status(*turns, ("a", "I've refunded the blender now.", {})) == ("kept", False)


@pytest.mark.parametrize(
    ("later", "status"),
    [
        ("I have refunded the £40.", "kept"),
        ("Hi again! The refund has been issued this morning.", "kept"),
        ("Once we have processed the refund you'll get an e-mail.", "open"),
        ("Your refund was sent to the wrong account, so it bounced.", "open"),
        ("I have checked and the refund has been refused by the bank.", "open"),
        ("Has the refund been sent? I have checked: it has not.", "open"),
        ("I have spoken to the bank. They will tell you about the refund.", "open"),
    ],
)
def test_what_is_done_is_said_of_what_was_promised(later, status):
    said = ("Where is my money?", "I'll refund the £40.", "ok", later)
    rows = [
        {"conversation_id": "c", "role": ("customer", "agent")[place % 2], "text": text}
        for place, text in enumerate(said)
    ]
    assert promises(written(rows))["status"].iloc[0] == status
