import numpy as np

from empathy_score import Marker
from empathy_score.model.tagger import TaggedSpan, Tagger
from empathy_score.model.tagging import TagJoin, join_markers

TEXT = "so sorry. really so sorry, bye"
OFFSETS = [(0, 2), (3, 7), (7, 8), (8, 9), (10, 16), (17, 19), (20, 25), (25, 26), (27, 30)]


def tagger():
    return Tagger(
        ("regret", "own"), np.eye(2, dtype="f4"), np.zeros(2, "f4"), np.full(2, 0.5, "f4")
    )


def margins(regret):
    column = np.where(regret, 3.0, -3.0).astype(np.float32)
    return np.column_stack([column, np.full(len(regret), -3.0, dtype=np.float32)])


def test_words_are_whole_and_sentences_end_a_span():
    found = tagger().spans(margins([1, 1, 0, 0, 0, 1, 1, 0, 0]), OFFSETS, TEXT)
    assert [TEXT[s.start : s.end] for s in found] == ["so sorry", "so sorry"]
    every = tagger().spans(margins([1] * 9), OFFSETS, TEXT)
    assert [TEXT[s.start : s.end] for s in every] == ["so sorry", "really so sorry, bye"]
    assert tagger().spans(margins([]), [], "") == ()


def test_a_gap_of_a_word_is_closed_and_a_weak_edge_taken_in():
    chances = np.full((9, 2), -3.0, dtype=np.float32)
    chances[[4, 6], 0] = 3.0  # "really", "sorry"
    assert [TEXT[s.start : s.end] for s in tagger().spans(chances, OFFSETS, TEXT)] == [
        "really so sorry"
    ]
    weak = np.full((9, 2), -3.0, dtype=np.float32)
    weak[[0, 1], 0] = -0.8, 3.0  # .31 is over half of the threshold
    assert [TEXT[s.start : s.end] for s in tagger().spans(weak, OFFSETS, TEXT)] == ["so sorry"]
    weak[1, 0] = -0.8
    assert tagger().spans(weak, OFFSETS, TEXT) == ()


def test_a_lone_little_word_is_no_span():
    chances = np.full((9, 2), -3.0, dtype=np.float32)
    chances[5, 0] = 3.0
    assert tagger().spans(chances, OFFSETS, TEXT) == ()


def test_types_are_joined_as_measured():
    text = "@84 so sorry, we will fix it"
    matched = (Marker("regret", 7, 12, "sorry", 0.9), Marker("own", 14, 21, "we will", 0.5))
    tagged = (TaggedSpan("regret", 0, 8, 0.8), TaggedSpan("own", 10, 24, 0.8))

    def joined(regret, own):
        joins = {"regret": TagJoin(regret, 0.9, 0.7), "own": TagJoin(own, 0.5, 0.6)}
        return [(m.type, m.text, m.score) for m in join_markers(text, matched, tagged, joins)]

    assert joined("patterns", "patterns") == [("regret", "sorry", 0.9), ("own", "we will", 0.5)]
    assert joined("both", "tagger") == [
        ("regret", "so sorry", 0.9), ("own", "we will fix it", 0.6),
    ]  # fmt: skip
    for marker in join_markers(text, matched, tagged, {"own": TagJoin("tagger", 0.5, 0.6)}):
        assert text[marker.start : marker.end] == marker.text
