"""The web page in a real browser: silent, offline, by keyboard, accessible, and deaf to hostile labels."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from conftest import ORGS
from hostility import hostile_organization
from playwright.sync_api import Browser, Page, sync_playwright
from serving import running_page

from aiopkg.web.query import EDITOR, STATIC

CHROMIUM = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

EX = "https://example.org/brackenforge/"
BUNDLED = all((STATIC / name).is_file() for name in EDITOR)
PAGES = {
    "overview": "",
    "pillars": "pillars",
    "units": "units",
    "findings": "findings",
    "a rule": "findings?rule=G103",
    "recommendations": "recommendations",
    "cascades": "cascades",
    "a cascade": f"cascade?iri={quote(EX + 'brackenforge')}",
    "an element": f"entity?iri={quote(EX + 'parts-forecast')}",
    "a class": f"entity?iri={quote('https://w3id.org/aiop#UseCase')}",
    "elements": "entities",
    "a proof": "why?of=archetype",
    "archetype": "archetype",
    "a unit": f"entity?iri={quote(EX + 'quality')}",
    "begin": "begin",
    "unknown": "unknown",
    "query": "query",
    "about": "about",
}


@dataclass
class Watched:
    """A browser page with all that it said and asked for."""

    tab: Page
    url: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        self.tab.goto(self.url + address)

    def check_silence(self) -> None:
        here = urlsplit(self.url).netloc
        assert self.said == []
        assert [each for each in self.asked if urlsplit(each).netloc != here and not each.startswith("data:")] == []


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_page(ORGS / "manufacturer.ttl", "2026-06-30") as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


def watched(browser: Browser, url: str, *, width: int = 1280, scheme: str = "light", script: bool = True) -> Watched:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )
    seen = Watched(context.new_page(), url)
    seen.tab.on("console", lambda message: seen.said.append(message.text))
    seen.tab.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.tab.on("dialog", lambda dialog: seen.said.append(dialog.message))
    seen.tab.on("request", lambda request: seen.asked.append(request.url))
    return seen


def complaints(seen: Watched, names: list[str]) -> list[str]:
    """What axe-core finds on some pages with everything on them open, and what is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for name in names:
        seen.go(PAGES[name])
        if name == "query" and BUNDLED:
            seen.tab.locator(".yasqe_queryButton").click()
            seen.tab.locator(".yasr table td").first.wait_for()
        seen.tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for violation in Axe().run(seen.tab).response["violations"]:
            found += [f"{name}: {violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
        if not seen.tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append(f"{name}: wider than the screen")
    seen.check_silence()
    return found


@pytest.mark.skipif(not BUNDLED, reason="the bundled editor was not built: see frontend/")
def test_the_editor_is_dark_where_the_page_is(browser: Browser, url: str) -> None:
    seen = watched(browser, url, scheme="dark")
    seen.go("query")
    seen.tab.locator(".yasqe_queryButton").wait_for()
    shade = "([...getComputedStyle(document.querySelector('%s')).%s.matchAll(/[\\d.]+/g)].slice(0, 3).map(Number))"
    ground = seen.tab.evaluate(shade % (".yasqe .CodeMirror", "backgroundColor"))
    ink = seen.tab.evaluate(shade % (".yasqe .CodeMirror", "color"))
    assert max(ground) < 70 and min(ink) > 180
    assert seen.tab.evaluate("getComputedStyle(document.querySelector('.yasgui')).filter") == "none"


def test_pages_are_accessible_on_a_dark_phone(browser: Browser, url: str) -> None:
    seen = watched(browser, url, width=390, scheme="dark")
    assert complaints(seen, ["findings", "an element", "a cascade", "a proof", "query"]) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_accessible(browser: Browser, url: str, width: int, scheme: str) -> None:
    assert complaints(watched(browser, url, width=width, scheme=scheme), list(PAGES)) == []


def focused(seen: Watched, what: str) -> object:
    return seen.tab.evaluate(f"(() => {{ const it = document.activeElement; return {what}; }})()")


def tab_to(seen: Watched, test: str, most: int = 80) -> None:
    """Press the tab key until the focused element passes a test, and see on the way that each can be seen."""
    for _ in range(most):
        seen.tab.keyboard.press("Tab")
        assert focused(seen, "it !== document.body")
        outlined = "getComputedStyle(it).outlineStyle !== 'none' || it.matches('main')"
        assert focused(seen, outlined), focused(seen, "it.outerHTML")
        box = focused(
            seen, "(box => box.width > 0 && box.bottom > 0 && box.top < innerHeight)(it.getBoundingClientRect())"
        )
        assert box, focused(seen, "it.outerHTML")
        if focused(seen, test):
            return
    raise AssertionError(f"The tab key never came to: {test}")


def test_everything_is_reached_by_keyboard_alone(browser: Browser, url: str) -> None:
    seen = watched(browser, url)
    seen.go("")
    seen.tab.keyboard.press("Tab")
    assert focused(seen, "it.className") == "skip"
    tab_to(seen, "it.textContent === 'Findings'")
    assert focused(seen, "it.closest('nav') !== null")
    seen.tab.keyboard.press("Enter")
    seen.tab.wait_for_url("**/findings")
    seen.tab.keyboard.press("Tab")
    seen.tab.keyboard.press("Enter")
    assert focused(seen, "it.id") == "main"
    tab_to(seen, "it.name === 'q'")
    seen.tab.keyboard.type("steward")
    tab_to(seen, "it.name === 'severity'")
    seen.tab.keyboard.press("s")
    tab_to(seen, "it.type === 'submit'")
    seen.tab.keyboard.press("Enter")
    seen.tab.wait_for_url("**/findings?q=steward&severity=violation*")
    tab_to(seen, "it.className === 'why'")
    seen.tab.keyboard.press("Enter")
    seen.tab.wait_for_url("**/why?of=*")
    tab_to(seen, "it.localName === 'summary'")
    opened = focused(seen, "it.parentElement.open")
    seen.tab.keyboard.press("Enter")
    assert focused(seen, "it.parentElement.open") != opened
    seen.go(PAGES["an element"])
    tab_to(seen, "it.href?.includes('cascade?')", most=200)
    seen.tab.keyboard.press("Enter")
    seen.tab.wait_for_url("**/cascade?iri=*")
    seen.check_silence()


def test_filters_and_queries_work_without_a_script(browser: Browser, url: str) -> None:
    seen = watched(browser, url, script=False)
    seen.go("findings")
    seen.tab.get_by_label("Pillar").select_option("data")
    seen.tab.get_by_label("Words").fill("steward")
    seen.tab.get_by_role("button", name="Filter").click()
    assert "pillar=data" in seen.tab.url
    rows = seen.tab.locator("tbody tr").all_inner_texts()
    assert rows and all("steward" in row.lower() for row in rows)
    seen.go("query")
    seen.tab.get_by_role("textbox", name="Query").fill("ASK { ?s ?p ?o }")
    seen.tab.get_by_role("button", name="Ask").click()
    assert "true" in seen.tab.content()


def plain_editor(browser: Browser, url: str) -> Watched:
    seen = watched(browser, url)
    seen.tab.route("**/static/editor.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    seen.go("query")
    return seen


def test_the_plain_editor_shows_answers_and_errors(browser: Browser, url: str) -> None:
    seen = plain_editor(browser, url)
    ask = seen.tab.get_by_role("button", name="Ask")
    query = seen.tab.get_by_role("textbox", name="Query")
    ask.click()
    seen.tab.locator("#answer tbody tr").first.wait_for()
    assert seen.tab.locator("#said").inner_text() == "100 rows"
    assert (seen.tab.locator("#answer a").first.get_attribute("href", timeout=5000) or "").startswith("entity?iri=")
    assert seen.tab.locator("#answer td", has_text="https://example.org/").count() == 0
    assert seen.tab.locator("#answer").get_by_text("Visual inspection", exact=True).count() == 1
    query.fill("SELECT * {\n  ?s ?p\n}")
    ask.click()
    seen.tab.locator("#said.wrong").wait_for()
    assert "line 3, column 1" in seen.tab.locator("#said").inner_text()
    seen.said.clear()  # the browser itself notes the status 400
    query.fill('CONSTRUCT { ?s <http://e/says> "<img src=x onerror=alert(1)>" } { ?s a ?k } LIMIT 1')
    ask.click()
    seen.tab.locator("#raw").filter(has_text="<img src=x").wait_for()
    seen.tab.get_by_label("Begin with a question").select_option(index=1)
    ask.click()
    seen.tab.locator("#answer thead th").first.wait_for()
    seen.check_silence()


@pytest.mark.skipif(not BUNDLED, reason="the bundled editor was not built: see frontend/")
def test_the_bundled_editor_asks_this_server_and_nobody_else(browser: Browser, url: str) -> None:
    seen = watched(browser, url)
    seen.go("query")
    seen.tab.locator(".yasqe_queryButton").click()
    seen.tab.locator(".yasr table td").first.wait_for()
    assert not seen.tab.locator("#query-form").is_visible()
    link = seen.tab.locator(".yasr td a.iri").first
    assert (link.get_attribute("href", timeout=5000) or "").startswith("entity?iri=")
    assert seen.tab.locator(".yasr td", has_text="https://example.org/").count() == 0
    assert seen.tab.locator(".yasr").get_by_text("Visual inspection", exact=True).count() == 1
    seen.tab.locator(".tableFilter").press_sequentially("nella wick")
    seen.tab.locator(".yasr tbody tr").nth(1).wait_for(state="detached")
    assert seen.tab.locator(".yasr tbody tr").all_inner_texts()[0].split("\t")[1].strip() == "Nella Wickham"
    seen.tab.get_by_label("Begin with a question").select_option(index=1)
    assert "SELECT" in seen.tab.locator(".CodeMirror-code").inner_text()
    seen.tab.locator(".yasqe textarea").focus()
    seen.tab.keyboard.press("Tab")
    assert not focused(seen, "it.closest('.yasqe .CodeMirror') !== null && it.localName === 'textarea'")
    seen.check_silence()


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("hostile") / "hostile.ttl"
    path.write_text(hostile_organization(), encoding="utf-8")
    with running_page(path, "2026-06-30") as url:
        yield url


def test_nothing_that_a_label_says_is_done(browser: Browser, hostile_url: str) -> None:
    seen = watched(browser, hostile_url, width=390)
    address = f"entity?iri={quote('javascript:window.pwned=1')}"
    for page in (*PAGES.values(), address):
        seen.go(page)
        assert seen.tab.evaluate("window.pwned") is None, page
        assert seen.tab.locator("img").count() == 0, page
        assert seen.tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page
    seen.tab.locator("nav a").first.click()
    seen.tab.locator("details summary").first.click()
    seen.check_silence()
    labels = "SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(CONTAINS(?l, 'pwned')) } LIMIT 9"
    asking = plain_editor(browser, hostile_url)
    asking.tab.get_by_role("textbox", name="Query").fill(labels)
    asking.tab.get_by_role("button", name="Ask").click()
    asking.tab.locator("#answer tbody tr").first.wait_for()
    assert asking.tab.evaluate("window.pwned") is None
    asking.check_silence()
