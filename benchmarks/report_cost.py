"""Measure what the report costs: seconds and size, and how long a browser takes to show it.

    python benchmarks/report_cost.py [--conversations 10000] [--chromium /usr/bin/chromium]

Authored conversations are scored and repeated under ids, agents and days of their own, so that the
page has as much to show as it would of real ones. Opening is timed to the end of loading and to
the first paint, a conversation from the click to its turns on the page, each as the median of
several; without a browser these are left out.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from texts import AGENTS, authored

BASE = 300
"""Distinct exchanges that are scored."""

OPENINGS = 5
FIRST_DAY = pd.Timestamp("2026-01-01", tz="UTC")
DAYS = 180


def conversations(count: int) -> pd.DataFrame:
    """Lay out so many conversations, one row a turn."""
    exchanges = authored(min(BASE, count))
    rows = []
    for number in range(count):
        exchange = exchanges[number % len(exchanges)]
        shared = {
            "conversation_id": f"C-{number:06d}",
            "agent_id": f"agent {number % AGENTS}",
            "company": f"company {number % 5}",
            "channel": ("chat", "email", "call")[number % 3],
            "timestamp": (FIRST_DAY + pd.Timedelta(days=number % DAYS)).isoformat(),
        }
        for role, text in (*exchange.context, ("agent", exchange.reply)):
            rows.append({**shared, "role": role, "text": text})
    return pd.DataFrame(rows)


def in_browser(page: Path, chromium: str) -> dict[str, float]:
    """Give milliseconds until the page is loaded and painted, and until a conversation shows."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic",
                                            "--disable-background-networking"],
        )  # fmt: skip
        found = [_opened(browser, page) for _ in range(OPENINGS)]
        browser.close()
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _opened(browser: Any, page: Path) -> dict[str, float]:
    tab = browser.new_page()
    tab.goto(page.as_uri())
    times: dict[str, float] = tab.evaluate(
        """async () => {
            const load = performance.getEntriesByType("navigation")[0].loadEventEnd;
            const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
            const begun = performance.now();
            document.querySelector("#list li button").click();
            const turns = document.querySelectorAll("#list .turn").length;
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            if (!turns) throw new Error("no conversation opened");
            return {load, paint: paint ?? NaN, conversation: performance.now() - begun};
        }"""
    )
    tab.close()
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    given = parser.parse_args()
    from empathy_score import Scorer
    from empathy_score.report import write_report

    scorer = Scorer()
    browser = "loaded, ms | first paint, ms | conversation, ms |"
    print(f"| conversations | turns | seconds to write | MB | {browser}\n|{'---|' * 7}")
    for count in given.conversations:
        scores = scorer.score(conversations(count))
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            begun = time.perf_counter()
            write_report(scores, page, limit=count)
            seconds = time.perf_counter() - begun
            shown = in_browser(page, given.chromium) if given.chromium else {}
            cells = [f"{shown[n]:.0f}" if shown else "" for n in ("load", "paint", "conversation")]
            print(
                f"| {count:,} | {len(scores):,} | {seconds:.1f} | {page.stat().st_size / 1e6:.1f} "
                f"| {' | '.join(cells)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
