import pytest

from empathy_score import MARKER_TYPES, MarkerType
from empathy_score.errors import EmpathyScoreError
from empathy_score.markers import MarkerMatcher
from empathy_score.markers.patterns import compile_pattern


def found(pattern, text):
    matcher = MarkerMatcher([MarkerType("x", "mine", "", (pattern,))])
    return [m.text for m in matcher.find(text)]


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        ("thank you", "Thank you! thank  me", ["Thank you"]),
        ("will not", "We won't and will not", ["won't", "will not"]),
        ("sorry|sad", "So SAD and sorry", ["SAD", "sorry"]),
        ("apolog*", "apologies, we apologise", ["apologies", "apologise"]),
        ("so very? sorry", "so sorry, so very sorry", ["so sorry", "so very sorry"]),
        ("send ~2 form", "send us the form. send it. A form", ["send us the form"]),
        ("no !way", "no way, no chance", ["no chance"]),
        ("please ...", "Well please do it now. Bye", ["please do it now"]),
        (" ^please ... ", "Well please do it. please wait", ["please wait"]),
    ],
)
def test_the_language(pattern, text, spans):
    assert found(pattern, text) == spans


@pytest.mark.parametrize("line", ["", "  ", "...", "very?", "~3", "@nosuch set", "a ?"])
def test_patterns_that_cannot_be_read(line):
    with pytest.raises(EmpathyScoreError):
        compile_pattern(line)


def test_every_pattern_compiles_and_no_line_stands_twice():
    for kind in MARKER_TYPES:
        for line in kind.patterns:
            compile_pattern(line)
        assert len(set(kind.patterns)) == len(kind.patterns), kind.name
