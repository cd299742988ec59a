"""The page: figures that can be traced, self-contained, and deaf to what transcripts hold."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from by_hand import fuzz, talk, written
from empathy_score.conversation import Marker
from empathy_score.report import write_report
from empathy_score.report.findings import findings
from empathy_score.report.page import render
from empathy_score.report.talks import as_json, talks

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "<!--<script>",
    '"><img src=x onerror="window.hacked = 3">',
    "<svg onload=window.hacked=4>",
    "<style>body{display:none}</style></style>",
    "javascript:window.hacked=5",
    "{{ 7 * 7 }} ${window.hacked=6} {% raw %}",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "a\u2028b\u2029c \u202eright to left\u202c مرحبا بالعالم שלום",
    "👩‍👩‍👧 <b>bold 😀</b> text",
    "'; alert(1); //",
    "https://evil.example/steal.js",
    "x" * 5000,
    "]]> <![CDATA[ -->",
]


@pytest.fixture(scope="module")
def plain():
    rng = np.random.default_rng(0)
    rows = []
    for number in range(40):
        day = pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=number)
        given = number % 3 > 0
        rows += talk(
            f"t{number:02d}",
            ("c", fuzz(rng, 6), {"feeling": "anger", "valence": -1.5}),
            ("a", f"I'll send {fuzz(rng, 5)}." if number < 3 else f"{fuzz(rng, 5)}.", {
                "road": "care" if given else "go_away", "score": 90.0 if given else 20.0,
                "opportunity": "given" if given else "missed", "stage": "recovery"}),
            ("c", fuzz(rng, 4), {"feeling": "gratitude", "valence": 1.0 if given else -1.6}),
            agent_id="ann" if number % 2 else "bob", timestamp=str(day), company="Acme",
        )  # fmt: skip
    return written(rows)


@pytest.fixture(scope="module")
def hostile():
    rows, markers = [], {}
    for number, text in enumerate(HOSTILE):
        markers[len(rows) + 1] = (
            Marker("regret", 0, min(4, len(text)), text[:4], 0.5),
            Marker("own", 2, len(text), text[2:], 0.5),
        )
        rows += talk(
            f"{text[:40]} {number}",
            ("c", text, {"feeling": "anger", "valence": -1.0}),
            ("a", text, {"road": "care", "opportunity": "missed", "score": 40.0}),
            ("c", text, {"feeling": "joy", "valence": 1.0}),
            agent_id=text[:30], company=text[:30], timestamp="2026-01-05",
        )  # fmt: skip
    return written(rows, markers)


def in_plain(sentence):
    return "".join(part if isinstance(part, str) else part.text for part in sentence)


def test_the_page_is_one_file_that_asks_for_nothing(plain):
    page = render(plain, title="Acme")
    assert "<title>Acme</title>" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", page)
    assert page.count("<script>") == 1


def test_figures_are_those_of_the_scores(plain):
    found = findings(plain)
    given, recovered, won, lost = found.headline
    assert (given.value.text, won.value.text) == ("65%", "65%")  # 26 of 40
    said = [in_plain(figure.sentence) for figure in (given, recovered, won, lost)]
    assert said[0] == "40 replies were to upset customers; 14 showed none."
    assert said[1].startswith("Something failed in 40 conversations. 26 customers came back")
    assert said[2].startswith("26 customers came round")
    assert said[3].startswith("14 customers said that they leave")
    lead = "Mostly care: 65% of replies. 35% tell the customer to go away."
    assert in_plain(found.lead) == lead


def test_empathy_over_time_is_that_of_the_scores(plain):
    found = findings(plain).periods
    assert found[["called", "missed"]].sum().tolist() == [40, 14]
    assert len(found) > 3
    own = 1 - found["missed"] / found["called"]
    assert found["own_rate"].tolist() == pytest.approx(own.tolist())


def test_a_sample_of_many_conversations_says_so(plain):
    page = render(plain, title="Acme", limit=10)
    shown = re.search(r"A sample of (\d+) of 40 conversations", page)
    assert 10 <= int(shown[1]) < 40  # those that the page quotes are always there
    found = talks(plain, findings(plain), limit=10)
    assert (found.shown, found.total) == (10, 40)
    assert talks(plain, findings(plain), limit=10) == found


def test_json_in_the_page_cannot_end_its_element():
    for text in HOSTILE:
        written_out = as_json({"text": text})
        assert not set("<>&\u2028\u2029") & set(written_out)
        assert json.loads(written_out) == {"text": text}


def test_nothing_hostile_becomes_markup(hostile):
    tags, attributes = [], set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, own: (tags.append(tag), attributes.update(dict(own)))
    parser.feed(render(hostile, title=HOSTILE[1]))
    assert len(tags) > 500
    assert "img" not in tags
    assert (tags.count("style"), tags.count("script")) == (1, 3)  # an index, a part and the code
    assert not [name for name in attributes if name.startswith("on")]


def test_it_appears_only_when_it_is_whole(plain, tmp_path):
    path = tmp_path / "report.html"
    write_report(plain, path)
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_an_empty_table_has_a_page():
    assert "0 replies in 0 conversations" in render(written([]), title="Nothing")


def test_a_dated_table_without_an_opportunity_has_a_page():
    rows = []
    for number in range(5):
        day = str(pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=9 * number))
        turns = ("c", "Where is it?", {"valence": 0.0}), ("a", "On its way.", {"road": "teach"})
        rows += talk(f"n{number}", *turns, agent_id="ann", timestamp=day)
    scores = written(rows)
    assert findings(scores).periods["called"].tolist() == [0] * 5
    assert "5 replies in 5 conversations" in render(scores, title="Calm")


def test_in_a_browser_a_number_opens_the_conversations_behind_it(opened, plain):
    page = opened(plain)
    count = page.locator("#count")
    assert count.inner_text() == "40 conversations"
    page.locator(".card", has_text="Empathy given").get_by_role("button", name="14: what").click()
    assert count.inner_text() == "14 replies in 14 conversations"
    page.locator("#list h3 button").first.press("Enter")
    assert page.locator(".talk .turn").count() == 3
    label = page.locator("svg.arc").get_attribute("aria-label")
    assert label.startswith("Customer's valence: -1.5")
    page.select_option("select[name=agent_id]", "ann")
    assert 0 < int(count.inner_text().split()[0]) < 14
    page.goto(page.url + "#agent_id=bob&road=care")
    assert page.locator("select[name=agent_id]").input_value() == "bob"


def test_in_a_browser_it_leads_back_to_the_number(opened, plain):
    page = opened(plain)
    number = page.locator(".card", has_text="Won").get_by_role("button", name="26: outcome won")
    number.click()
    assert page.evaluate("document.activeElement.id") == "conversations-title"
    page.get_by_role("button", name="Back to where you were").click()
    assert number.evaluate("node => node === document.activeElement")


def test_in_a_browser_hostile_transcripts_stay_text(opened, hostile):
    page = opened(hostile)
    rows = page.locator("#list h3 button")
    for place in range(rows.count()):
        rows.nth(place).click()
    assert page.evaluate("window.hacked") is None
    shown = page.locator(".turn.agent .bubble").evaluate_all("all => all.map(n => n.textContent)")
    assert shown == HOSTILE
    assert page.locator("body").is_visible()


def test_in_a_browser_markers_stand_at_their_words_past_emoji(opened):
    text = "😀😀 so sorry 👍"
    rows = talk("x", ("c", "broken", {"valence": -1.0}), ("a", text, {"road": "care"}))
    page = opened(written(rows, {1: (Marker("regret", 3, 11, "so sorry", 0.9),)}))
    page.locator("#list h3 button").click()
    assert page.locator("mark.apology", has_text="so sorry").inner_text() == "so sorry"


@pytest.mark.parametrize("width", [390, 1200])
def test_in_a_browser_it_does_not_scroll_sideways(opened, plain, width):
    page = opened(plain, viewport={"width": width, "height": 800}, color_scheme="dark")
    page.locator("#list h3 button").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_a_browser_canned_wording_and_moments_of_truth_are_marked(opened):
    rng = np.random.default_rng(2)
    stock, rows = "we value your custom and always will", []
    for number in range(24):
        rows += talk(
            f"x{number}",
            ("c", fuzz(rng, 6), {"feeling": "anger", "valence": -1.5}),
            ("a", f"{fuzz(rng, 4)}. {stock}. {fuzz(rng, 4)}.", {"road": "care", "empathy": 2.0}),
            ("c", fuzz(rng, 4), {"feeling": "joy", "valence": 1.4 if number == 5 else -1.4}),
        )  # fmt: skip
    page = opened(written(rows))
    assert page.locator("#canned + .scroll tbody td").all_inner_texts() == [stock, "24"]
    page.get_by_role("heading", name="Moments of truth").get_by_role("button", name="1").click()
    assert page.locator("#list .name").all_inner_texts() == ["x5"]
    page.locator("#list h3 button").click()
    assert page.locator(".bubble .canned").all_inner_texts() == [stock]
    assert (
        "empathy 2.0 of 3 (1.1 without stock words)" in page.locator(".agent .numbers").inner_text()
    )
    assert page.locator(".agent .moment").inner_text() == "The reply before a moment of truth"
    assert page.locator(".customer .moment").all_inner_texts() == ["Moment of truth: valence +2.9"]
    assert page.locator("svg.arc .ring").count() == 1


def test_in_a_browser_a_conversation_answers_the_five_questions(opened):
    rows = talk(
        "x",
        ("c", "It broke. Please fix it.", {"feeling": "anger", "valence": -1.0}),
        ("a", "I'll send a new one tomorrow.", {"road": "care"}),
    )
    page = opened(written(rows, {1: (Marker("own", 0, 15, "I'll send a new", 0.9),)}))
    page.locator("#list h3 button").click()
    page.get_by_text("Five questions of empathy").click()
    assert page.locator(".questions dt, .questions dd").all_inner_texts() == [
        "How does the person feel?", "It broke. Please fix it. customer: anger",
        "How would I feel if I were that person?", "Nothing said answers it.",
        "Is there something that I can or should do?", "I'll send a new agent: own",
        "What would I expect to be done for me?", "I'll send a new one tomorrow. agent: promise",
        "What would make them satisfied, and why not do it?", "Please fix it. customer: wish",
    ]  # fmt: skip
