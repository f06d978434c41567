"""Draws the pictures of the README and the docs from the example organizations, with a headless Chromium.

Run it from the root of a checkout: ``python docs/pictures.py``.
"""

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, sync_playwright

from aiopkg.assessment import Assessment
from aiopkg.engine import assess
from aiopkg.report import to_html
from aiopkg.web import Site
from aiopkg.web.addresses import Addresses

ROOT = Path(__file__).parent.parent
IMAGES = Path(__file__).parent / "images"
DAY = date(2026, 6, 30)
WIDTH = 1200
MOST_BYTES = 300_000

ONLY_WHAT_IS_SHOWN = """
  nav, #about, main > section:not(#brief, #spread), .skip, .pick, .influences { display: none !important }
  .frame { display: block !important }
  .top { padding-bottom: 1rem }
  #spread { margin-bottom: 0 !important }
"""
CUT = """() => {
  const after = (last) => { while (last.nextElementSibling) { last.nextElementSibling.remove(); } };
  after(document.querySelector("#brief > .cards"));
  after(document.querySelector("#spread > .scroll"));
  document.querySelector("#spread > h3").remove();
}"""
SERVED = "http://served/"
USE_CASE = "https://example.org/brackenforge/parts-forecast"


def main() -> int:
    """Write the pictures; return 1 if no browser is found or a picture is too large."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser_path is None:
        print("chromium is not installed.", file=sys.stderr)
        return 1
    found = assess(ROOT / "tests" / "orgs" / "manufacturer.ttl", as_of=DAY)
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        pictures = [report_picture(browser, found), web_picture(browser, found)]
        browser.close()
    for picture in pictures:
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")
    return 0 if all(picture.stat().st_size <= MOST_BYTES for picture in pictures) else 1


def report_picture(browser: Browser, found: Assessment) -> Path:
    """Draw the executive view of the report."""
    target = IMAGES / "report.png"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(to_html(found), encoding="utf-8")
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.goto(path.as_uri())
        page.add_style_tag(content=ONLY_WHAT_IS_SHOWN)
        page.evaluate(CUT)
        page.screenshot(path=target, full_page=True)
        page.close()
    return target


def web_picture(browser: Browser, found: Assessment) -> Path:
    """Draw the page of a use case, as the server would send it."""
    site = Site(found)

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        answered = site.answer(parts.path.removeprefix("/"), parts.query)
        route.fulfill(status=answered.status, headers=answered.headers, body=answered.body)

    target = IMAGES / "web-page.png"
    page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
    page.route("**/*", answer)
    page.goto(SERVED + Addresses().element(USE_CASE))
    page.screenshot(path=target)
    page.close()
    return target


if __name__ == "__main__":
    sys.exit(main())
