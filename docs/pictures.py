"""Draws the pictures of the README from the example organizations, with a headless Chromium.

Run it from the root of a checkout: ``python docs/pictures.py``.
"""

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from aiopkg.engine import assess
from aiopkg.report import to_html

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


def main() -> int:
    """Write the picture of the executive view; return 1 if no browser is found."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser_path is None:
        print("chromium is not installed.", file=sys.stderr)
        return 1
    html = to_html(assess(ROOT / "tests" / "orgs" / "manufacturer.ttl", as_of=DAY))
    IMAGES.mkdir(exist_ok=True)
    target = IMAGES / "report.png"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.goto(path.as_uri())
        page.add_style_tag(content=ONLY_WHAT_IS_SHOWN)
        page.evaluate(CUT)
        page.screenshot(path=target, full_page=True)
        browser.close()
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}: {size:,} bytes")
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
