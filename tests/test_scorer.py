"""What a score must not depend on, and what it must."""

import numpy as np
import pandas as pd
import pytest

import empathy_score
from empathy_score import MARKER_TYPES, Conversation, MarkerType, Scorer, Turn, read_transcripts


def scored(scorer, table):
    return scorer.score(read_transcripts(table)).turns()


@pytest.fixture(scope="module")
def turns(sample):
    return pd.read_csv(sample, dtype=str, keep_default_na=False).replace("", None)


@pytest.fixture(scope="module")
def whole(scorer, turns):
    return scored(scorer, turns)


def values(frame, scorer):
    names = [name for d in scorer.model.dimensions for name in d.columns]
    return frame[[*names, "markers"]]


def test_scores_do_not_depend_on_the_order_of_the_rows(scorer, turns, whole):
    order = np.random.default_rng(5).permutation(len(turns))
    shuffled = scored(scorer, turns.iloc[order]).sort_values(["conversation_id", "turn"])
    expected = whole.sort_values(["conversation_id", "turn"])
    pd.testing.assert_frame_equal(
        values(shuffled, scorer).reset_index(drop=True),
        values(expected, scorer).reset_index(drop=True),
        check_exact=True,
    )


@pytest.mark.parametrize("size", [7])
def test_scores_do_not_depend_on_the_batch_size(scorer, turns, whole, size):
    small = Scorer(scorer.model, batch_size=size)
    pd.testing.assert_frame_equal(
        values(scored(small, turns), scorer), values(whole, scorer), check_exact=True
    )


def test_scores_do_not_depend_on_company(scorer, turns, whole):
    """A conversation scored by itself gets the scores that it gets among others."""
    for name in turns["conversation_id"].unique()[:6]:
        alone = scored(scorer, turns[turns["conversation_id"] == name])
        among = whole[whole["conversation_id"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            values(alone, scorer), values(among, scorer), check_exact=True
        )


def test_the_types_of_columns_are_known_before_scoring(scorer, sample_scores):
    types = scorer.column_types
    assert list(types) == list(sample_scores.columns)
    for name, column in sample_scores.columns.items():
        assert {type(v) for v in column.tolist() if v is not None} == {types[name]}, name


def test_ranges_of_the_contract(scorer, whole):
    replies = whole[whole["role"] == "agent"]
    for d in scorer.model.dimensions:
        rows = whole[whole["role"] == d.role]
        if d.kind == "nominal":
            assert set(rows[d.name].dropna()) <= set(d.levels)
        else:
            assert rows[d.name].dropna().between(d.levels[0], d.levels[-1]).all()
        assert whole.loc[whole["role"] != d.role, d.name].isna().all()
    chances = replies[[f"p_{road}" for road in ("learn", "care", "teach", "go_away", "none")]]
    assert chances.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(replies)), abs=1e-5)
    assert (chances.idxmax(axis=1).str.removeprefix("p_") == replies["road"]).all()


def test_markers_point_into_the_untouched_text(whole):
    for text, markers in zip(whole["text"], whole["markers"], strict=True):
        for marker in markers or []:
            assert text[marker["start"] : marker["end"]] == marker["text"]
            assert set(marker) == {"type", "start", "end", "text", "score"}
            assert 0 <= marker["score"] <= 1


@pytest.mark.parametrize(
    ("warm", "cold", "column"),
    [
        ("I'm so sorry, losing your luggage on your honeymoon is awful. I'll chase it myself.",
         "File a claim on the website.", "care"),
        ("I'm so sorry, losing your luggage on your honeymoon is awful. I'll chase it myself.",
         "We are sorry for any inconvenience.", "empathy"),
        ("We made a mistake and charged you twice. I'm sorry, I refunded it just now.",
         "Please check your statement.", "apology"),
        ("Sorry you feel that way.", "So sorry about the delay, it was our fault.", "deflecting"),
        ("Open Settings, tap Network and turn Wi-Fi off and on again.", "Thanks!", "teach"),
        ("No. That's our policy, nothing I can do.", "Happy to look into it for you!", "go_away"),
        ("You were right, this was a bug. I filed it and it will be fixed in 4.2.",
         "One moment please.", "learn"),
        ("I've sorted it and refunded you, and I'll ring you tomorrow at 10.",
         "Calm down. It's your own fault, you should have read the terms.", "trust"),
    ],
)  # fmt: skip
def test_ordering(scorer, warm, cold, column):
    before = "This is ridiculous, I've been waiting for two weeks and nobody helps!"
    high, low = (scorer.score_text(reply, before)[column] for reply in (warm, cold))
    assert high > low


