from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_score import MARKER_TYPES, EmpathyScoreError, MarkerType
from empathy_score.markers import MarkerMatcher, matcher

MATCHER = MarkerMatcher()


def kinds(text):
    return {m.type for m in MATCHER.find(text)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("That must be so frustrating.", "acknowledge"),
        ("I understand how important this trip is to you.", "understand"),
        ("I would feel the same in your shoes.", "perspective"),
        ("Don't worry, you're in good hands.", "reassure"),
        ("I'll personally look into this for you.", "own"),
        ("Thank you for letting us know.", "appreciate"),
        ("Have a great weekend!", "wish"),
        ("I'm so sorry.", "regret"),
        ("We're sorry for the delay, which was due to a storm.", "explain"),
        ("This was our mistake.", "responsible"),
        ("We'll make sure this doesn't happen again.", "repent"),
        ("Your replacement was sent out today.", "repair"),
        ("Please forgive us.", "forgive"),
        ("Sorry you feel that way.", "deflect"),
        ("What could we have done better?", "ask_feedback"),
        ("I've passed your feedback on to the team.", "pass_on"),
        ("This is fixed in version 4.2.", "change"),
        ("Please restart the router and try again.", "instruct"),
        ("Your order was shipped on Monday.", "inform"),
        ("Would you like a refund or a replacement?", "option"),
        ("You'll have it within 3 days.", "timeframe"),
        ("Please send us a DM with your number.", "next_step"),
        ("As a gesture of goodwill I added a voucher.", "goodwill"),
        ("We cannot refund this order.", "refuse"),
        ("As per our policy, tickets are final.", "policy"),
        ("You should have read the terms.", "blame"),
        ("Please call our support line at 555-0100.", "redirect"),
        ("As I already said, there is nothing I can do.", "brush_off"),
    ],
)
def test_each_type(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You should have called us sooner.", "blame"),
        ("You must have clicked pay twice.", "blame"),
        ("That is not our fault.", "deflect"),
        ("We are not sorry.", "deflect"),
    ],
)
def test_blame_and_denial_take_no_responsibility(text, kind):
    assert kind in kinds(text)
    assert "responsible" not in kinds(text)


def test_patterns_are_a_tuple():
    with pytest.raises(EmpathyScoreError, match="must be a tuple"):
        MarkerType("x", "control", "", "good morning")


def test_every_type_is_tested():
    tested = {mark.args[1][i][1] for mark in test_each_type.pytestmark for i in range(28)}
    assert tested == {kind.name for kind in MARKER_TYPES}


def test_a_type_and_a_pattern_from_outside():
    greet = MarkerType("greet", "control", "Says hello.", ("good morning|evening",))
    more = tuple(k.with_patterns("oh my") if k.name == "acknowledge" else k for k in MARKER_TYPES)
    matcher = MarkerMatcher((*more, greet), precision={"acknowledge": 0.5})
    markers = matcher.find("Good morning! Oh my.")
    assert [(m.type, m.text, m.score) for m in markers] == [
        ("greet", "Good morning", 1.0),
        ("acknowledge", "Oh my", 0.5),
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(list("sorry we'll you’re DM.!?\n\t…“\"👍🏽é\u202e\u200b 1/")),
        max_size=120,
    )
)
def test_spans_lie_in_the_untouched_text(text):
    for marker in MATCHER.find(text):
        assert text[marker.start : marker.end] == marker.text
        assert marker.text
        assert marker.text == marker.text.strip() or "\u200b" in text


def test_markers_of_one_type_never_overlap():
    text = "Thank you so much, thanks again, thank you for your patience! " * 5
    spans = [(m.start, m.end) for m in MATCHER.find(text) if m.type == "appreciate"]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_words_of_a_long_run_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(matcher, "STRINGS_KEPT", 0)
    one = MarkerMatcher()
    texts = ["I'm so sorry, zzyzx.", "Please restart the router."]
    assert one.find_all(texts) == [MATCHER.find(text) for text in texts]
    known = len(one._tools[0].vocab.strings)
    for number in range(30):
        one.find_all([f"word{number}a word{number}b word{number}c", *texts])
    assert len(one._tools[0].vocab.strings) < known + 30
