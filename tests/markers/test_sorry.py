"""The senses of sorry, one by one."""

import pytest
import spacy

from empathy_score.markers.sorry import find_apologies

NLP = spacy.blank("en")


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("I'm so sorry we charged you twice.", "failure"),
        ("Our apologies for the delay!", "failure"),
        ("We apologise for the inconvenience caused.", "failure"),
        ("Sorry, that size is sold out.", "failure"),
        ("I'm so sorry you did not get your refund.", "failure"),
        ("We are sorry we missed that.", "failure"),
        ("Sorry that our line is down.", "failure"),
        ("We apologise, you said the parcel was wet and we ignored it.", "failure"),
        ("That is not acceptable and we apologise.", "failure"),
        ("There is no excuse and I apologise.", "failure"),
        ("I cannot apologise enough.", "failure"),
        ("Sorry to hear about your flight.", "sympathy"),
        ("I am sorry for your loss.", "sympathy"),
        ("I'm sorry you feel that way.", "deflection"),
        ("Sorry if you were offended.", "deflection"),
        ("We apologize if this upset you.", "deflection"),
        ("Sorry, but that's our policy.", "deflection"),
        ("Sorry, could you repeat that?", "talk_repair"),
        ("Sorry? I didn't get that.", "talk_repair"),
        ("sorry i meant the blue one", "talk_repair"),
        ("Sorry, I didn't catch your name.", "talk_repair"),
        ("sorry missed that", "talk_repair"),
        ("Sorry, you said it was blue?", "talk_repair"),
        ('You wrote "sorry, no refunds" on the form.', "quoted"),
        ("“We are sorry” is what the mail said.", "quoted"),
        ("They told you 'I'm sorry, no refunds' and that's wrong.", "quoted"),
        ("I'm sorry, it's the customers' own choice.", "failure"),
        ("> sorry for the wait\nThat was our reply.", "quoted"),
        ("There's no need to apologise at all.", "negated"),
        ("Don't be sorry!", "negated"),
        ("Better safe than sorry.", "other"),
        ("They said they were sorry.", "other"),
        ("It was a sorry excuse.", "other"),
    ],
)
def test_senses(text, sense):
    assert [a.sense for a in find_apologies(NLP(text))] == [sense]


def test_unfortunately_is_no_apology():
    assert list(find_apologies(NLP("Unfortunately we can't do that."))) == []


def test_the_stretch_takes_in_who_is_sorry_and_for_what():
    doc = NLP("Hi Jo, we are truly sorry to hear about this, please write to us.")
    (apology,) = find_apologies(doc)
    assert doc[apology.start : apology.end].text == "we are truly sorry to hear about this"
