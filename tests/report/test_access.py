"""The page for those who use a keyboard, a screen reader, another contrast, less motion, paper."""

import re
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from by_hand import fuzz, talk, written

TEXT, MARK = 4.5, 3.0
"""Contrast that text must have, and what is drawn (WCAG 2, level AA)."""

STYLE = (files("empathy_score.report") / "page.css").read_text(encoding="utf-8")
MARKS = ("empathy", "apology", "learn", "teach", "control", "beyond", "go_away", "other")
PAPERS = ("paper", "card")
ON = {
    "ink": (*PAPERS, "customer", "agent", *(f"m-{name}" for name in MARKS)),
    "soft": PAPERS,
    "link": PAPERS,
    "moment": PAPERS,
}
"""Colours of text, and what they stand on."""

DRAWN = ("learn", "care", "teach", "go_away", "none", "edge", "moment", "link")


def colours(scheme):
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, flags=re.S)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {}
    )


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, two):
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_drawings_stand_out(scheme):
    found = colours(scheme)
    for colour, papers in ON.items():
        for paper in papers:
            assert contrast(found[colour], found[paper]) >= TEXT, (colour, paper)
    for colour in DRAWN:
        for paper in PAPERS:
            assert contrast(found[colour], found[paper]) >= MARK, (colour, paper)


@pytest.fixture(scope="module")
def scores():
    rng, rows = np.random.default_rng(5), []
    for number in range(24):
        rows += talk(
            f"t{number:02d}",
            ("c", fuzz(rng, 6), {"feeling": "anger", "valence": -1.5}),
            ("a", f"I'll send {fuzz(rng, 5)} today.", {
                "road": "care" if number % 2 else "go_away", "score": 90.0 * (number % 2),
                "opportunity": "given" if number % 2 else "missed"}),
            ("c", fuzz(rng, 4), {"feeling": "joy", "valence": 1.0}),
            agent_id="ann" if number % 3 else "bob", timestamp=f"2026-01-{number + 1:02d}",
        )  # fmt: skip
    return written(rows)


def test_a_keyboard_is_enough(opened, scores):
    page = opened(scores)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the conversations"
    assert skip.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    skip.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("name") == "agent_id"
    first = page.locator("#list h3 button").first
    for _ in range(30):
        page.keyboard.press("Tab")
        if first.evaluate("node => node === document.activeElement"):
            break
    assert first.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    panel = page.locator(f"#{first.get_attribute('aria-controls')}")
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert first.get_attribute("aria-expanded") == "true"
        assert panel.locator(".turn").count() == 3
        page.keyboard.press("Escape")
        assert first.get_attribute("aria-expanded") == "false"
        assert not panel.is_visible()
        assert first.evaluate("node => node === document.activeElement")


def test_the_tab_order_is_the_order_of_the_page(opened, scores):
    page = opened(scores)
    orders = page.evaluate("[...document.querySelectorAll('[tabindex]')].map((n) => n.tabIndex)")
    assert set(orders) <= {-1, 0}
    links = page.evaluate("[...document.querySelectorAll('svg a')].map((n) => n.tabIndex)")
    assert set(links) == {-1}  # what charts link to, the tables beside them link to


def test_a_screen_reader_finds_its_way(opened, scores):
    page = opened(scores)
    page.locator("#list h3 button").first.click()
    for name in ("header", "nav", "main", "footer"):
        assert page.locator(f"body {name}").count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not([aria-label]):not([aria-labelledby])").count() == 0
    assert page.locator("section:not([aria-labelledby])").count() == 0
    assert page.locator("svg:not([aria-hidden]):not([role=img][aria-label])").count() == 0
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, input, select, th")]
      .filter((node) => !(node.textContent.trim() || node.labels?.length)).length""")
    assert nameless == 0
    unlabelled = page.evaluate("""() => [...document.querySelectorAll("input, select")]
      .filter((node) => !node.labels?.[0]?.firstChild.textContent.trim()).length""")
    assert unlabelled == 0
    astray = page.evaluate("""() =>
      ["aria-controls", "aria-labelledby"].flatMap((name) =>
        [...document.querySelectorAll(`[${name}]`)].filter((node) =>
          !document.getElementById(node.getAttribute(name)))).length""")
    assert astray == 0
    twice = page.evaluate("""() => {
      const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
      return ids.length - new Set(ids).size;
    }""")
    assert twice == 0


def test_a_number_says_aloud_what_it_selects(opened, scores):
    page = opened(scores)
    page.get_by_role("button", name="12: road go_away").first.click()
    assert page.get_by_role("status").inner_text() == "12 replies in 12 conversations"


@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_it_moves_only_where_motion_is_welcome(opened, scores, motion, behaviour):
    page = opened(scores, reduced_motion=motion)
    said = "getComputedStyle(document.documentElement).scrollBehavior"
    assert page.evaluate(said) == behaviour


def test_on_paper_all_figures_show_and_no_form(opened, scores):
    page = opened(scores, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#filters").is_visible()
    assert not page.locator("nav").is_visible()
    for table in page.locator("main table").all():
        assert table.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    marker = "getComputedStyle(document.documentElement).getPropertyValue('--m-empathy')"
    assert page.evaluate(marker) == colours("light")["m-empathy"]
    assert len(page.pdf()) > 10_000
