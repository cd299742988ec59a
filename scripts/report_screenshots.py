"""Take the README's picture of the sample's report again: its first screen, in light colours.

    python scripts/report_screenshots.py [--all FOLDER] [--scored FILE]

With --all it also takes whole pages and an opened conversation, light and dark, on a desk and on a
phone, to be looked at. Needs the extra dev, and Debian's chromium.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from empathy_score import score
from empathy_score.report import write_report
from empathy_score.scored import read_scores

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample_transcripts.csv"
PICTURE = ROOT / "notebooks" / "images" / "report.png"
TITLE = "Thirteen companies, spring 2026"
COLOURS = 128
"""Of the README's picture: flat areas and letters need no more, and it stays small."""

DESK: ViewportSize = {"width": 1160, "height": 1010}
PHONE: ViewportSize = {"width": 390, "height": 844}
SHARPNESS = 1.2
"""Points of the picture to a pixel of the page: 1,392 across."""

OPENED = "OB-7810"
"""The conversation that is shown open: it has moments of truth."""

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> None:
    """Score the sample, write its report and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", metavar="FOLDER", help="take every picture, and put them there")
    parser.add_argument("--scored", metavar="FILE", help="the sample, scored before")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    scores = read_scores(given.scored) if given.scored else score(SAMPLE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        report = Path(folder) / "report.html"
        write_report(scores, report, title=TITLE)
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        first_screen = opened(browser, report, DESK, "light").screenshot()
        if given.all:
            take_all(browser, report, Path(given.all))
        browser.close()
    PICTURE.parent.mkdir(exist_ok=True)
    image = Image.open(BytesIO(first_screen)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"written: {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1024} KB")


def opened(browser: Browser, report: Path, size: ViewportSize, scheme: Scheme) -> Page:
    """Open the report at a size, in a colour scheme."""
    page = browser.new_page(
        viewport=size, color_scheme=scheme, device_scale_factor=SHARPNESS, reduced_motion="reduce"
    )
    page.goto(report.as_uri())
    return page


def take_all(browser: Browser, report: Path, folder: Path) -> None:
    """Take whole pages and an opened conversation, in both schemes and sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in (("desk", DESK), ("phone", PHONE)):
        for scheme in SCHEMES:
            page = opened(browser, report, size, scheme)
            page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True)
            page.locator("input[name=id]").fill(OPENED)
            page.locator("#list h3 button").first.click()
            talk = page.locator("#list > li").first
            talk.screenshot(path=folder / f"{name}-{scheme}-talk.png")
            page.close()


if __name__ == "__main__":
    main()
