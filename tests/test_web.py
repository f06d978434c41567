"""The web page without a browser: every address leads somewhere, filters filter, labels stay text."""

import re
from collections.abc import Iterator
from datetime import date
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from conftest import ORGS
from hostility import hostile_organization
from markup import Outline
from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.engine import assess
from aiopkg.report.html import to_html
from aiopkg.vocab import GRAPH
from aiopkg.web import Answer, Site

DAY = date(2026, 6, 30)
EX = "https://example.org/brackenforge/"
MOST_FOLLOWED = 110


@pytest.fixture(scope="module")
def manufacturer() -> Assessment:
    return assess(ORGS / "manufacturer.ttl", as_of=DAY)


@pytest.fixture(scope="module")
def site(manufacturer: Assessment) -> Site:
    return Site(manufacturer)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("hostile") / "hostile.ttl"
    path.write_text(hostile_organization(), encoding="utf-8")
    return Site(assess(path, as_of=DAY))


def html(site: Site, path: str, **parameters: str) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    answer = site.answer(path, query)
    assert answer.status == 200, (path, parameters)
    return answer.body.decode()


def links(text: str) -> Iterator[str]:
    for attributes in Outline(text).of("a", "link", "script"):
        address = attributes.get("href") or attributes.get("src") or ""
        if not address.startswith(("#", "data:")):
            yield address