def test_the_customers_turn_reaches_the_reply(scorer):
    reply = "Your parcel will arrive on Monday."
    calm = scorer.score_text(reply, "When will it arrive? Thank you!")
    angry = scorer.score_text(reply, "WHERE IS IT?! I am furious, this ruined my wedding!!")
    assert calm != angry
    assert angry["emotion"] < calm["emotion"]


def test_feeling_and_valence_of_customers(scorer):
    talk = Conversation(
        "c",
        (
            Turn("customer", "I am furious!! Worst service ever, you useless people."),
            Turn("customer", "Thank you so much, you have been wonderful!"),
        ),
    )
    turns = scorer.score([talk]).turns()
    assert turns["feeling"].tolist() == ["anger", "gratitude"]
    assert turns["valence"].iloc[0] < -0.5 < 0.5 < turns["valence"].iloc[1]


@pytest.mark.parametrize("text", ["👍👍 😀", "...", "—", "\u200b"])
def test_a_turn_without_a_word_is_nan_and_reported(scorer, text):
    scores = scorer.score([Conversation("c", (Turn("agent", text), Turn("customer", text)))])
    turns = scores.turns()
    assert turns["road"].isna().all()
    assert turns["valence"].isna().all()
    assert turns["markers"].isna().all()
    assert [(n.rows) for n in scores.notes] == [2]


@pytest.mark.parametrize(
    "text", ["�����" * 3 + "caf� �", "a\x00b sorry", "ٱلسَّلَامُ عَلَيْكُمْ", "x" * 3000, "1"]
)
def test_strange_texts_are_scored(scorer, text):
    turns = scorer.score([Conversation("c", (Turn("agent", text),))]).turns()
    assert turns["care"].between(0, 2).all()


def test_a_text_of_twenty_windows(scorer):
    text = "We are so sorry, please restart the router and call us. " * 360
    assert len(scorer.model.encoder.tokens(text)) > 20 * 200
    turns = scorer.score([Conversation("c", (Turn("agent", text),))]).turns()
    assert turns["care"].between(0, 2).all()
    last = turns["markers"].iloc[0][-1]
    assert text[last["start"] : last["end"]] == last["text"]
    assert last["end"] > len(text) - 100


def test_empty_input(scorer):
    scores = scorer.score([])
    assert len(scores.turns()) == 0
    assert len(scores.conversations()) == 0
    assert "road" in scores.turns().columns


def test_markers_from_outside_reach_the_turns(scorer):
    greet = MarkerType("greet", "control", "Says hello.", ("good morning",))
    own = Scorer(scorer.model, markers=(*MARKER_TYPES, greet))
    assert [m["type"] for m in own.score_text("Good morning!")["markers"]] == ["greet"]


def test_scores_do_not_depend_on_what_is_marked(scorer):
    loud = MarkerType("loud", "control", "Any sorry.", ("sorry ...", "please ..."))
    reply = "Sorry, we cannot refund this, please contact your bank about it."
    for markers in ((loud,), (*MARKER_TYPES, loud), ()):
        own = Scorer(scorer.model, markers=markers).score_text(reply)
        assert {**own, "markers": None} == {**scorer.score_text(reply), "markers": None}


def test_a_lone_surrogate_is_no_obstacle(scorer):
    assert scorer.score_text("caf\udce9, sorry!")["care"] >= 0


def test_score_takes_a_table_and_names_its_signature(sample):
    scores = empathy_score.score(sample)
    assert scores.signature.startswith(f"empathy-score:{empathy_score.__version__}|model:default@")
    assert (scores.turns()["signature"] == scores.signature).all()
    assert len(scores) == len(pd.read_csv(sample))


def test_a_batch_size_below_one_is_refused(scorer):
    with pytest.raises(ValueError, match="batch_size"):
        Scorer(scorer.model, batch_size=0)


def test_a_scorer_takes_tables_too(scorer, sample, turns):
    from_path = scorer.score(sample).turns()
    pd.testing.assert_frame_equal(
        values(scorer.score(turns).turns(), scorer), values(from_path, scorer), check_exact=True
    )
    renamed = turns.rename(columns={"role": "who"}).to_dict("records")
    assert len(scorer.score(renamed, columns={"role": "who"})) == len(turns)


def test_no_text_is_no_score(scorer):
    for nothing in (None, float("nan"), "", 5.0):
        assert set(scorer.score_text(nothing)) >= {"road", "markers"}
    assert scorer.score_text(None)["road"] is None


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Lo siento muchísimo, fue culpa nuestra. Hoy mismo le envío otro.", True),
        ("Es tut uns sehr leid, das war unser Fehler.", True),
        ("Désolé, nous vous remboursons dans la semaine.", True),
        ("Извините, пожалуйста, мы всё исправим", True),
        ("We are so sorry, that was our mistake.", False),
        ("Try Inbox > Properties > Repair folder.", False),
        ("um WX zero zero eight eight one two", False),
        ("Settings > Network > reset adapter", False),
        ("Thanks!", False),
    ],
)
def test_what_hardly_looks_english_is_noted(scorer, text, foreign):
    scores = scorer.score([Conversation("c", (Turn("agent", text),))])
    assert any("English" in note.what for note in scores.notes) is foreign


