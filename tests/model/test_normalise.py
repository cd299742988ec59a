import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.model.normalise import normalise, normalise_aligned


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


@given(st.text(max_size=80) | st.from_regex(r"(@\w+|https?://\S+|[\w ']+|[^\x00-\x7f]|\^AB)*"))
def test_each_character_is_traced_to_the_untouched_text(text):
    plain, origins = normalise_aligned(text)
    assert plain == normalise(text)
    assert origins.shape == (len(plain), 2)
    assert ((origins >= 0) & (origins <= len(text))).all()
    assert (origins[:, 0] < origins[:, 1]).all()
    assert (np.diff(origins[:, 0]) >= 0).all()


def test_a_traced_word_is_the_same_word():
    text = "@84 Sorry!  See https://t.co/a1 … it’s “fixed” ^AB"
    plain, origins = normalise_aligned(text)
    at = plain.index("fixed")
    assert text[origins[at, 0] : origins[at + 4, 1]] == "fixed"
