from empathy_score import Conversation, Turn


def say(*turns):
    return Conversation("c", tuple(Turn(role, text) for role, text in turns))


def test_customer_before_gives_the_window_oldest_first():
    talk = say(
        ("customer", "a"), ("agent", "b"), ("customer", "c"), ("customer", "d"), ("agent", "e"),
        ("agent", "f"),
    )  # fmt: skip
    assert talk.customer_before(5) == ("c", "d")
    assert talk.customer_before(4) == ("a", "c", "d")
    assert talk.customer_before(0) == ()


def test_customer_before_looks_through_system_rows():
    talk = say(("customer", "a"), *[("other", "x")] * 9, ("agent", "b"))
    assert talk.customer_before(10) == ("a",)
