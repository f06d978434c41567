"""The report as a folder of pages: each is there, each link leads somewhere, nothing comes from elsewhere."""

from dataclasses import replace
from hashlib import sha256
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from conftest import ORGS
from test_cli import run
from test_report_html import CHROMIUM, DAY, HOSTILE

from aiopkg.assessment import Assessment
from aiopkg.engine import assess
from aiopkg.report.page.risks import instances
from aiopkg.report.site import to_site, write_site
from aiopkg.vocab import AIOP


class Links(HTMLParser):
    """Collects the ids of a page, and where its links and resources lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.leads: set[str] = set()
        self.tags: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src", "action"):
                self.leads.add(value or "")


@pytest.fixture(scope="module")
def manufacturer() -> Assessment:
    return assess(ORGS / "manufacturer.ttl", as_of=DAY)


@pytest.fixture(scope="module")
def site(manufacturer: Assessment) -> dict[str, str]:
    return dict(to_site(manufacturer))


def outlines(site: dict[str, str]) -> dict[str, Links]:
    return {name: Links(text) for name, text in site.items() if name.endswith(".html")}


def test_each_pillar_unit_and_use_case_has_a_page(manufacturer: Assessment, site: dict[str, str]) -> None:
    kinds = {kind: [name for name in site if name.startswith(f"{kind}-")] for kind in ("pillar", "unit", "use-case")}
    assert len(kinds["pillar"]) == 4
    assert len(kinds["unit"]) >= len({score.unit for score in manufacturer.overview.units}) > 4
    assert len(kinds["use-case"]) == len(instances(manufacturer, AIOP.UseCase)) > 4
    assert list(site)[-1] == "index.html"


def test_every_link_leads_to_a_place_that_exists(site: dict[str, str]) -> None:
    pages = outlines(site)
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for lead in page.leads - {"data:,"}:
            file, _, anchor = lead.partition("#")
            assert file in ("", *site), f"{name} leads to {lead}"
            assert not anchor or anchor in pages[file or name].ids, f"{name} leads to {lead}"
    reached = {lead.partition("#")[0] for page in pages.values() for lead in page.leads}
    assert set(site) - reached == set()


def test_every_gap_of_a_use_case_is_on_its_page(manufacturer: Assessment, site: dict[str, str]) -> None:
    uses = set(instances(manufacturer, AIOP.UseCase))
    told = "".join(text for name, text in site.items() if name.startswith("use-case-"))
    gaps = [f for f in manufacturer.findings if f.focus in uses and f.verdict == "violated"]
    assert len(gaps) > 20
    assert all(escape(gap.message, quote=True).replace("&#x27;", "&#39;") in told for gap in gaps)


def test_the_same_assessment_gives_the_same_pages(manufacturer: Assessment, site: dict[str, str]) -> None:
    assert dict(to_site(assess(ORGS / "manufacturer.ttl", as_of=DAY))) == site


def test_no_label_breaks_out_of_its_element(manufacturer: Assessment) -> None:
    findings = tuple(replace(f, message=HOSTILE, note=HOSTILE, label=HOSTILE) for f in manufacturer.findings)
    pages = outlines(dict(to_site(replace(manufacturer, findings=findings, organization_label=HOSTILE))))
    for name, page in pages.items():
        assert "img" not in page.tags
        assert page.tags.count("script") == (1 if name == "index.html" else 0)
        assert not any(lead.startswith(("http:", "https:", "//")) for lead in page.leads)


def test_the_command_line_writes_a_folder_and_refuses_one_for_a_file(tmp_path: Path) -> None:
    common = ("assess", str(ORGS / "bank.ttl"), "--as-of", "2026-06-30", "--fail-on", "never", "-f")
    done = run(*common, "html", "-o", "report/", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "report" / "index.html").is_file()
    assert "files beside it" in done.stderr
    refused = run(*common, "csv", "-o", "report", cwd=tmp_path)
    assert refused.returncode == 2
    assert "fix: Name a file: -o report/report.csv" in refused.stderr


def test_pages_that_are_written_no_more_are_removed_and_nothing_else(tmp_path: Path) -> None:
    write_site(tmp_path, {"index.html": "one", "unit-a.html": "a", "unit-b.html": "b", "unit-c.html": "c"})
    (tmp_path / "notes.html").write_text("mine", encoding="utf-8")
    (tmp_path / "unit-b.html").write_text("changed by hand", encoding="utf-8")
    write_site(tmp_path, {"index.html": "two", "unit-c.html": "c"})
    names = {each.name for each in tmp_path.iterdir() if not each.name.startswith(".")}
    assert names == {"index.html", "unit-b.html", "unit-c.html", "notes.html"}
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize("listed", ["", "[]", '{"pages": []}', '{"pages": {"../kept": "HASH", "kept": 1}}', '{"pages"'])
def test_a_list_of_pages_that_is_not_ours_removes_nothing(tmp_path: Path, listed: str) -> None:
    folder = tmp_path / "site"
    write_site(folder, {"index.html": "one"})
    for kept in (tmp_path / "kept", folder / "kept"):
        kept.write_text("kept", encoding="utf-8")
    digest = sha256(b"kept").hexdigest()
    (folder / ".aiopkg-pages.json").write_text(listed.replace("HASH", digest), encoding="utf-8")
    write_site(folder, {"index.html": "two"})
    assert (tmp_path / "kept").exists() and (folder / "kept").exists()


def test_the_page_of_a_unit_says_where_each_point_of_its_level_comes_from(
    manufacturer: Assessment, site: dict[str, str]
) -> None:
    unit = next(name for name in site if name.startswith("unit-quality-"))
    score = next(s for s in manufacturer.overview.units if s.label == "Quality" and s.pillar == "data")
    assert score.level is not None and score.trace
    text = unescape(site[unit])
    assert f"<b>{score.score:.0%}</b> {score.level.label.capitalize()}" in text
    rules = {rule.code: rule.label for rule in manufacturer.rules}
    assert all(rules[point.rule] in text for point in score.trace)
    assert "As a place to begin" in text and "Unit to avoid" in text


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no browser is installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible_silent_and_no_wider_than_the_screen(
    tmp_path: Path, site: dict[str, str], width: int, scheme: Literal["light", "dark"]
) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    write_site(tmp_path, site)
    said: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for kind in ("index", "pillar-", "unit-", "use-case-"):
            page.goto((tmp_path / next(name for name in site if name.startswith(kind))).as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page, options={"preload": False}).response["violations"]
            assert [f"{kind} {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []
        browser.close()
    assert said == []
