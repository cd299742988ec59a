import pandas as pd
import pytest

from empathy_score import Conversation, Turn, read_transcripts
from empathy_score.insight import promises


@pytest.fixture
def scores(sample_scores):
    return sample_scores


def test_turns_keep_every_row_and_column_in_order(scores, sample):
    given = pd.read_csv(sample, dtype=str, keep_default_na=False)
    turns = scores.turns()
    for name in given.columns:
        assert turns[name].fillna("").tolist() == given[name].tolist()


def test_an_input_column_with_a_scores_name_steps_aside(scorer):
    table = [{"conversation_id": 1, "role": "agent", "text": "Thanks!", "care": "my own"}]
    turns = scorer.score(read_transcripts(table)).turns()
    assert turns["care_original"].tolist() == ["my own"]
    assert turns["care"].between(0, 2).all()


def test_conversations(scores):
    table, turns = scores.conversations(), scores.turns()
    assert table["conversation_id"].tolist() == turns["conversation_id"].unique().tolist()
    assert table["n_turns"].sum() == len(turns)
    assert table["n_agent_turns"].sum() == turns["road"].notna().sum()
    shares = table[[f"share_{r}" for r in ("learn", "care", "teach", "go_away", "none")]]
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)
    one = table.iloc[5]
    own = turns[turns["conversation_id"] == one["conversation_id"]]
    assert one["signature"] == scores.signature
    assert one["empathy"] == pytest.approx(own["empathy"].mean())
    felt = own["valence"].dropna()
    assert one["valence_start"] == felt.iloc[0]
    assert one["valence_end"] == felt.iloc[-1]
    assert one["valence_shift"] == pytest.approx(felt.iloc[-1] - felt.iloc[0])
    assert one["company"] == own["company"].iloc[0]


def test_the_arc_follows_the_turns_not_the_rows(scorer):
    rows = [
        {"conversation_id": "c", "turn": 2, "role": "customer", "text": "Thank you, wonderful!"},
        {"conversation_id": "c", "turn": 1, "role": "customer", "text": "I hate this, so angry!"},
    ]
    (one,) = scorer.score(read_transcripts(rows)).conversations().to_dict("records")
    assert one["valence_start"] < 0 < one["valence_end"]


def test_conversations_say_what_was_recovered_and_promised(scores):
    table = scores.conversations().set_index("conversation_id")
    assert table["recovered"].dtype == "boolean"
    assert table.loc["BM-310044", "recovered"]
    assert not table.loc["BW-20417", "recovered"]
    assert table["promises"].sum() == len(promises(scores)) > 0
    known = table["score_low"].notna()
    assert known.equals(table["n_agent_turns"] > 1)
    assert (table["score_low"] <= table["score"])[known].all()
    assert (table["score"] <= table["score_high"])[known].all()


def test_a_corpus_too_small_to_tell_has_no_canned_wording(scores):
    assert scores.turns()["canned"].isna().all()  # no company of the sample has 20 conversations


def test_wording_that_recurs_is_canned(scorer):
    rows = [
        {"conversation_id": n, "role": "agent",
         "text": f"Your opinion means a lot to us all. Case {n}: {word} is mended."}
        for n, word in enumerate("door lamp sink roof wall pipe vent gate lock hose fuse tile "
                                 "desk sofa oven rack belt sash tray vase".split())
    ]  # fmt: skip
    canned = scorer.score(rows).turns()["canned"]
    assert canned.between(0.5, 0.9).all()


def test_opportunities_are_counted(scores):
    turns = scores.turns()
    agents = turns[turns["role"] == "agent"]
    assert set(agents["opportunity"]) <= {"given", "missed", "not_needed"}
    assert turns.loc[turns["role"] == "customer", "opportunity"].isna().all()
    assert agents["score"].dropna().between(0, 100).all()
    assert agents["needs_review"].isin([True, False]).all()
    for table in (scores.conversations(), scores.by("agent_id")):
        assert (table["opportunities"] == table["given"] + table["missed"]).all()
        assert table["given"].sum() == (agents["opportunity"] == "given").sum()
    one = scores.by("agent_id").iloc[0]
    own = agents[agents["agent_id"] == scores.by("agent_id").index[0]]
    assert one["score"] == pytest.approx(own["score"].mean())


def test_by_agent(scores):
    by, turns = scores.by("agent_id"), scores.turns()
    own = turns[(turns["agent_id"] == by.index[0]) & turns["road"].notna()]
    assert by["n_agent_turns"].iloc[0] == len(own)
    assert by["n_conversations"].iloc[0] == own["conversation_id"].nunique()
    assert by["care"].iloc[0] == pytest.approx(own["care"].mean())
    assert by["share_care"].iloc[0] == pytest.approx((own["road"] == "care").mean())
    assert set(by["road"]) <= {"learn", "care", "teach", "go_away", "none"}


def test_by_a_column_that_is_not_there(scores):
    with pytest.raises(KeyError, match="no column 'team'"):
        scores.by("team")


def test_a_conversation_without_replies(scorer):
    scores = scorer.score([Conversation("c", (Turn("customer", "hello?"),))])
    (one,) = scores.conversations().to_dict("records")
    assert one["n_agent_turns"] == 0
    assert pd.isna(one["road"])
    assert pd.isna(one["care"])


def test_summary_and_reprs(scores):
    summary = scores.summary()
    assert sum(summary["roads"].values()) == summary["replies"]
    assert summary["replies_per_second"] > 0
    assert f"{summary['replies']} replies" in repr(scores)
    assert f"{summary['replies']} replies" in scores._repr_html_()


def test_the_notebook_view_escapes(scorer):
    table = [{"conversation_id": "<script>", "role": "<b>", "text": "hi"}]
    scores = scorer.score(read_transcripts(table, roles={"<b>": "agent"}))
    assert "<script>" not in scores._repr_html_()


def test_rows_are_conversations_as_they_were_read(scorer):
    ids = [None, None, 1, "1", "a"]
    rows = [{"conversation_id": i, "role": "customer", "text": "great, thanks!"} for i in ids]
    table = scorer.score(read_transcripts(rows)).conversations()
    assert table["n_turns"].tolist() == [1, 1, 2, 1]
    assert table["valence_shift"].notna().all()
    twice = [Conversation("c", (Turn("agent", "hello"),)) for _ in range(2)]
    assert len(scorer.score(twice).conversations()) == 2


def test_by_groups_by_the_users_column_even_where_a_score_has_its_name(scorer):
    rows = [
        {"conversation_id": 1, "role": "agent", "text": "hello", "emotion": mood, "agent_id": who}
        for mood, who in [("sad", 1), ("happy", "a"), ("sad", 1)]
    ]
    scores = scorer.score(read_transcripts(rows))
    by = scores.by("emotion")
    assert by["n_agent_turns"].to_dict() == {"happy": 1, "sad": 2}
    assert by["emotion"].between(-2, 2).all()
    assert scores.by("agent_id")["n_agent_turns"].to_dict() == {1: 2, "a": 1}


def test_the_main_road_is_the_one_most_replies_are_on(scores):
    table = scores.conversations()
    for one in table.to_dict("records"):
        shares = {r: one[f"share_{r}"] for r in ("learn", "care", "teach", "go_away")}
        if max(shares.values()) == 0:
            assert one["road"] == "none"
        else:
            assert shares[one["road"]] == max(shares.values())
    assert (table["road"] != "none").any()
