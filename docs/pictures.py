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
  nav, #about, main > section:not(#brief, #spread), .skip { display: none !important }
  #brief > h3, #brief > h3 ~ *, #spread > h3, #spread .influences, #spread .pick { display: none !important }
  #brief > h3:first-of-type, #brief > h3:first-of-type ~ .cards:first-of-type { display: revert !important }
  #brief > .cards:first-of-type { display: grid !important }
  #spread > h3 ~ :not(.scroll, .note), #spread > .note ~ .note { display: none !important }
  .frame { display: block !important }
  .top { padding-bottom: 1rem }
  main > section:last-of-type { margin-bottom: 0 }
"""


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
        page.screenshot(path=target, full_page=True)
        browser.close()
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}: {size:,} bytes")
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
