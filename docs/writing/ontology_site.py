"""The ontology as one self-contained HTML page: header, pillars, class tree, and all that is known of each term."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pyoxigraph import BlankNode, NamedNode

from aiopkg import assets
from aiopkg.derive.arrows import Arrow, Mechanism
from aiopkg.reason import materialise
from aiopkg.report.page.picture import Picture, draw
from aiopkg.rules import Rule, catalogue
from aiopkg.vocab import AIOP, DCTERMS, PREFIXES, RDF, RDFS, SKOS, shorten
from writing.facts import anchor, iri, ontology, terms_of

__all__ = ["ontology_site"]

CLASS = iri("owl:Class")
KINDS = {
    CLASS: "Classes",
    iri("owl:ObjectProperty"): "Properties between things",
    iri("owl:DatatypeProperty"): "Properties with values",
    iri("owl:AnnotationProperty"): "Annotations",
}
INDIVIDUALS = "Individuals"
FORMER = "Former terms"
HEADER = NamedNode(PREFIXES["aiop"])
SPREADS = {AIOP.dependsOn: "from the value to the subject", AIOP.impacts: "from the subject to the value"}
ENDS = "from the subject to the value, and ends there"
_MOST_LINES = 12


@dataclass(frozen=True)
class Link:
    """A term to go to: its label and its place on the page, empty for terms that are defined elsewhere."""

    label: str
    address: str


@dataclass(frozen=True)
class Term:
    """A term with what is known of it; rows are headings with their links."""

    anchor: str
    name: str
    iri: str
    label: str
    definition: str
    group: str
    traits: str
    rows: tuple[tuple[str, tuple[Link, ...]], ...]
    notes: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    example: str
    example_of: str


@dataclass(frozen=True)
class Branch:
    """A class in the tree with the classes below it."""

    link: Link
    branches: tuple["Branch", ...]


def ontology_site() -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    groups = [*KINDS.values(), INDIVIDUALS, FORMER]
    described = {group: [term for term in _terms() if term.group == group] for group in groups}
    return environment.get_template("ontology_site.html").render(
        header=_header(),
        groups={group: found for group, found in described.items() if found},
        pillars=_pillars(),
        picture=_picture(),
        tree=_tree(),
        prefixes=sorted(PREFIXES.items()),
    )


def _own() -> list[NamedNode]:
    """Return every term that the ontology defines, by name."""
    named = {
        t.subject for t in assets.ontology() if t.predicate == RDFS.isDefinedBy and isinstance(t.subject, NamedNode)
    }
    links = set(ontology().of_type(AIOP.FailureLink))
    return sorted(named - links, key=lambda term: (_label(term).casefold(), term.value))


def _label(term: NamedNode) -> str:
    return ontology().text(term, RDFS.label) or shorten(term.value)


def _link(term: NamedNode) -> Link:
    known = ontology().names(term, RDFS.isDefinedBy)
    return Link(_label(term), f"#{anchor(term)}") if known else Link(shorten(term.value), "")


def _links(terms: Iterable[NamedNode]) -> tuple[Link, ...]:
    return tuple(_link(term) for term in sorted(set(terms), key=lambda term: (_label(term).casefold(), term.value)))


@cache
def _inverse(predicate: NamedNode) -> dict[NamedNode, list[NamedNode]]:
    """Return the terms that a property leads from, by the one that it leads to; links between failures left out."""
    found: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    links = set(ontology().of_type(AIOP.FailureLink))
    for triple in assets.ontology():
        ends = triple.subject, triple.object
        if triple.predicate != predicate or ends[0] in links:
            continue
        if isinstance(ends[0], NamedNode) and isinstance(ends[1], NamedNode):
            found[ends[1]].append(ends[0])
    return found


def _group(term: NamedNode) -> str:
    if ontology().text(term, iri("owl:deprecated")):
        return FORMER
    kinds = ontology().names(term, RDF.type)
    return next((group for kind, group in KINDS.items() if kind in kinds), INDIVIDUALS)


@cache
def _terms() -> tuple[Term, ...]:
    return tuple(_described(term) for term in _own())


def _described(term: NamedNode) -> Term:
    facts = ontology()
    kinds = facts.names(term, RDF.type)
    declared = {CLASS, *KINDS, iri("owl:NamedIndividual")}
    rows = (
        ("Is a", _links(set(kinds) - {k for k in kinds if shorten(k.value).startswith("owl:")} - declared)),
        ("Kind of", _links([*facts.names(term, RDFS.subClassOf), *facts.names(term, RDFS.subPropertyOf)])),
        ("Kinds of it", _links([*_inverse(RDFS.subClassOf)[term], *_inverse(RDFS.subPropertyOf)[term]])),
        ("Of", _links(facts.names(term, iri("rdfs:domain")))),
        ("Values", _links([*facts.names(term, RDFS.range), *facts.names(term, iri("aiop:heldAs"))])),
        ("The other way round", _links([*facts.names(term, _INVERSE), *_inverse(_INVERSE)[term]])),
        ("Properties of it", _links(_inverse(iri("rdfs:domain"))[term])),
        ("Properties that lead to it", _links(_inverse(RDFS.range)[term])),
        ("Individuals", _links(each for each in _inverse(RDF.type)[term] if term != CLASS)),
        ("Replaced by", _links(facts.names(term, DCTERMS.isReplacedBy))),
        ("Replaces", _links(_inverse(DCTERMS.isReplacedBy)[term])),
    )
    rules = tuple(rule for rule in catalogue() if term.value in _mentioned(rule))
    example, example_of = _example(term, rules)
    traits = [
        shorten(k.value).removeprefix("owl:").removesuffix("Property").lower() for k in kinds if k not in declared
    ]
    return Term(
        anchor(term),
        shorten(term.value),
        term.value,
        _label(term),
        facts.text(term, SKOS.definition),
        _group(term),
        ", ".join(t for t in traits if t in ("functional", "transitive", "symmetric", "asymmetric", "irreflexive")),
        tuple((heading, links) for heading, links in rows if links),
        tuple(_notes(term)),
        tuple((rule.code, rule.label) for rule in rules),
        example,
        example_of,
    )


_INVERSE = iri("owl:inverseOf")


def _notes(term: NamedNode) -> Iterable[str]:
    facts = ontology()
    above = _above(term)
    for top, way in SPREADS.items():
        if top in above:
            yield f"Gaps spread along it {way}."
    if AIOP.burdens in above:
        yield f"Gaps spread along it {ENDS}."
    for predicate in (iri("skos:note"), iri("skos:scopeNote"), iri("skos:changeNote"), RDFS.comment):
        if said := facts.text(term, predicate):
            yield said
    if source := facts.text(term, DCTERMS.source):
        yield f"Source: {source}."


def _above(term: NamedNode) -> set[NamedNode]:
    found: set[NamedNode] = set()
    waiting = [term]
    while waiting:
        for parent in ontology().names(waiting.pop(), RDFS.subPropertyOf):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


@cache
def _mentioned(rule: Rule) -> frozenset[str]:
    """Return the terms that a rule names, in its shape or in its queries; its examples do not count."""
    said = " ".join(f"{t.subject} {t.object}" for t in rule.triples if t.predicate not in (AIOP.fails, AIOP.passes))
    short = {PREFIXES["aiop"] + name for name in re.findall(r"\baiop:([A-Za-z]\w*)", said)}
    return frozenset(short | set(re.findall(r"https://w3id\.org/aiop#\w+", said)))


def _example(term: NamedNode, rules: Iterable[Rule]) -> tuple[str, str]:
    """Return the shortest passing example that uses a term, and the code of its rule; examples of its rules first."""
    name = re.compile(rf"{re.escape(shorten(term.value))}\b")
    for among in (tuple(rules), catalogue()):
        found = [(text, rule.code) for rule in among for text in rule.passes if name.search(text)]
        if found:
            text, code = min(found, key=lambda pair: (len(pair[0]), pair[1]))
            lines = [line.rstrip() for line in text.strip("\n").splitlines() if line.strip()]
            indent = min(len(line) - len(line.lstrip()) for line in lines)
            shown = [line[indent:] for line in lines[:_MOST_LINES]]
            return "\n".join([*shown, *(["…"] if len(lines) > _MOST_LINES else [])]), code
    return "", ""


@cache
def _parents() -> dict[NamedNode, tuple[NamedNode, ...]]:
    own = set(_own())
    return {
        term: tuple(parent for parent in ontology().names(term, RDFS.subClassOf) if parent in own)
        for term in own
        if CLASS in ontology().names(term, RDF.type)
    }


def _tree() -> tuple[Branch, ...]:
    below: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for term, parents in _parents().items():
        for parent in parents:
            below[parent].append(term)
    roots = [term for term, parents in _parents().items() if not parents]

    def branch(term: NamedNode) -> Branch:
        return Branch(_link(term), tuple(branch(each) for each in sorted(below[term], key=_by_label)))

    return tuple(branch(root) for root in sorted(roots, key=lambda term: (not below[term], _by_label(term))))


def _by_label(term: NamedNode) -> tuple[str, str]:
    return _label(term).casefold(), term.value


def _pillars() -> list[tuple[str, str, str, tuple[Link, ...]]]:
    """Return each pillar with its definition and the classes in it, which follow by reasoning."""
    above: dict[object, set[object]] = defaultdict(set)
    for triple in (*assets.ontology(), *materialise(assets.ontology()).inferred):
        if triple.predicate == RDFS.subClassOf:
            above[triple.subject].add(triple.object)
    pillars = sorted(ontology().of_type(AIOP.Pillar), key=lambda p: int(ontology().text(p, AIOP.pillarOrder)))
    found = []
    for pillar in pillars:
        element = NamedNode(f"{pillar.value}Element")
        classes = [term for term in _parents() if element in above[term] and term != element]
        found.append((_label(pillar), ontology().text(pillar, SKOS.definition), anchor(pillar), _links(classes)))
    return found


def _picture() -> Picture:
    """Return how the areas undermine one another: an arrow for each pair, with the number of links."""
    facts = ontology()
    across: dict[tuple[str, str], list[Mechanism]] = defaultdict(list)
    modes: dict[str, int] = defaultdict(int)
    for mode in facts.of_type(iri("aiop:FailureMode")):
        modes[_label(facts.names(mode, AIOP.failsIn)[0])] += 1
    for link in facts.of_type(AIOP.FailureLink):
        ends = facts.names(link, AIOP.fromMode)[0], facts.names(link, AIOP.toMode)[0]
        start, end = (_label(facts.names(mode, AIOP.failsIn)[0]) for mode in ends)
        if start != end:
            strength = float(facts.text(link, AIOP.strength))
            across[start, end].append(Mechanism(ends[0].value, ends[1].value, "", strength, ""))
    arrows = [
        Arrow(start, end, max(link.strength for link in links), (), tuple(map(str, range(len(links)))), ("known",))
        for (start, end), links in sorted(across.items())
    ]
    labels = [label for label, *_ in _pillars()]
    return draw(
        [*((label, modes[label]) for label in labels), (_label(AIOP.Structure), modes[_label(AIOP.Structure)])], arrows
    )


def _header() -> dict[str, object]:
    """Return what the ontology says of itself."""
    facts = ontology()
    creators = [t.object for t in assets.ontology() if t.subject == HEADER and t.predicate == iri("dcterms:creator")]
    names = [t.object.value for t in assets.ontology() if t.subject in creators and t.predicate == iri("foaf:name")]  # type: ignore[union-attr]
    assert all(isinstance(creator, BlankNode) for creator in creators)
    history = [
        t.object.value for t in assets.ontology() if t.subject == HEADER and t.predicate == iri("skos:historyNote")
    ]  # type: ignore[union-attr]
    vann = "http://purl.org/vocab/vann/"
    return {
        "title": facts.text(HEADER, iri("dcterms:title")),
        "description": facts.text(HEADER, iri("dcterms:description")),
        "iri": HEADER.value,
        "version": facts.text(HEADER, iri("owl:versionInfo")),
        "version_iri": facts.names(HEADER, iri("owl:versionIRI"))[0].value,
        "prior": facts.names(HEADER, iri("owl:priorVersion"))[0].value,
        "created": facts.text(HEADER, iri("dcterms:created")),
        "modified": facts.text(HEADER, iri("dcterms:modified")),
        "creators": ", ".join(names),
        "licence": facts.names(HEADER, iri("dcterms:license"))[0].value,
        "source": facts.names(HEADER, DCTERMS.source)[0].value,
        "prefix": facts.text(HEADER, NamedNode(f"{vann}preferredNamespacePrefix")),
        "namespace": facts.text(HEADER, NamedNode(f"{vann}preferredNamespaceUri")),
        "history": sorted(history, reverse=True),
        "reused": sorted({shorten(each.value).partition(":")[0] for each in _reused()}),
    }


def _reused() -> Iterable[NamedNode]:
    files = sorted(assets.folder("ontology").glob("*.ttl"))
    return (t for path in files for t in terms_of(path) if not t.value.startswith(PREFIXES["aiop"]))
