"""A corpus with planted truth: each planted thing is found, and nothing is invented."""

import numpy as np
import pandas as pd
import pytest

from by_hand import fuzz, talk, written
from empathy_score.conversation import Marker
from empathy_score.insight import (
    arcs,
    canned_phrases,
    canned_share,
    discounted_empathy,
    lost_against_won,
    missed,
    moments_of_truth,
    opportunities,
    outcomes,
    promises,
    road_changes,
    road_mix,
    standing,
    worth_a_call,
)

GIVEN_RATE = {"ann": 0.85, "bob": 0.35}
BROKEN = 5
RECOVERED = 20
RING = ("ring you about the", "call you on your", "phone with news of that", "text you where your",
        "e-mail you on this")  # fmt: skip
PHRASES = [
    "we value your business and want to see you smile",
    "please be advised that our agents are very busy today",
    "as a token of our deep and lasting gratitude to you",
    "our records indicate that everything is in good order here",
    "rest assured your case has our full and undivided attention",
    "kindly allow our experts some time to look into matters",
    "thank you for being such a wonderful part of the family",
    "we strive to deliver excellence in every single thing we do",
    "feel free to browse our extensive library of helpful articles",
    "this mailbox is not monitored so do not reply to it",
    "your feedback helps shape the future of what we build",
    "have a lovely day ahead and stay safe out there friend",
]


