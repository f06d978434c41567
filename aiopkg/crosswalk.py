"""How clauses of public standards and rows of the article are related, and which rules a clause leads to.

Which clauses there are is declared in ``ontology/alignments/clauses.ttl`` and ``article-rows.ttl``. The links
between them are declared in ``crosswalk.ttl`` with the mapping properties of SKOS (W3C SKOS Reference, section 10);
each is stated once, with its reason, and holds both ways.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from pyoxigraph import Literal, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.rules import Citation, Rule, catalogue
from aiopkg.vocab import DCTERMS, OWL, PREFIXES, RDF, RDFS, SKOS

__all__ = ["Cited", "Clause", "Link", "Lookup", "cited", "clauses", "crosswalk", "links"]

_CLAUSES = "https://w3id.org/aiop/clause/"
"""The namespace of clauses: the name of the standard comes next in a clause's IRI."""

_INVERSES = {
    "exactMatch": "exactMatch",
    "broadMatch": "narrowMatch",
    "narrowMatch": "broadMatch",
    "relatedMatch": "relatedMatch",
}
_MOST_NEAREST = 3


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """A clause of a standard, or a row of the article: the list it stands in, and its id there."""

    standard: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """How one clause stands to another, and why; ``source`` is the published crosswalk that pairs them, or empty."""

    one: Clause
    relation: str
    other: Clause
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A rule that a clause leads to. ``matched_by`` is empty if the rule cites the clause itself; else it holds the
    clauses that the rule cites instead, each with how it stands to the one asked for (broadMatch: it asks for more).
    """

    rule: Rule
    matched_by: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """What an id led to: the clauses that have it, their rules, and, when there are none, the nearest clauses in the
    same standards that rules do cite.
    """

    clauses: tuple[Clause, ...]
    rules: tuple[Cited, ...]
    nearest: tuple[Clause, ...]


@cache
def clauses() -> Mapping[str, tuple[str, ...]]:
    """Return the ids of each standard's clauses in the order of the standard, and those of the article's rows."""
    contents = _read("clauses")
    names = {t.subject: t.object.value for t in contents if t.predicate == DCTERMS.identifier}  # type: ignore[union-attr]
    tables = {
        names[t.subject]: tuple(name.strip() for name in t.object.value.split(";"))  # type: ignore[union-attr]
        for t in contents
        if t.predicate == DCTERMS.tableOfContents
    }
    rows = (t.object.value for t in _read("article-rows") if t.predicate == SKOS.notation)  # type: ignore[union-attr]
    return {"article": tuple(sorted(rows)), **{name: tables[name] for name in sorted(tables)}}


@cache
def links() -> tuple[Link, ...]:
    """Return the links of the crosswalk, each as it is stated, sorted."""
    triples = _read("crosswalk")
    named = {
        t.subject: Clause(t.subject.value.removeprefix(_CLAUSES).partition("/")[0], t.object.value)  # type: ignore[union-attr]
        for t in triples
        if t.predicate == SKOS.notation and isinstance(t.object, Literal)
    }
    notes: dict[object, dict[object, object]] = defaultdict(dict)
    for triple in triples:
        notes[triple.subject][triple.predicate] = triple.object
    axioms = (note for note in notes.values() if note.get(RDF.type) == OWL.Axiom)
    return tuple(
        sorted(
            Link(
                named[note[OWL.annotatedSource]],  # type: ignore[index]
                note[OWL.annotatedProperty].value.removeprefix(PREFIXES["skos"]),  # type: ignore[attr-defined]
                named[note[OWL.annotatedTarget]],  # type: ignore[index]
                note[RDFS.comment].value,  # type: ignore[attr-defined]
                note[DCTERMS.source].value if DCTERMS.source in note else "",  # type: ignore[attr-defined]
            )
            for note in axioms
        )
    )


@cache
def crosswalk() -> Mapping[Clause, tuple[Link, ...]]:
    """Return the links of each clause as seen from it, sorted; a link is found from both of its ends."""
    seen: dict[Clause, list[Link]] = defaultdict(list)
    for link in links():
        seen[link.one].append(link)
        seen[link.other].append(Link(link.other, _INVERSES[link.relation], link.one, link.why, link.source))
    return {clause: tuple(sorted(seen[clause], key=lambda link: link.other)) for clause in sorted(seen)}


def cited(asked: str) -> Lookup:
    """Return the rules that cite a clause, then those that cite one that it is matched to; each part by code.

    ``asked`` is an id such as ``GOVERN 2.1``, after the name of its standard and a space if need be; without
    one, an id that several standards have means all of them; case does not count. A clause is matched to those
    that the crosswalk links to it, to its own parts, and to those that it is a part of.
    Raises :class:`InputError` for a clause that no standard has.
    """
    plain = " ".join(asked.split()).casefold()
    found = [each for each in _all() if plain in (each.id.casefold(), f"{each.standard} {each.id}".casefold())]
    if not found:
        raise _unknown(asked)
    direct = [rule for rule in catalogue() if _cites(rule, found)]
    matches = {match for clause in found for match in (*_matched(clause), *_kin(clause))}
    through = [(rule, _ways(rule, matches)) for rule in catalogue() if rule not in direct]
    rules = (*(Cited(rule) for rule in direct), *(Cited(rule, ways) for rule, ways in through if ways))
    return Lookup(tuple(found), rules, () if rules else tuple(near for clause in found for near in _nearest(clause)))


def _read(name: str) -> tuple[Triple, ...]:
    path = assets.folder("ontology") / "alignments" / f"{name}.ttl"
    return tuple(assets.steady(parse(path=path, format=RdfFormat.TURTLE), name))


def _all() -> tuple[Clause, ...]:
    return tuple(Clause(standard, name) for standard, names in clauses().items() for name in names)


def _unknown(asked: str) -> InputError:
    if any(rule.code == asked.upper() for rule in catalogue()):
        fix = f"To see what it cites, say: aiopkg rules {asked.upper()}"
        return InputError("unknown-clause", f"{asked} is a rule and not a clause.", fix=fix)
    spellings = {name: None for clause in _all() for name in (clause.id, f"{clause.standard} {clause.id}")}
    near = difflib.get_close_matches(asked, spellings, n=3)
    return InputError(
        "unknown-clause",
        f"No standard that is known here has a clause '{asked}'.",
        fix=f"Did you mean {' or '.join(repr(name) for name in near)}?"
        if near
        else f"Standards are {', '.join(clauses())}; name one before the id if need be.",
    )


def _cites(rule: Rule, found: Sequence[Clause]) -> bool:
    return any(Clause(citation.standard, citation.id) in found for citation in rule.cites)


def _matched(clause: Clause) -> Iterator[Citation]:
    return (Citation(link.other.standard, link.other.id, link.relation) for link in crosswalk().get(clause, ()))


def _ways(rule: Rule, matches: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return the matched clauses that a rule cites."""
    own = {Clause(citation.standard, citation.id) for citation in rule.cites}
    return tuple(sorted(match for match in matches if Clause(match.standard, match.id) in own))


