"""The arc: failure, what was done about it, and whether the customer came back."""

import numpy as np
import pandas as pd
import pytest

from by_hand import talk, written
from empathy_score.errors import ModelError
from empathy_score.insight import (
    arcs,
    canned_share,
    five_questions,
    lost_against_won,
    moments_of_truth,
    outcomes,
    standing,
    voice,
    voice_by,
)
from empathy_score.insight.canned import canned
from empathy_score.scores import Scores

ANGRY = {"feeling": "anger", "valence": -1.5}
GLAD = {"feeling": "gratitude", "valence": 1.5}
MEND = {"stage": "recovery", "recovery": 1.2, "apology": 1.0}


def one(*turns):
    return arcs(written(talk("x", *turns))).iloc[0]


def test_failed_dealt_with_recovered():
    arc = one(("c", "broken!", ANGRY), ("a", "mended", MEND), ("c", "thanks", GLAD))
    assert (arc["failed"], arc["dealt_with"], arc["recovered"]) == (True, True, True)
    assert (arc["valence_start"], arc["valence_end"], arc["valence_shift"]) == (-1.5, 1.5, 3.0)
    assert (arc["valence_lowest"], arc["lowest_row"], arc["n_moments"]) == (-1.5, 0, 1)


def test_dealt_with_but_not_recovered():
    arc = one(("c", "broken!", ANGRY), ("a", "mended", MEND), ("c", "no!", ANGRY))
    assert (arc["failed"], arc["dealt_with"], arc["recovered"]) == (True, True, False)


def test_the_customer_said_no_more():
    arc = one(("c", "broken!", ANGRY), ("a", "hm", {}))
    assert (arc["failed"], arc["dealt_with"]) == (True, False)
    assert arc.isna()["recovered"]


def test_nothing_failed():
    arc = one(("c", "hello", {}), ("a", "hi", {}), ("c", "thanks", GLAD))
    assert not arc["failed"]
    assert arc.isna()[["dealt_with", "recovered"]].all()


def test_a_cross_word_after_a_good_start_is_a_failure_from_then_on():
    arc = one(("c", "hello", GLAD), ("a", "sorry", MEND), ("c", "it broke", ANGRY))
    assert arc["failed"]
    assert arc.isna()["recovered"]
    assert not arc["dealt_with"]  # what was said before does not count


def test_agents_alone_have_no_arc():
    arc = one(("a", "hello", {}))
    assert np.isnan(arc["valence_start"])
    assert not arc["failed"]


def test_who_was_never_down_did_not_recover():
    arc = one(("c", "it broke", {}), ("a", "mended", MEND), ("c", "ok", {}))
    assert arc["failed"]
    assert arc.isna()["recovered"]


def test_a_complaint_that_nobody_could_react_to_is_not_lost():
    scores = written(talk("x", ("c", "broken!", ANGRY), ("a", "sorry", MEND)))
    assert outcomes(scores)["outcome"].tolist() == ["unchanged"]
    scores = written(talk("x", ("c", "broken!", ANGRY), ("a", "sorry", MEND), ("c", "no", ANGRY)))
    assert outcomes(scores)["outcome"].tolist() == ["lost"]


def test_two_conversations_make_no_clear_difference():
    rows = []
    for number in range(4):
        lost = number % 2
        end = ("c", "bye", ANGRY if lost else GLAD)
        rows += talk(f"x{number}", ("c", "broken!", ANGRY), ("a", "hm", {"road": "care" if lost
                     else "none"}), end)  # fmt: skip
    assert not lost_against_won(written(rows))["clear"].any()


def test_missing_cells_of_any_kind_are_missing():
    rows = talk("x", ("c", "broken!", ANGRY), ("a", "mended", MEND), agent_id=7)
    scores = written(rows)
    scores.table["agent_id"] = pd.array([pd.NA, 7], dtype="Int64")
    scores.table["company"] = pd.array([pd.NA, "Acme"], dtype="string")
    assert standing(scores).index.tolist() == [7]
    assert canned_share(scores).isna().all()


