"""The report as a small site: the page as its index, and a page for each pillar, unit and use case, linked."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, Triple

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.page import view
from aiopkg.report.page.links import Links, WithinPage
from aiopkg.report.page.profile import Profile, profile_of
from aiopkg.report.page.units import Units, units_of
from aiopkg.report.templates import SECTIONS, written
from aiopkg.report.wording import VERDICT_WORDS, element
from aiopkg.report.write import digest, remove, write
from aiopkg.validate.findings import Finding

__all__ = ["to_site", "write_site"]

_INDEX = "index.html"
_STYLE = "style.css"
_LIST = ".aiopkg-pages.json"


@dataclass(frozen=True, slots=True)
class Excused:
    """A finding that is no gap: its rule, the word for its verdict, what it says, and why."""

    rule: str
    word: str
    message: str
    note: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit or use case with a page of its own.

    ``profile`` is how a unit stands in each pillar; ``facts`` what is stated of it, each as property, value and place;
    ``inside`` the units that belong to it, with the gaps of each.
    """

    focus: str
    label: str
    kind: str
    messages: tuple[tuple[str, str, str, str], ...]
    excused: tuple[Excused, ...]
    upstream: tuple[tuple[str, str], ...]
    inside: tuple[tuple[str, str, int], ...]
    facts: tuple[tuple[str, str, str], ...]
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class WithinSite:
    """The links of a site: what has a page leads to it, and the rest to its place on the index."""

    within: WithinPage
    pages: Mapping[str, str]
    gaps: str = f"{_INDEX}#gaps"
    units: str = f"{_INDEX}#units"

    def rule(self, code: str) -> str:
        """Return the place of a rule in the list of gaps."""
        return _INDEX + self.within.rule(code)

    def cascade(self, focus: str) -> str:
        """Return the place of a cascade, if it is one of those shown, else the page of where it starts."""
        shown = self.within.cascade(focus)
        return _INDEX + shown if shown else self.element(focus)

    def element(self, name: str) -> str:
        """Return the page of a unit or use case."""
        return self.pages.get(name, "")

    def proof(self, identifier: str) -> str:
        """Return nothing: ``aiopkg explain`` writes proofs."""
        return ""

    def fact(self, triple: Triple) -> str:
        """Return nothing: ``aiopkg explain`` writes proofs."""
        return ""


def to_site(assessment: Assessment) -> Mapping[str, str]:
    """Return the pages by the names of their files, the index last. The same assessment gives the same bytes.

    The index holds everything, on one page; all other pages share one style sheet.
    """
    page = view(assessment)
    assert isinstance(page.links, WithinPage)
    subjects = _subjects(assessment, units_of(assessment, whole=True))
    pillars = {area.key: f"pillar-{area.key}.html" for area in page.areas.pillars}
    pages = {subject.focus: _file(subject) for subject in subjects}
    links: Links = WithinSite(page.links, pages)
    page = page.linked(links)
    menu = tuple((pillars[area.key], area.label) for area in page.areas.pillars)
    shared = {**page.parts(), "menu": menu}
    files = {_STYLE: (SECTIONS / _STYLE).read_text(encoding="utf-8")}
    for area in page.areas.pillars:
        files[pillars[area.key]] = written("pillar_page.html", {**shared, "title": area.label, "pillar": area})
    for subject in subjects:
        files[pages[subject.focus]] = written(
            "subject_page.html", {**shared, "title": subject.label, "subject": subject}
        )
    return {**files, _INDEX: written("page.html", {**page.parts(), "menu": menu})}


def write_site(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages into a folder, which is made if need be, and remove those that only an earlier run wrote.

    A list of what was written, with its digests, is kept beside the pages; other files, and pages that somebody has
    changed since, are left alone. Raises :class:`InputError` where the folder may not be written.
    """
    earlier = _listed(folder)
    listed = {name: digest(content.encode()) for name, content in pages.items()}
    _list(folder, {**earlier, **listed})
    for name, content in pages.items():
        write(folder / name, content, make_folder=True)
    for name in earlier.keys() - listed.keys():
        remove(folder / name, earlier[name])
    _list(folder, listed)


def _list(folder: Path, listed: Mapping[str, str]) -> None:
    written_down = json.dumps({"pages": listed}, indent=1, sort_keys=True)
    write(folder / _LIST, written_down + "\n", make_folder=True)


def _listed(folder: Path) -> dict[str, str]:
    """Return what an earlier run wrote into a folder, with digests; a list that is not ours lists nothing."""
    try:
        found = json.loads((folder / _LIST).read_bytes())["pages"]
        return {name: str(known) for name, known in found.items() if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _file(subject: Subject) -> str:
    """Return a name that says what the page is about and stays the same while the element has the same IRI."""
    slug = re.sub("[^a-z0-9]+", "-", subject.label.lower()).strip("-")[:40].strip("-")
    mark = hashlib.sha256(subject.focus.encode()).hexdigest()[:8]
    return "-".join(part for part in (subject.kind.replace(" ", "-"), slug, mark) if part) + ".html"


def _subjects(a: Assessment, units: Units) -> tuple[Subject, ...]:
    about: dict[str, list[Finding]] = {}
    for finding in a.findings:
        about.setdefault(finding.focus, []).append(finding)
    found: dict[str, Subject] = {}
    for part in units.parts:
        inside = tuple((unit.focus, unit.label, unit.broken) for unit in part.units)
        for row in (part.row, *part.units):
            below = inside if row is part.row else ()
            if row.focus and row.focus not in found:
                told = _told(a, row.focus, about)
                found[row.focus] = Subject(
                    row.focus, row.label, "unit", row.messages, told, (), below, (), profile_of(a, row.focus)
                )
    for use in units.use_cases:
        told = _told(a, use.focus, about)
        found[use.focus] = Subject(use.focus, use.label, "use case", use.messages, told, use.upstream, (), (), None)
    return tuple(replace(each, facts=tuple(_facts(a, each.focus))) for each in found.values())


def _told(a: Assessment, focus: str, about: Mapping[str, Sequence[Finding]]) -> tuple[Excused, ...]:
    """Return what is unknown or excused about an element, and its gaps that were known before."""
    return tuple(
        Excused(f.rule, VERDICT_WORDS[f.verdict], f.message, f.note)
        for f in about.get(focus, ())
        if f.verdict != "violated"
    )


def _facts(a: Assessment, focus: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is stated of an element: property, value, file and line."""
    for triple in sorted(a.model.statements_about(element(focus)), key=str):
        where = a.model.places[triple]
        value = a.labels(triple.object)
        if isinstance(triple.object, Literal) and not value:
            continue
        yield a.labels(triple.predicate), value, f"{Path(where.file).name}:{where.line}"
