"""Addresses to pages: what is asked for is looked up in the assessment, and shown."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from urllib.parse import parse_qsl

from aiopkg.assessment import Assessment
from aiopkg.errors import InputError
from aiopkg.explain import Matter
from aiopkg.report.proof.lines import tree_of
from aiopkg.report.templates import SECTIONS, written
from aiopkg.report.wording import where
from aiopkg.web.answer import Answer, page, static
from aiopkg.web.chains import starts_of
from aiopkg.web.directory import Entry, directory_of, entries_of
from aiopkg.web.element import Element, element_called, element_of
from aiopkg.web.facts import fact_marked
from aiopkg.web.gaps import gaps_of
from aiopkg.web.paging import Parameters
from aiopkg.web.query import EDITOR, STATIC, editor_of
from aiopkg.web.shown import Shown
from aiopkg.web.steps import steps_of

__all__ = ["Site", "static_files"]

_TEMPLATES = Path(__file__).parent / "templates"
_KEPT_PAGES = 64
_LARGEST_KEPT = 2**21
_MOST_PARAMETERS = 20

_MENU = (
    ("./", "Overview"),
    ("pillars", "Pillars"),
    ("units", "Units and use cases"),
    ("findings", "Findings"),
    ("recommendations", "Recommendations"),
    ("cascades", "Cascades"),
    ("begin", "Where to begin"),
    ("archetype", "Archetype and maturity"),
    ("unknown", "What is not known"),
    ("entities", "Find an element"),
    ("query", "Query"),
    ("about", "About"),
)
_SHELL = ("organization", "as_of", "day", "version")
_SECTIONS = {
    "overview": ("brief", "units", "packs", "coming"),
    "pillars": ("areas",),
    "units": ("units",),
    "begin": ("begin", "reuse"),
    "archetype": ("shape", "maturity", "waiting", "overrun"),
    "unknown": ("unknowns", "idle"),
    "about": ("applied", "facts", "packs"),
    "cascades": ("roots", "fewest"),
}
"""The parts of the report that a page shows; only they are worked out for it."""

Values = dict[str, object]


class _Missing(Exception):
    """What an address asks for is not there."""


class Site:
    """The pages of one assessment, or of the latest of several.

    Safe to use from threads: one page is written at a time. Whoever edits what an assessment rests on holds
    ``lock`` from before the edit until :meth:`renew`.
    """

    def __init__(self, assessment: Assessment) -> None:
        self.lock = RLock()
        self._static = dict(static_files())
        self._pages: Mapping[str, Callable[[Parameters], Answer]] = {
            "": self._overview,
            "findings": self._findings,
            "recommendations": self._recommendations,
            "cascades": self._cascades,
            "cascade": self._cascade,
            "entities": self._entities,
            "entity": self._entity,
            "why": self._why,
            "query": self._query,
            **{name: self._part(name) for name in ("pillars", "units", "begin", "archetype", "unknown", "about")},
        }
        self.renew(assessment)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, without the stroke that it begins with."""
        return (*self._pages, *self._static)

    def renew(self, assessment: Assessment) -> None:
        """Show another assessment from now on."""
        with self.lock:
            self._shown = Shown(assessment)
            self._entries: tuple[Entry, ...] | None = None
            self._kept: OrderedDict[tuple[str, str], Answer] = OrderedDict()

    def at_once(self, path: str) -> Answer | None:
        """Return what takes no time: a script or a style sheet."""
        return self._static.get(path)

    def answer(self, path: str, query: str = "") -> Answer:
        """Return the page at one of :attr:`paths`, for the parameters after the question mark.

        Nothing that stands in them is evaluated. What is not there is a page too, with status 404.
        """
        if path in self._static:
            return self._static[path]
        with self.lock:
            key = (path, query)
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            answer = self._written(path, query)
            if len(answer.body) <= _LARGEST_KEPT:
                self._kept[key] = answer
                if len(self._kept) > _KEPT_PAGES:
                    self._kept.popitem(last=False)
            return answer

    def _written(self, path: str, query: str) -> Answer:
        try:
            parameters = dict(parse_qsl(query, errors="replace", max_num_fields=_MOST_PARAMETERS))
        except ValueError:
            return self._missing("The address has too many parameters.")
        try:
            return self._pages[path](parameters)
        except _Missing as missing:
            return self._missing(str(missing))

    def _missing(self, cause: str) -> Answer:
        return self._page("missing", "", "Not found", {"cause": cause}, status=404)

    def _page(self, template: str, current: str, title: str, values: Values, status: int = 200) -> Answer:
        shell = {"menu": _MENU, "current": current, "title": title}
        sections = _SECTIONS.get(template, ())
        html = written(
            f"web/{template}.html", {**self._shown.report.parts(*_SHELL, *sections), **shell, **values}, _TEMPLATES
        )
        return page(html, status)

    def _overview(self, _: Parameters) -> Answer:
        return self._page("overview", "./", "Overview", {})

    def _part(self, name: str) -> Callable[[Parameters], Answer]:
        title = dict(_MENU)[name]
        return lambda _: self._page(name, name, title, {})

    def _findings(self, parameters: Parameters) -> Answer:
        found = gaps_of(self._shown, parameters)
        return self._page("findings", "findings", found.rule.label if found.rule else "Findings", {"found": found})

    def _recommendations(self, parameters: Parameters) -> Answer:
        values: Values = {"found": steps_of(self._shown, parameters)}
        return self._page("recommendations", "recommendations", "Recommendations", values)

    def _cascades(self, parameters: Parameters) -> Answer:
        values: Values = {"starts": starts_of(self._shown, parameters)}
        return self._page("cascades", "cascades", "Cascades", values)

    def _cascade(self, parameters: Parameters) -> Answer:
        name = parameters.get("iri", "")
        found = self._element(name)
        if found.root is None:
            raise _Missing(f"No gap starts at {found.label}.")
        return self._page("cascade", "cascades", f"What {found.label} drags down", {"root": found.root})

    def _entities(self, parameters: Parameters) -> Answer:
        if self._entries is None:
            self._entries = entries_of(self._shown)
        found = directory_of(self._entries, parameters)
        return self._page("entities", "entities", "Find an element", {"found": found})

    def _entity(self, parameters: Parameters) -> Answer:
        found = self._element(parameters.get("iri", ""))
        return self._page("entity", "entities", found.label, {"it": found})

    def _element(self, name: str) -> Element:
        node = element_called(self._shown, name) if name else None
        if node is None:
            raise _Missing(f"Nothing is known of “{name}”." if name else "The address names no element.")
        return element_of(self._shown, node)

    def _why(self, parameters: Parameters) -> Answer:
        matter, about = self._matter(parameters)
        try:
            proof = self._shown.assessment.explain(matter)
        except InputError as error:
            raise _Missing(error.cause) from error
        values: Values = {**tree_of(proof, where), "about": about}
        return self._page("why", "", f"Why: {proof.step.sentence}", values)

    def _matter(self, parameters: Parameters) -> tuple[Matter, str]:
        """What is to be proved, and the element that it is about."""
        if parameters.get("of"):
            known = self._shown.findings.get(parameters["of"])
            return parameters["of"], known.focus if known else ""
        name = parameters.get("iri", "")
        node = element_called(self._shown, name) if name else None
        fact = fact_marked(self._shown, node, parameters.get("fact", "")) if node else None
        if fact is None:
            raise _Missing("The fact that the address asks about is not, or no longer, known.")
        return fact, name

    def _query(self, _: Parameters) -> Answer:
        return self._page("query", "query", "Query", {"editor": editor_of()})


