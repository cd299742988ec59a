"""The page: figures that can be traced, self-contained, and deaf to what transcripts hold."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from by_hand import fuzz, talk, written
from empathy_score.conversation import Marker
from empathy_score.report import write_report
from empathy_score.report.findings import findings
from empathy_score.report.page import render
from empathy_score.report.talks import as_json, talks

CHROMIUM = shutil.which("chromium")

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


def test_the_page_is_one_file_that_asks_for_nothing(plain):
    page = render(plain, title="Acme")
    assert "<title>Acme</title>" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", page)
    assert page.count("<script>") == 1


def test_figures_are_those_of_the_scores(plain):
    page = render(plain, title="Acme")
    assert "missed 14 times" in page
    assert re.search(r">65%</button>", page)  # 26 of 40 given
    assert "26 of 40 customers came round" in page


def test_every_figure_of_the_first_screen_selects_conversations(plain):
    page = render(plain, title="Acme")
    cards = page[page.index('class="cards"') : page.index('aria-labelledby="roads"')]
    filters = [
        json.loads(f.replace("&#34;", '"')) for f in re.findall(r'data-filter="(.*?)"', cards)
    ]
    assert len(filters) == 5
    index = json.loads(talks(plain, findings(plain)).index)["talks"]

    def fitting(want):
        return [one for one in index
                if all(v in one[k] if isinstance(one[k], list) else v == one[k]
                       for k, v in want.items())]  # fmt: skip

    assert all(fitting(want) for want in filters[:4])
    assert len(fitting({"flag": "missed"})) == 14


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
    page = render(hostile, title=HOSTILE[1])
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "onload=" not in page.replace("onload=window.hacked=4&gt;", "").replace(
        "onload=window.hacked=4\\u003e", ""
    )


def test_it_appears_only_when_it_is_whole(plain, tmp_path):
    path = tmp_path / "report.html"
    write_report(plain, path)
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_an_empty_table_has_a_page():
    assert "0 replies in 0 conversations" in render(written([]), title="Nothing")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed here")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser, scores, path, **settings):
    """Open a report; give the page, and what it complained of or asked for."""
    write_report(scores, path)
    page, trouble = browser.new_page(**settings), []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith("file:")
            or trouble.append(request.url))  # fmt: skip
    page.goto(path.as_uri())
    return page, trouble


def test_in_a_browser_a_number_opens_the_conversations_behind_it(browser, plain, tmp_path):
    page, trouble = opened(browser, plain, tmp_path / "report.html")
    assert page.locator("#count").inner_text() == "40 conversations"
    page.locator(".card", has_text="Empathy given").get_by_role("button").click()
    assert page.locator("#count").inner_text() == "14 conversations"
    page.locator("#list > li > button").first.press("Enter")
    assert page.locator(".talk .turn").count() == 3
    label = page.locator("svg.arc").get_attribute("aria-label")
    assert label.startswith("Customer's valence: -1.5")
    page.select_option("select[name=agent_id]", "ann")
    assert 0 < int(page.locator("#count").inner_text().split()[0]) < 14
    page.goto(page.url + "#agent_id=bob&road=care")
    assert page.locator("select[name=agent_id]").input_value() == "bob"
    assert trouble == []


def test_in_a_browser_hostile_transcripts_stay_text(browser, hostile, tmp_path):
    page, trouble = opened(browser, hostile, tmp_path / "report.html")
    rows = page.locator("#list > li > button")
    for place in range(rows.count()):
        rows.nth(place).click()
    assert page.evaluate("window.hacked") is None
    shown = page.locator(".turn.agent .bubble").evaluate_all("all => all.map(n => n.textContent)")
    assert shown == HOSTILE
    assert page.locator("body").is_visible()
    assert trouble == []


def test_in_a_browser_markers_stand_at_their_words_past_emoji(browser, tmp_path):
    text = "😀😀 so sorry 👍"
    rows = talk("x", ("c", "broken", {"valence": -1.0}), ("a", text, {"road": "care"}))
    scores = written(rows, {1: (Marker("regret", 3, 11, "so sorry", 0.9),)})
    page, trouble = opened(browser, scores, tmp_path / "report.html")
    page.locator("#list > li > button").click()
    assert page.locator("mark.apology", has_text="so sorry").inner_text() == "so sorry"
    assert trouble == []


@pytest.mark.parametrize("width", [390, 1200])
def test_in_a_browser_it_does_not_scroll_sideways(browser, plain, tmp_path, width):
    settings = {"viewport": {"width": width, "height": 800}, "color_scheme": "dark"}
    page, trouble = opened(browser, plain, tmp_path / "report.html", **settings)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
