"""A real browser, and reports opened in it."""

import shutil
from contextlib import contextmanager

import pytest

from empathy_score.report import write_report

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed here")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def opening(browser):
    """Open reports in a folder; at the end, nothing may have complained or been asked for."""

    @contextmanager
    def opening(folder):
        pages, trouble = [], []

        def opened(scores, **settings):
            path = folder / "report.html"
            write_report(scores, path)
            page = browser.new_page(**settings)
            pages.append(page)
            page.on("console", lambda message: trouble.append(message.text))
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda request: request.url.startswith("file:")
                    or trouble.append(request.url))  # fmt: skip
            page.goto(path.as_uri())
            return page

        yield opened
        for page in pages:
            page.close()
        assert trouble == []

    return opening


@pytest.fixture
def opened(opening, tmp_path):
    with opening(tmp_path) as opened:
        yield opened