def static_files() -> Mapping[str, Answer]:
    """Every script and style sheet, by its path; the style is that of the report and what the pages add."""
    style = "\n".join(
        [
            *((SECTIONS / name).read_text(encoding="utf-8") for name in ("style.css", "proof.css")),
            (STATIC / "site.css").read_text(encoding="utf-8"),
            _picking(),
        ]
    )
    script = (SECTIONS / "script.js").read_text(encoding="utf-8")
    files = {
        "static/style.css": static(style.encode(), "text/css; charset=utf-8"),
        "static/page.js": static(script.encode(), "text/javascript; charset=utf-8"),
        **{
            f"static/{name}": static((STATIC / name).read_bytes(), "text/javascript; charset=utf-8")
            for name in ("query.js", "names.js")
        },
    }
    kinds = {".js": "text/javascript", ".css": "text/css"}
    for name in EDITOR:
        path = STATIC / name
        if path.is_file():
            files[f"static/{name}"] = static(path.read_bytes(), f"{kinds[path.suffix]}; charset=utf-8")
    return files


def _picking() -> str:
    """The style by which the picture of the pillars shows what leaves one of them."""
    rule = ".spread:has(#pick-{0}:checked) .arrow:not(.from-{0}) {{ opacity: .07; }}"
    return "\n".join(rule.format(number) for number in range(1, 13))
