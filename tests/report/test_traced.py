"""Every number of the page leads to what it counts, and to nothing else."""

import re

import numpy as np
import pytest

from by_hand import fuzz, talk, written
from empathy_score.dimensions import ROADS
from empathy_score.insight import canned_phrases, moments_of_truth, promises

LOOK = """() => [...document.querySelectorAll("main button[data-filter]")].map((button) => {
  button.click();
  const more = document.getElementById("more");
  while (!more.hidden) more.click();
  return {
    text: button.textContent.replaceAll(",", ""),
    mean: button.classList.contains("mean"),
    filter: JSON.parse(button.dataset.filter),
    said: document.getElementById("count").textContent.replaceAll(",", ""),
    ids: [...document.querySelectorAll("#list .name")].map((name) => name.textContent),
  };
})"""
"""Click each number and name; give what it shows."""

ROADS_AND_FLAGS = {
    **{("road", road): ("road", {road}) for road in ROADS},
    ("flag", "called for"): ("opportunity", {"given", "missed"}),
    ("flag", "given"): ("opportunity", {"given"}),
    ("flag", "missed"): ("opportunity", {"missed"}),
    ("flag", "unsure"): ("needs_review", {True}),
}


@pytest.fixture
def shared():
    """Ann and Bob of two teams share conversations; only Bob misses, only Ann goes away."""
    rows = []
    for number in range(12):
        rows += talk(
            f"s{number}",
            ("c", "It broke!", {"feeling": "anger", "valence": -1.5}),
            ("a", "words of Ann", {"agent_id": "ann", "team": "red", "opportunity": "given",
                                   "road": "care" if number % 3 else "go_away", "empathy": 2.0}),
            ("a", "words of Bob", {"agent_id": "bob", "team": "blue", "road": "teach",
                                   "opportunity": "missed" if number % 2 else "given"}),
            ("c", "Thanks.", {"feeling": "gratitude", "valence": 1.0}),
        )  # fmt: skip
    return written(rows)


def shown(links, **wanted):
    """Give the first number that selects just this, and what a click on it shows."""
    for one in links:
        if one["filter"] == wanted and one["text"].isdigit() and not one["mean"]:
            return int(one["text"]), one["said"], one["ids"]
    return None


def test_what_another_agent_missed_in_a_shared_conversation_is_not_anns(opened, shared):
    page = opened(shared)
    links = page.evaluate(LOOK)
    six = [f"s{number}" for number in range(1, 12, 2)]
    assert shown(links, agent_id="ann", flag="missed") is None  # 0, which leads nowhere
    assert shown(links, agent_id="bob", flag="missed") == (6, "6 replies in 6 conversations", six)
    assert shown(links, agent_id="ann", road="go_away")[0] == 4
    assert shown(links, agent_id="bob", road="go_away") is None
    assert shown(links, team="blue", flag="missed") == (6, "6 replies in 6 conversations", six)
    page.get_by_role("button", name="Clear").click()
    page.select_option("select[name=flag]", "missed")
    page.select_option("select[name=agent_id]", "ann")
    assert page.locator("#count").inner_text() == "0 replies in 0 conversations"


@pytest.fixture(scope="module")
def links(opening, sample_scores, tmp_path_factory):
    with opening(tmp_path_factory.mktemp("sample")) as opened:
        return opened(sample_scores).evaluate(LOOK)


def test_every_count_is_the_count_of_what_it_selects(links, sample_scores):
    made, moments = promises(sample_scores), moments_of_truth(sample_scores)
    counts = [one for one in links if one["text"].isdigit() and not one["mean"]]
    assert len(counts) > 100
    for one in counts:
        flag = one["filter"].get("flag", "")
        if flag.endswith("promise") or flag == "over-promised":
            own = made[made["over_promised"] | (flag != "over-promised")]
            own = own[own["status"].eq(flag.split()[0]) | (flag == "over-promised")]
            counted = own["conversation_id"].isin(one["ids"]).sum()
            assert counted == len(own)
        elif flag == "moment of truth":
            counted = moments["conversation_id"].isin(one["ids"]).sum()
        else:
            counted = int(re.match(r"\d+", one["said"]).group())
        assert counted == int(one["text"]), one


UNTRACED = """() => [...document.querySelectorAll("main td.number, main .share, main .value")]
  .filter((cell) => !cell.closest("[aria-labelledby=contrast]"))
  .map((cell) => {
    const bare = cell.cloneNode(true);
    for (const own of bare.querySelectorAll("button, .soft")) own.remove();
    return bare.textContent.trim();
  })
  .filter((text) => /[1-9]/.test(text))"""
"""Numbers that lead nowhere: ranges apart, and differences, whose two parts stand beside them."""


def test_no_number_of_a_table_leads_nowhere(opened, sample_scores):
    page = opened(sample_scores)
    assert page.locator("main td.number").count() > 200
    assert page.evaluate(UNTRACED) == []


def test_a_mean_leads_to_the_replies_that_it_is_of(links, sample_scores):
    turns = sample_scores.turns()
    replies = turns[turns["road"].notna()]
    checked = 0
    for one in links:
        if one["mean"] and list(one["filter"]) == ["agent_id"]:
            own = replies[replies["agent_id"] == one["filter"]["agent_id"]]
            assert one["said"].startswith(f"{len(own)} repl"), one
            checked += 1
    assert checked > 100


def test_what_a_number_selects_is_what_the_scores_hold(links, sample_scores):
    turns = sample_scores.turns()
    replies = turns[turns["road"].notna()]
    checked = 0
    for one in links:
        wanted = dict(one["filter"])
        own = replies
        for name in ("agent_id", "company", "channel", "topic"):
            if name in wanted:
                own = own[own[name] == wanted.pop(name)]
        kinds = [ROADS_AND_FLAGS.get(pair) for pair in wanted.items()]
        if None in kinds or not kinds:
            continue
        for name, values in kinds:
            own = own[own[name].isin(values)]
        assert one["ids"] == list(dict.fromkeys(own["conversation_id"])), one
        n = len(own)
        assert one["said"].startswith(f"{n} repl"), one
        checked += 1
    assert checked > 80


def test_every_name_selects_its_conversations(links):
    for one in links:
        if "id" in one["filter"]:
            assert one["ids"] == [one["filter"]["id"]]
        elif not one["text"].isdigit() and one["text"] != "0%":
            assert one["ids"], one


def test_a_canned_phrase_selects_the_conversations_that_have_it(opened):
    rng, rows = np.random.default_rng(4), []
    for number in range(20):
        reply = "please do not reply to this address" if number % 4 == 0 else fuzz(rng, 6)
        rows += talk(f"t{number}", ("c", fuzz(rng, 3), {}), ("a", f"{reply}.", {}))
    scores = written(rows)
    (phrase,) = canned_phrases(scores).itertuples()
    found = [one for one in opened(scores).evaluate(LOOK) if "phrase" in one["filter"]]
    assert [(one["text"], one["ids"]) for one in found] == [
        (str(phrase.n_conversations), ["t0", "t4", "t8", "t12", "t16"])
    ]