@cache
def _steps(name: str) -> tuple[str, ...]:
    """Return the steps by which an id is nested: 4(b)(ii) stands in 4(b), and GOVERN 2.1 in GOVERN 2."""
    return tuple(re.findall(r"[A-Za-z]+|\d+", name))


def _kin(clause: Clause) -> Iterator[Citation]:
    """Yield the parts of a clause, which ask for less, and the clauses that it is a part of."""
    own = _steps(clause.id)
    for name in clauses()[clause.standard]:
        steps = _steps(name)
        if steps != own and steps[: len(own)] == own:
            yield Citation(clause.standard, name, "narrowMatch")
        elif steps != own and own[: len(steps)] == steps:
            yield Citation(clause.standard, name, "broadMatch")


def _nearest(clause: Clause) -> Iterator[Clause]:
    """Yield the clauses that rules cite and that stand nearest in the same part of the standard (its articles, say, and
    not its recitals), by nesting and then by order.
    """
    order = {name: place for place, name in enumerate(clauses()[clause.standard])}
    own = _steps(clause.id)
    part = own[0] if own[0].isalpha() else ""

    def distance(name: str) -> tuple[int, int]:
        pairs = zip(own, _steps(name), strict=False)
        shared = next((depth for depth, (mine, other) in enumerate(pairs) if mine != other), len(own))
        return -shared, abs(order[name] - order[clause.id])

    used = {c.id for rule in catalogue() for c in rule.cites if c.standard == clause.standard}
    same = (name for name in used if (_steps(name)[0] if _steps(name)[0].isalpha() else "") == part)
    for name in sorted(sorted(same, key=distance)[:_MOST_NEAREST], key=order.__getitem__):
        yield Clause(clause.standard, name)
