"""The page: complete, self-contained, escaped, the same every time, and usable by keyboard on any screen."""

import re
from collections.abc import Iterator
from datetime import date
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import EXAMPLE_DAY, ORGS, ROOT, model_from
from markup import Outline
from test_roots import UNSTEWARDED

from aiopkg.assessment import Assessment
from aiopkg.engine import assess, assess_model
from aiopkg.report import to_html
from aiopkg.rules import catalogue

DAY = date(2026, 6, 30)
PACK = "us-omb-m-25-21"
HOSTILE = '<script>alert("x")</script><img src=//evil.example/x onerror=alert(1)>\'"&amp;{{ 7 * 7 }}'
CHROMIUM = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
SECTIONS = [
    "brief",
    "pillars",
    "spread",
    "units",
    "shape",
    "maturity",
    "begin",
    "reuse",
    "unknown",
    "idle",
    "gaps",
    "about",
]


@pytest.fixture(scope="module")
def manufacturer() -> Assessment:
    return assess(ORGS / "manufacturer.ttl", as_of=DAY)


@pytest.fixture(scope="module")
def page(manufacturer: Assessment) -> str:
    return to_html(manufacturer)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of an organization whose every label tries to break out of its element."""
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    escaped = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r'(rdfs:label|foaf:name|dcterms:title) "[^"]*"', lambda m: f'{m[1]} "{escaped}"', text)
    path = tmp_path_factory.mktemp("hostile") / "hostile.ttl"
    path.write_text(text, encoding="utf-8")
    return to_html(assess(path, as_of=DAY))


def addresses(html: str) -> Iterator[str]:
    """Yield everything that a browser might fetch or follow."""
    for _, attributes in Outline(html).elements:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href", "formaction"):
            if attributes.get(name):
                yield str(attributes[name])
    for style in re.findall(r"<style>(.*?)</style>", html, re.S):
        yield from re.findall(r"url\(\s*([^)]*)\)", style)
        yield from re.findall(r"@import[^;]*", style)


def test_the_page_points_at_nothing_but_itself(page: str, hostile: str) -> None:
    for html in (page, hostile):
        assert [a for a in addresses(html) if not a.startswith("#") and a != "data:,"] == []


@pytest.fixture(scope="module")
def bank() -> str:
    return to_html(assess(ORGS / "bank.ttl", as_of=DAY, packs=[PACK]))


def test_each_link_inside_the_page_has_a_target(page: str, bank: str) -> None:
    for html in (page, bank):
        ids = [str(attributes["id"]) for _, attributes in Outline(html).elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert {a for a in addresses(html) if a.startswith("#")} <= {f"#{name}" for name in ids}


def test_labels_stay_text(page: str, hostile: str) -> None:
    outline = Outline(hostile)
    assert len(outline.of("script")) == len(outline.of("style")) == 1
    assert outline.of("img") == []
    assert [name for _, attributes in outline.elements for name in attributes if name.startswith("on")] == []
    assert "&lt;script&gt;alert" in hostile and "{{ 7 * 7 }}" in hostile
    scripts = [re.findall(r"<script>(.*?)</script>", html, re.S)[-1] for html in (page, hostile)]
    assert scripts[0] == scripts[1]


def test_the_same_assessment_gives_the_same_bytes(page: str) -> None:
    assert to_html(assess(ORGS / "manufacturer.ttl", as_of=DAY)) == page


def test_every_section_is_there_in_order_and_is_named(page: str) -> None:
    outline = Outline(page)
    found = [a["id"] for a in outline.of("section", "footer")]
    assert found == SECTIONS
    assert len(outline.of("main")) == len(outline.of("nav")) == len(outline.of("h1")) == 1
    assert all("aria-labelledby" in a for a in outline.of("section"))


def test_a_pack_in_force_has_its_section(bank: str) -> None:
    assert "pack-1" in [a["id"] for a in Outline(bank).of("section")]
    labels = [rule.label for rule in catalogue() if rule.pack == PACK and rule.in_force(DAY)]
    assert labels and all(escape(label) in bank for label in labels)


def test_headings_skip_no_level(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(page).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_gap_of_a_small_organization_is_listed(manufacturer: Assessment, page: str) -> None:
    assert [f.id for f in manufacturer.findings if f"<code>{f.id}</code>" not in page] == []


def test_what_is_not_known_is_counted_and_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "open.ttl"
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    path.write_text(text + "\n[] a aiop:Incompleteness ; aiop:ofProperty aiop:AnyProperty .\n", encoding="utf-8")
    found = assess(path, as_of=DAY)
    unknown = [f for f in found.findings if f.verdict == "unknown"]
    html = to_html(found)
    assert len(unknown) > 20
    assert [f.id for f in unknown if f.id in html] == []
    assert "cannot be decided from what was reported" in html


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    many = "".join(f"\n:extra-{n} a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:operatedBy :sales ." for n in range(90))
    path = tmp_path / "many.ttl"
    path.write_text(text + many, encoding="utf-8")
    found = assess(path, as_of=DAY)
    html = to_html(found)
    listed = [f.id for f in found.findings if f"<code>{f.id}</code>" in html]
    assert len(listed) < len(found.findings)
    most = max(row["violated"] for row in found.verdicts.values())
    shown = re.search(r"Not listed here: (\d+) more broken", html)
    assert shown is not None and int(shown[1]) < most


def test_an_organization_of_which_nothing_is_said_gets_a_page(tmp_path: Path) -> None:
    path = tmp_path / "bare.ttl"
    path.write_text("[] a <http://www.w3.org/ns/org#FormalOrganization> .\n", encoding="utf-8")
    html = to_html(assess(path, as_of=DAY))
    assert "could be judged" in html
    assert [a["id"] for a in Outline(html).of("section", "footer")] == SECTIONS


def test_contradictions_are_shown_first(tmp_path: Path) -> None:
    path = tmp_path / "torn.ttl"
    facts = """
    @prefix ex: <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    ex:o a <http://www.w3.org/ns/org#FormalOrganization> .
    ex:one owl:sameAs ex:other ; owl:differentFrom ex:other .
    """
    path.write_text(facts, encoding="utf-8")
    found = assess(path, as_of=DAY)
    html = to_html(found)
    assert html.index("contradicts itself") < html.index(found.contradictions[0].id) < html.index('class="figures"')
    assert "One is different from other." in html


def test_the_page_uses_no_word_of_the_trade(page: str) -> None:
    shown = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    assert re.findall(r"\b(SHACL|SPARQL|RDF|OWL|IRI|triples?|ontology)\b", re.sub(r"<[^>]*>", " ", shown)) == []


def test_the_script_writes_no_markup_and_asks_for_nothing(page: str) -> None:
    script = re.findall(r"<script>(.*?)</script>", page, re.S)[-1]
    assert re.search(r"\beval\(|new Function|innerHTML|document\.write|fetch\(|XMLHttpRequest|import\(", script) is None


def test_nothing_carries_a_style_of_its_own(page: str, bank: str) -> None:
    for html in (page, bank):
        assert [attributes for _, attributes in Outline(html).elements if "style" in attributes] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_the_page_and_filters_it_by_keyboard(page: str, tmp_path: Path, width: int) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        tab = browser.new_page(viewport={"width": width, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        rules = tab.locator("#gaplist > .rule:not([hidden])")
        everything = rules.count()
        tab.locator("#filter-text").focus()
        tab.keyboard.type("steward")
        assert 0 < rules.count() < everything
        assert tab.locator("#filter-count").inner_text().endswith("rules") or rules.count() == 1
        tab.keyboard.press("Tab")
        tab.keyboard.press("h")
        assert tab.locator("#filter-severity").input_value() == "hint"
        assert all(e.get_attribute("data-severity") == "hint" for e in rules.all())

        head = tab.locator("#units th button").last
        head.focus()
        tab.keyboard.press("Enter")
        assert tab.locator("#units th[aria-sort=descending]").count() == 1

        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_templates_lie_inside_the_package() -> None:
    assert (ROOT / "aiopkg" / "report" / "page" / "templates" / "page.html").is_file()


def test_the_page_says_what_a_gap_explains_and_the_fewest_places_that_explain_everything(
    manufacturer: Assessment, page: str
) -> None:
    smallest = manufacturer.cascades.smallest
    assert f"Gaps in {smallest.size} of the {len(manufacturer.cascades.root_causes)} places" in page
    assert smallest.optimal
    assert "this is proven" in page
    small = to_html(assess_model(model_from(UNSTEWARDED), as_of=EXAMPLE_DAY))
    assert "<b>Closing this frees, once the gaps that it explains go with it,</b> Paying, Triage." in small
    assert page.count("Gaps elsewhere that this explains") == sum(
        bool(cause.explains) for cause in manufacturer.cascades.root_causes if cause.reaches
    )
    assert page.count("known to happen, not seen") == sum(
        not loop.confirmed for loop in manufacturer.cascades.mode_loops
    )