def test_an_empty_table_gives_empty_tables():
    scores = written([])
    assert len(arcs(scores)) == len(moments_of_truth(scores)) == len(voice(scores)) == 0


def test_turns_count_as_they_were_said_not_as_they_lie():
    rows = [
        {"conversation_id": "x", "turn": 2, "role": "customer", "text": "thanks", **GLAD},
        {"conversation_id": "x", "turn": 1, "role": "customer", "text": "broken!", **ANGRY},
    ]
    arc = arcs(written(rows)).iloc[0]
    assert (arc["valence_start"], arc["valence_end"]) == (-1.5, 1.5)


def test_a_model_without_the_dimensions_is_told_what_it_lacks():
    full = written(talk("x", ("c", "broken!", ANGRY)))
    columns = {name: c for name, c in full.columns.items() if name != "valence"}
    with pytest.raises(ModelError, match="valence"):
        arcs(Scores(full.transcripts, (), columns, {}, "", (), 0.0))


def test_five_questions_quote_the_transcript():
    scores = written(
        talk(
            "x",
            ("c", "I'm furious. Please refund me!", ANGRY),
            ("a", "I'll refund it within 2 days.", MEND),
        )
    )
    answers = five_questions(scores, "x")
    assert [a.what for a in answers["feel"]] == ["anger"]
    assert [a.text for a in answers["satisfy"]] == ["Please refund me!"]
    assert [a.what for a in answers["expect"]] == ["promise"]
    for found in answers.values():
        for answer in found:
            text = scores.table["text"][answer.row]
            assert text[answer.start : answer.end] == answer.text
    with pytest.raises(KeyError, match="no conversation"):
        five_questions(scores, "y")


def test_voice_knows_its_place_and_who_acts():
    scores = written(
        talk(
            "x",
            ("c", "the kettle leaks", ANGRY),
            ("a", "I'll check the kettle for you", {"care": 2.0}),
            ("a", "we will send a new kettle", {"problem_solving": 2.0}),
            ("a", "I'm sorry", {"empathy": 1.5}),
            agent_id="ann",
        )
    )
    found = voice(scores)
    assert found["part"].tolist() == ["start", "middle", "end"]
    assert found["i_actions"].tolist() == [1, 0, 0]
    assert found["we_actions"].tolist() == [0, 1, 0]
    assert found["affect_without_action"].tolist() == [False, False, True]
    assert found["answers"].iloc[0] > found["answers"].iloc[2]
    summed = voice_by(scores).loc["ann"]
    assert (summed["warmth_start"], summed["competence_middle"]) == (2.0, 2.0)
    assert summed["i_share"] == 0.5


def test_canned_words_have_their_spans():
    texts = [f"Hi {n}, we value your business very much. Case {n * 7} {n} done" for n in "abc" * 10]
    found = canned(texts, list(range(30)))
    start, end = found.spans(0)[0]
    assert "we value your business very much" in texts[0][start:end]
    assert found.within(0, [(start, end)]) == 1
    assert np.isnan(found.within(0, []))


def test_each_company_is_a_corpus_of_its_own():
    texts = ["we value your business very much"] * 20 + ["what a strange thing to say here"]
    companies = ["A"] * 20 + ["B"]
    share = canned(texts, list(range(21)), companies).share
    assert (share[:20] == 1).all()
    assert np.isnan(share[20])


def test_one_conversation_that_repeats_itself_is_not_canned():
    texts = [f"so you see {n} and the long and the short of it" for n in range(5)]
    texts += [f"{n} quick {n * 'a'}, {n * 'b'} and {n * 'c'}" for n in range(1, 26)]
    talks = [0] * 5 + list(range(1, 26))  # digits are alike, words are not
    assert (canned(texts, talks).share == 0).all()
