"""Planted truth end to end: from words, through the shipped model, to what insights say."""

import numpy as np
import pytest

from empathy_score.insight import (
    arcs,
    canned_phrases,
    canned_share,
    discounted_empathy,
    opportunities,
    outcomes,
    promises,
    road_mix,
    standing,
)
from empathy_score.insight.canned import canned_words
from planted import PHRASES, planted_turns

MAIN_ROAD = {"dana": "care", "tess": "teach", "rolf": "go_away"}
STOCK = (
    "Thank you so much for reaching out, we really care about every one of our customers. ",
    "I completely understand your frustration and I am truly sorry for the inconvenience. ",
    "I am so sorry to hear that and I can imagine how upsetting this must be for you. ",
    "Your satisfaction is our top priority. ",
)


@pytest.fixture(scope="module")
def scores(scorer):
    return scorer.score(planted_turns())


def planted(*kinds):
    turns = planted_turns()
    return set(turns.loc[turns["planted"].isin(kinds), "conversation_id"])


def test_the_file_holds_what_it_says():
    turns = planted_turns()
    talks = turns.groupby("conversation_id")["planted"].first().value_counts()
    assert (talks["broken"], talks["recovered"], len(PHRASES)) == (5, 20, 12)
    said = " ".join(turns["text"])
    assert all(said.count(phrase) >= 3 for phrase in PHRASES)


def test_the_five_broken_promises_are_found_and_no_other(scores):
    found = promises(scores)
    late = found[found["status"] == "late"]
    assert set(late["conversation_id"]) == planted("broken")
    assert len(late) == 5
    assert set(found.loc[found["status"] == "kept", "conversation_id"]) == planted("kept")
    came_back = found.loc[found["over_promised"], "conversation_id"]
    assert set(came_back) == planted("broken", "early")


def test_the_twelve_canned_phrases_are_found_and_no_other(scores):
    assert set(canned_phrases(scores)["phrase"]) == set(PHRASES)


def test_a_phrase_is_traced_to_the_replies_that_have_it(scores):
    text = scores.table["text"]
    for one in canned_phrases(scores).itertuples():
        assert list(one.rows) == np.flatnonzero(text.str.contains(one.phrase, regex=False)).tolist()


def test_the_canned_share_is_that_of_the_scores_column(scores):
    share = canned_share(scores)
    assert share.to_numpy() == pytest.approx(scores.columns["canned"][share.index])
    assert canned_words(scores).share == pytest.approx(share.to_numpy(), abs=1e-6)
    assert 0 < share.mean() < share.max() < 1


def test_the_twenty_recoveries_are_found_and_no_other(scores):
    found = arcs(scores).set_index("conversation_id")
    back = found["recovered"].fillna(False)
    assert set(found.index[back]) == planted("recovered")
    assert not found.loc[sorted(planted("calm")), "failed"].any()


def test_the_lost_are_lost(scores):
    found = outcomes(scores).set_index("conversation_id")
    assert set(found.index[found["leaves"]]) == planted("lost")
    assert planted("lost") <= set(found.index[found["outcome"] == "lost"])
    assert planted("recovered") <= set(found.index[found["outcome"] == "won"])


def test_agents_give_empathy_as_planted(scores):
    turns = planted_turns()
    told = turns[turns["empathy_planted"].notna()]
    truth = (told["empathy_planted"] == "given").groupby(told["agent_id"]).mean()
    found = opportunities(scores)
    assert (found["low"] <= truth + 1e-9).all()
    assert (found["high"] >= truth - 1e-9).all()
    assert found.loc["rolf", "high"] < found.loc["tess", "rate"] < found.loc["dana", "low"]


def test_agents_are_on_the_roads_that_were_planted(scores):
    share = road_mix(scores, "agent_id")["share"].unstack()
    assert share.idxmax(axis=1).to_dict() == MAIN_ROAD


def warmed(scorer, sentence):
    turns = planted_turns()
    ours = turns["role"] == "agent"
    turns.loc[ours, "text"] = sentence + turns.loc[ours, "text"]
    return scorer.score(turns)


@pytest.mark.parametrize("sentence", STOCK)
def test_a_warm_stock_sentence_in_every_reply_raises_nobodys_standing(scorer, scores, sentence):
    after = warmed(scorer, sentence)
    assert (standing(after)["score"] <= standing(scores)["score"]).all()
    agent = scores.table["agent_id"]
    own = discounted_empathy(scores).groupby(agent).mean()
    assert (discounted_empathy(after).groupby(agent).mean() <= own + 0.1).all()


def test_stock_words_are_not_the_agents_own(scorer):
    rates = opportunities(warmed(scorer, STOCK[2])).loc["rolf"]
    assert rates["rate"] > 0.9  # as `opportunity` counts, a stock phrase is empathy
    assert rates["own_rate"] == 0