def crawl(site: Site, most: int) -> dict[str, Answer]:
    """Every page that links lead to from the overview, breadth first, up to a number; addresses of each kind mixed."""
    waiting, found = ["./"], dict[str, Answer]()
    while waiting and len(found) < most:
        address = waiting.pop(0).partition("#")[0]
        if address in found:
            continue
        parts = urlsplit(address)
        assert not parts.scheme and not parts.netloc, address
        path = "" if parts.path == "./" else parts.path
        assert path in site.paths, address
        found[address] = site.answer(path, parts.query)
        if found[address].headers["Content-Type"].startswith("text/html"):
            fresh = list(dict.fromkeys(links(found[address].body.decode())))
            waiting += fresh[:: max(1, len(fresh) // 25)] if len(found) > 1 else fresh
    return found


@pytest.fixture(scope="module")
def crawled(site: Site) -> dict[str, Answer]:
    return crawl(site, MOST_FOLLOWED)


@pytest.fixture(scope="module")
def pages(crawled: dict[str, Answer]) -> dict[str, str]:
    return only_pages(crawled)


@pytest.fixture(scope="module")
def hostile_pages(hostile: Site) -> dict[str, str]:
    return only_pages(crawl(hostile, MOST_FOLLOWED // 2))


def only_pages(crawled: dict[str, Answer]) -> dict[str, str]:
    return {
        address: answer.body.decode()
        for address, answer in crawled.items()
        if answer.headers["Content-Type"].startswith("text/html")
    }


def test_every_link_leads_to_a_page(crawled: dict[str, Answer]) -> None:
    found = crawled
    assert {address: answer.status for address, answer in found.items() if answer.status != 200} == {}
    kinds = {address.partition("?")[0] for address in found}
    assert {"entity", "why", "cascade", "findings", "recommendations", "query", "static/style.css"} <= kinds


def test_each_link_inside_a_page_has_a_target(pages: dict[str, str]) -> None:
    for address, text in pages.items():
        elements = Outline(text).elements
        ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
        assert len(ids) == len(set(ids)), address
        inside = {str(a["href"])[1:] for _, a in elements if str(a.get("href", "")).startswith("#")}
        assert inside <= {str(each) for each in ids}, address


def test_the_policy_is_strict(crawled: dict[str, Answer]) -> None:
    for answer in crawled.values():
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy


def test_no_page_carries_script_or_style_of_its_own(pages: dict[str, str], hostile_pages: dict[str, str]) -> None:
    for address, text in (*pages.items(), *hostile_pages.items()):
        outline = Outline(text)
        assert outline.of("style", "iframe", "object", "embed", "base") == [], address
        assert all("src" in attributes for attributes in outline.of("script")), address
        names = {name for _, attributes in outline.elements for name in attributes}
        assert [name for name in names if name == "style" or name.startswith("on")] == [], address


def test_hostile_labels_stay_text(hostile_pages: dict[str, str]) -> None:
    assert sum("&lt;script&gt;window.pwned" in text for text in hostile_pages.values()) > 30
    for address, text in hostile_pages.items():
        assert Outline(text).of("img") == [], address
        assert [a for a in links(text) if re.match(r"\s*(javascript|data|https?|//)", a, re.I)] == [], address
        assert re.search("[\u202a-\u202e\u2066-\u2069]", text) is None, address


def test_the_page_of_a_unit_has_its_levels_its_gates_and_the_way_to_its_gaps(site: Site) -> None:
    text = unescape(html(site, "entity", iri=EX + "quality"))
    assert "Maturity by pillar" in text and "where each point comes from" in text and "Unit to avoid" in text
    address = next(lead for lead in links(text) if lead.startswith("findings?unit="))
    gaps = re.search(r"The (\d+) gaps in this unit", text)
    assert gaps is not None
    parts = urlsplit(address)
    assert f"of {gaps[1]} findings" in site.answer(parts.path, parts.query).body.decode()
    assert "Maturity by pillar" not in html(site, "entity", iri=EX + "parts-forecast")


def test_every_section_of_the_report_is_on_some_page(site: Site, manufacturer: Assessment) -> None:
    report = Outline(to_html(manufacturer))
    sections = {str(a["id"]) for a in report.of("section") if "id" in a} - {"gaps", "spread"}
    served = {str(a["id"]) for path in site.paths for a in Outline(page_at(site, path)).of("section") if "id" in a}
    assert {"begin", "reuse", "maturity", "shape", "unknown", "idle"} <= sections <= served


def page_at(site: Site, path: str) -> str:
    answer = site.answer(path)
    return answer.body.decode() if answer.headers["Content-Type"].startswith("text/html") else ""


def test_no_page_names_the_nameless_classes_of_definitions(site: Site) -> None:
    assert "an unnamed element" not in html(site, "entity", iri="https://w3id.org/aiop#UseCase")


def test_long_lists_of_facts_are_folded(site: Site) -> None:
    text = html(site, "entity", iri="https://w3id.org/aiop#UseCase")
    assert re.search(r"<details><summary>\d+ more</summary>", text)


def test_a_proof_counts_the_steps_that_it_shows_and_opens_the_first_of_many(site: Site) -> None:
    for of in ("archetype.operated", "archetype.recommended"):
        text = html(site, "why", of=of)
        count = re.search(r"Proof in (\d+) step", text)
        assert count is not None and int(count[1]) == text.count('<li id="step-')
    assert "<details><summary>" in html(site, "why", of="archetype.operated")


def test_headings_skip_no_level(pages: dict[str, str]) -> None:
    for address, text in pages.items():
        levels = [int(tag[1]) for tag, _ in Outline(text).elements if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in pairwise(levels)), address


def test_the_same_assessment_gives_the_same_bytes(crawled: dict[str, Answer]) -> None:
    again = Site(assess(ORGS / "manufacturer.ttl", as_of=DAY))
    for address, answer in list(crawled.items())[:50]:
        parts = urlsplit(address)
        assert again.answer("" if parts.path == "./" else parts.path, parts.query) == answer


def listed(site: Site, **parameters: str) -> list[str]:
    """The ids of the findings on all pages that the parameters ask for."""
    ids: list[str] = []
    page = 1
    while True:
        text = html(site, "findings", **parameters, page=str(page))
        table = text[text.index("<main") :]
        ids += re.findall(r'<th scope="row">.*?href="why\?of=([\w.-]+)"', table)
        if 'rel="next"' not in table:
            return ids
        page += 1


def test_filters_show_what_fits_and_nothing_else(site: Site, manufacturer: Assessment) -> None:
    findings = manufacturer.findings
    assert sorted(listed(site)) == sorted(finding.id for finding in findings)
    for name in ("rule", "pillar", "severity", "verdict"):
        for value in sorted({getattr(finding, name) for finding in findings}):
            expected = [finding.id for finding in findings if getattr(finding, name) == value]
            assert sorted(listed(site, **{name: value})) == sorted(expected)
    unit = manufacturer.overview.units[0].unit
    inside = {gap for score in manufacturer.overview.units if score.unit == unit for gap in score.findings}
    assert set(listed(site, unit=unit)) == inside
    words = [f.id for f in findings if "steward" in f.message.lower() and "order" in f.message.lower()]
    assert set(words) <= set(listed(site, q="ORDER steward"))
    assert listed(site, q="steward", severity="info", rule="D301") == []
    assert listed(site, rule="no such rule") == []


def test_a_page_number_that_is_none_shows_the_nearest_page(site: Site) -> None:
    first, last = html(site, "findings"), html(site, "findings", page="2")
    for number in ("0", "-3", "x", "", "²", "1e9"):
        assert "1\u2013100 of" in html(site, "findings", page=number)
    assert re.findall("101.* of", html(site, "findings", page="999")) == re.findall("101.* of", last)
    assert 'rel="next"' in first and 'rel="prev"' in last


def test_an_element_shows_what_is_stated_and_proves_what_follows(site: Site, manufacturer: Assessment) -> None:
    proved = 0
    for name in ("order-domain", "parts-forecast", "sales"):
        node = NamedNode(EX + name)
        text = html(site, "entity", iri=node.value)
        for triple in manufacturer.model.statements_about(node):
            assert f"manufacturer.ttl:{manufacturer.model.places[triple].line}" in text
        assert str(ORGS) not in text
        for address in sorted(set(re.findall(r'href="(why\?iri=[^"]*)"', text))):
            path, _, query = unescape(address).partition("?")
            answer = site.answer(path, query)
            assert answer.status == 200, address
            assert b'class="step' in answer.body
            proved += 1
    inferred = list(manufacturer.store.quads_for_pattern(NamedNode(EX + "order-domain"), None, None, GRAPH.inferred))
    assert len(inferred) > 3
    assert proved > 20


def test_an_element_names_its_gaps_what_drags_it_down_and_the_rules_that_do_not_look_at_it(
    site: Site, manufacturer: Assessment
) -> None:
    focus = EX + "parts-forecast"
    text = html(site, "entity", iri=focus)
    for finding in manufacturer.findings:
        if finding.focus == focus:
            assert f'href="why?of={finding.id}"' in text
    for cascade in manufacturer.cascades.cascades:
        if cascade.focus != focus and any(reach.element == focus for reach in cascade.reaches):
            assert f'href="cascade?iri={quote(cascade.focus, safe="")}"' in text
    not_looking = [r.code for r in manufacturer.rules if not manufacturer.applies(r.code, NamedNode(focus))]
    reason = manufacturer.applies(not_looking[0], NamedNode(focus)).reason
    assert escape(reason) in text
    assert f"{len(not_looking)} that do not, and why" in text


def test_a_cascade_is_followed_link_by_link(site: Site, manufacturer: Assessment) -> None:
    cause = manufacturer.cascades.root_causes[0]
    text = html(site, "cascade", iri=cause.focus)
    reached = {r.element for c in manufacturer.cascades.cascades if c.focus == cause.focus for r in c.reaches}
    assert reached
    for element in reached - {cause.focus}:
        assert f'href="entity?iri={quote(element, safe="")}"' in text


def test_every_recommendation_and_root_cause_is_listed(site: Site, manufacturer: Assessment) -> None:
    text = html(site, "recommendations") + html(site, "recommendations", page="2")
    assert [r.id for r in manufacturer.recommendations if f'href="why?of={r.id}"' not in text] == []
    starts = html(site, "cascades")
    for cause in manufacturer.cascades.root_causes:
        assert f'href="cascade?iri={quote(cause.focus, safe="")}"' in starts


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("entity", ""),
        ("entity", "iri=https://example.org/nobody"),
        ("entity", "iri=" + quote('<script>alert(1)</script>"')),
        ("entity", "iri=_:x"),
        ("entity", "iri=" + quote("https://e.org/> } DROP ALL #")),
        ("entity", "iri=%ff%fe"),
        ("cascade", "iri=" + quote(EX + "wickham")),
        ("why", ""),
        ("why", "of=D301-nothing"),
        ("why", "iri=" + quote(EX + "sales") + "&fact=0123456789abcdef"),
        ("findings", "&".join(f"x{n}=1" for n in range(50))),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(site: Site, path: str, query: str) -> None:
    answer = site.answer(path, query)
    text = answer.body.decode()
    assert answer.status == 404
    assert "Not found" in text
    assert all("src" in attributes for attributes in Outline(text).of("script"))


def test_an_element_without_a_name_has_a_page(tmp_path: Path) -> None:
    path = tmp_path / "nameless.ttl"
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    path.write_text(text + "\n[] a aiop:UseCase ; aiop:stage aiop:Pilot .\n", encoding="utf-8")
    found = assess(path, as_of=DAY)
    nameless = next(finding for finding in found.findings if finding.focus.startswith("_:"))
    assert escape(nameless.message) in html(Site(found), "entity", iri=nameless.focus)


def test_a_renewed_site_shows_the_new_assessment(manufacturer: Assessment) -> None:
    site = Site(manufacturer)
    assert "Brackenforge" in html(site, "")
    site.renew(assess(ORGS / "bank.ttl", as_of=DAY))
    assert "Brackenforge" not in html(site, "")


def test_the_plain_editor_says_that_it_is_the_plain_one(site: Site) -> None:
    text = html(site, "query")
    assert "This is the plain editor" in text
    assert text.count("<option") > 20