def conversation(*turns):
    roles = {"c": "customer", "a": "agent"}
    return [{"conversation_id": 1, "role": roles[turn[0]], "text": turn[2:]} for turn in turns]


def test_opportunity_is_read_from_the_turns_that_a_reply_answers(scorer):
    table = conversation(
        "c Third time my parcel is lost, I am so furious with you!!", "c Hello??",
        "a What is your order number?", "c 4711", "a Thank you, one moment please.",
        "c Where do I find my invoice?", "a Under Orders, then Invoices.",
    )  # fmt: skip
    turns = scored(scorer, table)
    agents = turns.loc[turns["role"] == "agent", "opportunity"].tolist()
    assert agents[0] == "missed"
    assert agents[2] == "not_needed"
    alone = scored(scorer, conversation("a We are so sorry, that was our mistake."))
    assert alone["opportunity"].tolist() == ["not_needed"]


def test_a_score_needs_something_to_judge(scorer):
    turns = scored(
        scorer, conversation("c Hello, my phone is dead", "a Hi", "a Have you tried it?")
    )
    assert turns["score"].isna().tolist() == [True, True, False]


def test_a_stock_phrase_does_not_raise_the_mean(scorer, turns):
    warm = "We are so sorry to hear that and truly understand your frustration. "
    agents = turns["role"] == "agent"
    warmed = turns.assign(text=turns["text"].where(~agents, warm + turns["text"].astype(str)))
    assert scored(scorer, warmed)["score"].mean() <= scored(scorer, turns)["score"].mean()


def test_a_known_stock_sentence_before_a_reply_changes_no_score(scorer, turns):
    before = scored(scorer, turns)["score"]
    for warm in ("We're so sorry to hear that. ", "Thank you for bearing with us, Tom! "):
        agents = turns["role"] == "agent"
        warmed = turns.assign(text=turns["text"].where(~agents, warm + turns["text"].astype(str)))
        after = scored(scorer, warmed)["score"]
        assert after.to_numpy() == pytest.approx(before.to_numpy(), abs=1e-4, nan_ok=True)
        assert before.notna().sum() > 20


def test_an_idle_sentence_before_a_reply_raises_no_score(scorer):
    idle = "It breaks my heart to the core of my very soul. "
    talks = [
        ("c My parcel is late", f"a {before}{reply}")
        for before in ("", idle)
        for reply in ("It left Leeds at 9.", "Refunds take 5 days.", "We can't help you.", "Hi.")
    ]
    found = [scored(scorer, conversation(*talk))["score"].iloc[1] for talk in talks]
    assert np.isnan([found[3], found[7]]).all()  # too slight, and no less so
    assert all(after <= before for before, after in zip(found[:3], found[4:7], strict=True))


def test_the_review_rate_sets_how_many_are_marked(scorer, turns):
    marked = [
        scored(Scorer(scorer.model, review_rate=rate), turns)["needs_review"].dropna().mean()
        for rate in (0.0, 0.5)
    ]
    assert marked[0] == 0
    assert 0 < scored(scorer, turns)["needs_review"].dropna().mean() < marked[1]
    with pytest.raises(ValueError, match="review_rate"):
        Scorer(scorer.model, review_rate=1.5)


@pytest.mark.parametrize("text", ["@JohnDoe", "<name>", "[Customer Name]"])
def test_a_reply_of_which_nothing_is_read(scorer, text):
    turns = scored(scorer, conversation("c Hello?", f"a {text}", "a We are so sorry about that."))
    assert turns["markers"].iloc[1] == []
    assert turns["markers"].iloc[2]


def test_a_stream_is_scored_as_it_comes(scorer, sample_scores):
    whole = sample_scores
    taken = []

    def talks():
        for talk in whole.transcripts:
            taken.append(talk.id)
            yield talk

    stream = scorer.stream(talks(), turns=100)
    first = next(stream)
    assert 0 < len(taken) < len(whole.transcripts)
    parts = [first, *stream]
    assert [t.id for part in parts for t in part.transcripts] == [t.id for t in whole.transcripts]
    rows = [turn.row for talk in whole.transcripts for turn in talk.turns]
    scores = np.concatenate([part.columns["score"] for part in parts])
    assert np.array_equal(scores, whole.columns["score"][rows], equal_nan=True)
    assert np.isnan(first.columns["canned"]).all()
    assert list(scorer.stream([])) == []