@pytest.fixture(scope="module")
def corpus():
    """240 conversations of two agents, with what is planted noted beside."""
    rng = np.random.default_rng(7)
    rows, planted = [], {"broken": set(), "kept": set(), "recovered": set(), "lost": set()}
    gives = {
        who: rng.permutation(np.arange(120) < share * 120) for who, share in GIVEN_RATE.items()
    }
    for number in range(240):
        name = f"t{number:03d}"
        agent = "ann" if number % 2 else "bob"
        day = pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=number % 60)
        at = [str(day + pd.Timedelta(hours=h)) for h in range(60)]
        given = bool(gives[agent][number // 2])
        reply = f"{fuzz(rng, 9)}. {PHRASES[number % 12]}. {fuzz(rng, 6)}."
        warm = {
            "opportunity": "given" if given else "missed", "road": "care" if given else "go_away",
            "empathy": 2.0 * given, "score": 80.0 if given else 30.0,
        }  # fmt: skip
        turns = [
            ("c", fuzz(rng, 8), {"feeling": "anger", "valence": -1.5, "timestamp": at[0]}),
            ("a", reply, {**warm, "timestamp": at[1]}),
        ]
        if number < BROKEN:
            planted["broken"].add(name)
            turns[1][2]["stage"] = "recovery"
            thing = f"{fuzz(rng, 1)} parcel"
            promise = f"I'll {RING[number]} {thing} within 24 hours. {fuzz(rng, 5)}."
            turns[1] = ("a", promise, turns[1][2])
            angry = {"feeling": "anger", "valence": -1.8, "timestamp": at[50]}
            turns.append(("c", f"Nobody rang me about the {thing}. {fuzz(rng, 4)}", angry))
        elif number < 2 * BROKEN:
            planted["kept"].add(name)
            thing = f"{fuzz(rng, 1)} {fuzz(rng, 1)} parcel"
            promise = f"I'll refund the {thing} within 24 hours. {fuzz(rng, 5)}."
            turns[1] = ("a", promise, turns[1][2])
            done = {"score": 80.0, "timestamp": at[10]}
            turns.append(("a", f"I refunded your {thing}. {fuzz(rng, 4)}.", done))
        elif number < 2 * BROKEN + RECOVERED:
            planted["recovered"].add(name)
            turns[1][2].update(stage="recovery", recovery=1.5)
            glad = {"feeling": "gratitude", "valence": 1.4, "timestamp": at[3]}
            turns.append(("c", f"{fuzz(rng, 5)} thank you", glad))
        elif number < 3 * BROKEN + RECOVERED:
            planted["lost"].add(name)
            bitter = {"feeling": "anger", "valence": -1.9, "timestamp": at[3]}
            turns.append(("c", "That does it, I am cancelling my account.", bitter))
        rows += talk(name, *turns, agent_id=agent, company="Acme")
    return written(rows), planted


def test_agents_differ_as_planted(corpus):
    found = opportunities(corpus[0])
    for agent, truth in GIVEN_RATE.items():
        assert found.loc[agent, "low"] <= truth <= found.loc[agent, "high"]
        assert found.loc[agent, "low_shrunk"] <= truth <= found.loc[agent, "high_shrunk"]
    assert found.loc["bob", "high"] < found.loc["ann", "low"]
    assert (found["given"] + found["missed"] == found["n_opportunities"]).all()
    assert not found["few"].any()


def test_missed_opportunities_are_the_missed_ones(corpus):
    scores, _ = corpus
    listed = missed(scores)
    columns = scores.columns["opportunity"]
    assert set(listed["row"]) == set(np.flatnonzero(columns == "missed"))
    assert (listed["feeling"] == "anger").all()


def test_the_broken_promises_are_found_and_no_others(corpus):
    scores, planted = corpus
    found = promises(scores)
    assert set(found["conversation_id"]) == planted["broken"] | planted["kept"]
    assert set(found.loc[found["status"] == "late", "conversation_id"]) == planted["broken"]
    assert set(found.loc[found["status"] == "kept", "conversation_id"]) == planted["kept"]
    assert set(found.loc[found["over_promised"], "conversation_id"]) == planted["broken"]
    due = (found["due_at"] - found["made_at"]).dt.total_seconds()
    assert (due == 86400).all()


def test_the_canned_phrases_are_found_and_no_others(corpus):
    scores, _ = corpus
    found = canned_phrases(scores)
    listed = {phrase.lower() for phrase in found["phrase"]}
    assert listed == set(PHRASES)
    share = canned_share(scores)
    assert share.notna().all()
    assert 0.3 < share.max() < 0.7


def test_the_recovered_failures_are_found_and_no_others(corpus):
    scores, planted = corpus
    found = arcs(scores).set_index("conversation_id")
    back = set(found.index[found["recovered"].fillna(False)])
    assert back == planted["recovered"]
    assert found.loc[list(planted["broken"]), "recovered"].eq(False).all()
    assert found.loc[sorted(planted["kept"]), "recovered"].isna().all()  # they said no more


def test_won_and_lost_are_as_planted(corpus):
    scores, planted = corpus
    found = outcomes(scores).set_index("conversation_id")["outcome"]
    assert set(found.index[found == "won"]) == planted["recovered"]
    leaves = outcomes(scores).set_index("conversation_id")["leaves"]
    assert set(leaves.index[leaves]) == planted["lost"]
    assert planted["lost"] <= set(found.index[found == "lost"])
    called = worth_a_call(scores, n=5)
    assert set(called.loc[called["kind"] == "lost", "conversation_id"]) == planted["lost"]
    assert called["quote"].notna().all()


def test_moments_of_truth_are_where_the_customer_turned(corpus):
    scores, planted = corpus
    found = moments_of_truth(scores)
    assert set(found["conversation_id"]) == planted["recovered"]
    assert found["change"].tolist() == pytest.approx([2.9] * RECOVERED)
    assert (scores.table["role"][found["reply_row"]] == "agent").all()


def test_the_mix_of_roads_covers_what_was_planted(corpus):
    found = road_mix(corpus[0], "agent_id")
    for agent, truth in GIVEN_RATE.items():
        one = found.loc[(agent, "care")]
        assert one["low"] <= truth <= one["high"]
    totals = found["share"].groupby("agent_id").sum()
    assert totals.to_numpy() == pytest.approx(1)


def test_nothing_changed_over_time_and_that_is_said(corpus):
    assert not road_changes(corpus[0], "agent_id")["changed"].any()


def test_a_planted_change_is_told_from_noise():
    rng = np.random.default_rng(3)
    rows = []
    for number in range(300):
        day = pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=number % 100)
        road = "care" if rng.random() < 0.2 + 0.006 * (number % 100) else "go_away"
        rows += talk(f"x{number}", ("a", "words of a reply", {"road": road}),
                     company="Acme", timestamp=str(day))  # fmt: skip
    found = road_changes(written(rows)).loc["Acme"]
    assert found.loc["share_care", "changed"]
    assert found.loc["share_care", "per_week"] == pytest.approx(0.042, abs=0.012)
    assert not found.loc["share_learn", "changed"]


def test_lost_conversations_differ_from_won_ones_where_planted():
    rows = []
    for number in range(40):
        lost = number % 2
        end = ("c", "I am leaving you", {"valence": -1.9, "feeling": "anger"}) if lost else (
            "c", "thank you", {"valence": 1.5, "feeling": "gratitude"})  # fmt: skip
        rows += talk(
            f"x{number}",
            ("c", "it broke", {"valence": -1.2, "feeling": "anger"}),
            ("a", "reply", {"road": "go_away" if lost else "care", "empathy": 0.2 if lost else 1.7,
                            "teach": float(number % 4 > 1)}),
            end,
        )  # fmt: skip
    found = lost_against_won(written(rows))
    assert found.loc["share_go_away", "difference"] == -1
    assert found.loc["empathy", "clear"]
    assert not found.loc["teach", "clear"]


def test_a_stock_sentence_earns_an_agent_nothing():
    """What `score` reads into the sentence is the model's matter; the discount is this one's."""
    warm = "We are so very sorry and we truly feel your pain today."
    rng = np.random.default_rng(1)
    rows, markers = [], {}
    for number in range(60):
        own = f"{fuzz(rng, 6)}."
        text = f"{warm} {own}" if number % 2 else own
        rows += talk(f"x{number}", ("a", text, {"empathy": 1.0 * (number % 2)}), company="Acme",
                     agent_id="stock" if number % 2 else "plain")  # fmt: skip
        if number % 2:
            markers[number] = (Marker("acknowledge", 0, len(warm), warm, 0.9),)
    scores = written(rows, markers)
    kept = discounted_empathy(scores).groupby(scores.table["agent_id"]).mean()
    assert kept["stock"] == kept["plain"] == 0


def test_standing_orders_agents_and_marks_few(corpus):
    found = standing(corpus[0])
    assert found.index.tolist() == ["ann", "bob"]
    assert (found["low"] < found["score"]).all()
    assert (found["score"] < found["high"]).all()
    middle = found["score"].mean()
    assert (abs(found["score_shrunk"] - middle) <= abs(found["score"] - middle) + 2).all()
