"""Insights over the shipped model's own scores."""

import pytest

from empathy_score.insight import arcs, outcomes, standing

WARM = "We truly value you and your happiness is our greatest joy. "


@pytest.fixture
def scores(sample_scores):
    return sample_scores


def test_a_stock_sentence_in_every_reply_raises_no_agents_standing(scorer, scores):
    found = standing(scores)
    busiest = found["n_replies"].nlargest(3).index
    table = scores.table
    ours = table["conversation_id"].isin(
        table.loc[table["agent_id"].isin(busiest), "conversation_id"]
    )
    warmed = table[ours].copy()
    own = warmed["agent_id"].isin(busiest) & (warmed["role"] == "agent")
    warmed.loc[own, "text"] = WARM + warmed.loc[own, "text"]
    after = standing(scorer.score(warmed))["score"]
    before = found["score"]
    assert (after[busiest] <= before[busiest]).all(), (after - before)[busiest]


def test_conversations_that_were_written_to_go_well_or_badly_do(scores):
    ended = outcomes(scores).set_index("conversation_id")["outcome"]
    assert ended["OB-7810"] == ended["BM-310044"] == "won"
    assert ended["BW-20417"] == ended["VA-60455"] == "lost"
    arc = arcs(scores).set_index("conversation_id")
    assert arc.loc["OB-7810", "recovered"]
    assert not arc.loc["BW-20417", "recovered"]
