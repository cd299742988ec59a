"""What customers say when they leave, thank or speak of their years; and what only looks so."""

import pytest

from empathy_score.insight.wording import says_thanks, says_they_are_loyal, says_they_leave


@pytest.mark.parametrize(
    "text",
    [
        "That does it, I'm cancelling my account.",
        "I’ll cancel everything tomorrow",
        "We're switching to another provider",
        "never flying with you again!!",
        "I'm leaving. Goodbye.",
        "I'm gonna go with Amazon from now on",
        "I've already ordered from another company",
        "I want out of my contract",
        "You just lost a loyal customer",
        "taking my business elsewhere",
        "Please close my account.",
        "so I opened an account there this morning. Please close mine",
        "I won't be coming back",
        "Uninstalled.",
    ],
)
def test_leaving(text):
    assert says_they_leave(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm out of town till Monday, can you deliver Tuesday?",
        "Brilliant, I'll leave a five star review!",
        "I don't want to cancel my subscription, just pause it",
        "We are moving to Leeds, can we keep our plan?",
        "It won't come on when I press power",
        "The app won't use my location",
        "My last purchase was great",
        "I'll cancel the old card then",
        "How do I delete the account I made by mistake?",
        "I never got that email again",
        "Please cancel my order 4411",
        "can I cancel the second one?",
        "leaving at 6 tomorrow, is the train on time?",
        "",
    ],
)
def test_not_leaving(text):
    assert not says_they_leave(text)


@pytest.mark.parametrize("text", ["Thanks!", "thank you so much", "You're a star", "Cheers mate"])
def test_thanks(text):
    assert says_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["Thanks for nothing", "No thank you", "No, thanks.", "I would appreciate it if you called"],
)
def test_no_thanks(text):
    assert not says_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["I've been a customer since 2009", "6 years I've been with you", "a loyal customer",
     "been with you for over ten years"],
)  # fmt: skip
def test_loyal(text):
    assert says_they_are_loyal(text)


@pytest.mark.parametrize(
    "text",
    ["My 3 year old loves it", "5 years warranty", "I've been waiting for a long time"],
)
def test_not_loyal(text):
    assert not says_they_are_loyal(text)
