import time

import pytest

from empathy_score.model.normalise import normalise


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@116532 Thanks! ^AB", "Thanks!"),
        ("See https://t.co/a1B2 for steps /NY", "See link for steps"),
        ("Write to help@acme.io or [EMAIL] -Mia", "Write to email address or email address"),
        ("Hi [NAME], order <order #>", "Hi , order number"),
        ("call 1-800-555-0199 now", "call phone number now"),
        ("It’s   well-known\n\n24/7", "It's well-known 24/7"),
        ("ref ABC-123456789", "ref number"),
        ("Use Wi-Fi 5 or 2.4 GHz - ok", "Use Wi-Fi 5 or 2.4 GHz - ok"),
        ("", ""),
    ],
)
def test_worked_values(text, read):
    assert normalise(text) == read


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a-",
        "1 ",
        "@",
        "[",
        "<email",
        "a@",
        " ",
        "(1",
        "http://",
        "^",
        "a\u0300\u0316",
        "\u0316\u0300",
    ],
)
def test_a_megabyte_of_anything_takes_no_time(unit):
    text = unit * (1_000_000 // len(unit))
    begun = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - begun < 5
