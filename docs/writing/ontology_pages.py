"""The pages of the terms, and of the failure modes with the links between them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode

from aiopkg import assets
from aiopkg.rules import catalogue
from aiopkg.vocab import AIOP, RDF, RDFS, SKOS, shorten
from writing import markdown
from writing.facts import anchor, iri, linked, ontology, terms_of

__all__ = ["failure_modes", "terms"]

CLASS = iri("owl:Class")
PROPERTIES = {iri(f"owl:{kind}Property") for kind in ("Object", "Datatype", "Annotation")}
DECLARATIONS = {iri("owl:NamedIndividual"), CLASS, *PROPERTIES}
DOMAIN = iri("rdfs:domain")
SOURCE = NamedNode("http://purl.org/dc/terms/source")


def terms() -> str:
    """Return the page of the terms, module by module."""
    files = sorted(assets.folder("ontology").glob("*.ttl"))
    return markdown.page(
        "Terms",
        "The ontology, module by module, in OWL 2 RL. Terms of ours stand in `https://w3id.org/aiop#`; terms of other "
        "vocabularies are listed where the model leans on them, and are defined by their own specifications. The links "
        "between failure modes are on [a page of their own](failure-modes.md).",
        *("\n\n".join(block for block in _module(path) if block) for path in files),
    )


def _module(path: Path) -> Iterator[str]:
    said = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    yield f"## {path.stem}"
    yield f"{said.removeprefix('# ')} ([{path.name}](../../ontology/{path.name}))"
    own = [term for term in terms_of(path) if _home(term) == path]
    yield markdown.table(("Class", "Meaning", "Is a"), (_class(each) for each in own if CLASS in _kinds(each)))
    yield markdown.table(
        ("Property", "Meaning", "Of", "Values"), (_property(each) for each in own if PROPERTIES & _kinds(each))
    )
    yield markdown.table(("Individual", "Meaning", "Kind"), (_individual(e) for e in own if _is_individual(e)))


@cache
def _homes() -> dict[NamedNode, Path]:
    homes: dict[NamedNode, Path] = {}
    for path in sorted(assets.folder("ontology").glob("*.ttl")):
        for term in terms_of(path):
            homes.setdefault(term, path)
    return homes


def _home(term: NamedNode) -> Path:
    return _homes()[term]


def _kinds(term: NamedNode) -> set[NamedNode]:
    return set(ontology().names(term, RDF.type))


def _is_individual(term: NamedNode) -> bool:
    kinds = _kinds(term)
    return not kinds & {CLASS, *PROPERTIES, iri("owl:Ontology"), AIOP.FailureLink}


def _named(term: NamedNode) -> str:
    shown = f"`{shorten(term.value)}`"
    label = ontology().text(term, RDFS.label)
    return markdown.anchored(anchor(term), f"{shown} {label}".rstrip())


def _meaning(term: NamedNode) -> str:
    return markdown.cell(ontology().text(term, SKOS.definition))


def _links(term: NamedNode, predicate: NamedNode) -> str:
    return ", ".join(linked(value) for value in sorted(set(ontology().names(term, predicate)), key=str))


def _class(term: NamedNode) -> tuple[str, ...]:
    return _named(term), _meaning(term), _links(term, RDFS.subClassOf)


def _property(term: NamedNode) -> tuple[str, ...]:
    values = _links(term, RDFS.range) or _links(term, iri("aiop:heldAs"))
    return _named(term), _meaning(term), _links(term, DOMAIN), values


def _individual(term: NamedNode) -> tuple[str, ...]:
    kinds = sorted(_kinds(term) - DECLARATIONS, key=str)
    return _named(term), _meaning(term), ", ".join(map(linked, kinds))


def failure_modes() -> str:
    """Return the page of the failure modes: who leads to whom, drawn and as tables."""
    modes = sorted(ontology().of_type(iri("aiop:FailureMode")), key=str)
    links = sorted(ontology().of_type(AIOP.FailureLink), key=str)
    areas = dict.fromkeys(_one(mode, AIOP.failsIn) for mode in modes)
    return markdown.page(
        "Failure modes",
        f"{len(modes)} ways in which an AI operating model fails, and {len(links)} links by which one brings about "
        "another. A rule that is violated opens a mode; an assessment follows the links wherever the model's own "
        "dependencies carry them.",
        "## How the pillars undermine each other",
        "A number says how many links lead from one to another.",
        markdown.fenced("mermaid", "\n".join(_overview(links))),
        *("\n\n".join(_area(area, modes, links)) for area in areas),
        "## Links",
        markdown.table(("From", "To", "Strength", "How", "Source"), (_link(link) for link in links)),
    )


def _one(term: NamedNode, predicate: NamedNode) -> NamedNode:
    return ontology().names(term, predicate)[0]


def _ends(link: NamedNode) -> tuple[NamedNode, NamedNode]:
    return _one(link, AIOP.fromMode), _one(link, AIOP.toMode)


def _label(term: NamedNode) -> str:
    return ontology().text(term, RDFS.label)


def _node(term: NamedNode) -> str:
    return f'{term.value.rpartition("#")[2]}["{_label(term)}"]'


def _overview(links: list[NamedNode]) -> Iterator[str]:
    counts: dict[tuple[NamedNode, NamedNode], int] = {}
    for link in links:
        start, end = (_one(mode, AIOP.failsIn) for mode in _ends(link))
        if start != end:
            counts[start, end] = counts.get((start, end), 0) + 1
    yield "flowchart LR"
    for (start, end), count in sorted(counts.items(), key=str):
        yield f"  {_node(start)} -->|{count}| {_node(end)}"


def _area(area: NamedNode, modes: list[NamedNode], links: list[NamedNode]) -> Iterator[str]:
    own = [mode for mode in modes if _one(mode, AIOP.failsIn) == area]
    leaving = [link for link in links if _ends(link)[0] in own]
    yield f"## {_label(area).capitalize()}"
    yield markdown.table(("Mode", "Meaning", "Leads to", "Opened by"), (_mode(mode, leaving) for mode in own))
    lines = (
        f"  {_node(start)} {'==>' if strong else '-->'} {_node(end)}" for start, end, strong in map(_edge, leaving)
    )
    yield markdown.fenced("mermaid", "\n".join(["flowchart LR", *lines]))


def _edge(link: NamedNode) -> tuple[NamedNode, NamedNode, bool]:
    return *_ends(link), float(ontology().text(link, AIOP.strength)) > 0.6


def _mode(mode: NamedNode, links: list[NamedNode]) -> tuple[str, ...]:
    next_modes = (_ends(link)[1] for link in links if _ends(link)[0] == mode)
    opened = (rule.code for rule in catalogue() if rule.failure_mode == mode)
    return (
        markdown.anchored(anchor(mode), _label(mode)),
        _meaning(mode),
        ", ".join(f"[{_label(each)}](#{anchor(each)})" for each in next_modes),
        ", ".join(f"[{code}](rules.md#{code.lower()})" for code in opened),
    )


def _link(link: NamedNode) -> tuple[str, ...]:
    start, end = _ends(link)
    source = ontology().text(link, SOURCE)
    row = source.removeprefix("article/")
    return (
        markdown.anchored(anchor(link), _label(start)),
        _label(end),
        ontology().text(link, AIOP.strength),
        markdown.cell(ontology().text(link, AIOP.mechanism)),
        f"[{row}](requirements.md#{row.lower()})" if row != source else source,
    )
