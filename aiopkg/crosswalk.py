"""How clauses of public standards and rows of the article are related, and which rules a clause leads to.

The links are declared in ``ontology/alignments/crosswalk.ttl`` with the mapping properties of SKOS (W3C SKOS
Reference, section 10); each is stated once and holds both ways.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, RdfFormat, parse

from aiopkg import assets
from aiopkg.errors import InputError
from aiopkg.rules import Citation, Rule, catalogue
from aiopkg.vocab import PREFIXES, SKOS

__all__ = ["Cited", "Clause", "cited", "crosswalk"]

_CLAUSES = "https://w3id.org/aiop/clause/"
"""The namespace of clauses: the name of the standard comes next in a clause's IRI."""

_INVERSES = {
    "exactMatch": "exactMatch",
    "broadMatch": "narrowMatch",
    "narrowMatch": "broadMatch",
    "relatedMatch": "relatedMatch",
}


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """A clause of a standard, or a row of the article: the list it stands in, and its id there."""

    standard: str
    id: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A rule that a clause leads to. ``matched_by`` is empty if the rule cites the clause itself; else it holds the
    clauses that the rule cites instead, each with how it stands to the one asked for (broadMatch: it asks for more).
    """

    rule: Rule
    matched_by: tuple[Citation, ...] = ()


@cache
def crosswalk() -> Mapping[Clause, tuple[Citation, ...]]:
    """Return the clauses that each clause is matched to, sorted; a link is found from both of its ends."""
    path = assets.folder("ontology") / "alignments" / "crosswalk.ttl"
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    clauses = {
        t.subject: Clause(t.subject.value.removeprefix(_CLAUSES).partition("/")[0], t.object.value)
        for t in triples
        if t.predicate == SKOS.notation and isinstance(t.object, Literal)
    }
    matches: dict[Clause, set[Citation]] = defaultdict(set)
    for triple in triples:
        relation = triple.predicate.value.removeprefix(PREFIXES["skos"])
        if relation in _INVERSES:
            one, other = clauses[triple.subject], clauses[triple.object]
            matches[one].add(Citation(other.standard, other.id, relation))
            matches[other].add(Citation(one.standard, one.id, _INVERSES[relation]))
    return {clause: tuple(sorted(matches[clause])) for clause in sorted(matches)}


def cited(asked: str) -> tuple[Cited, ...]:
    """Return the rules that cite a clause, then those that cite one that it is matched to; each part by code.

    ``asked`` is an id such as ``GOVERN 2.1``, after the name of its standard and a space if need be; without
    one, an id that several standards have means all of them.
    Raises :class:`InputError` for a clause that no rule cites and the crosswalk does not hold.
    """
    known = _known()
    clauses = [clause for clause in known if asked in (clause.id, f"{clause.standard} {clause.id}")]
    if not clauses:
        near = difflib.get_close_matches(asked, _spellings(known), n=3)
        raise InputError(
            "unknown-clause",
            f"No rule cites a clause '{asked}', and the crosswalk does not hold it.",
            fix=f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else "Say: aiopkg rules",
        )
    direct = [rule for rule in catalogue() if _cites(rule, clauses)]
    matches = {match for clause in clauses for match in crosswalk().get(clause, ())}
    through = [(rule, _ways(rule, matches)) for rule in catalogue() if rule not in direct]
    return (*(Cited(rule) for rule in direct), *(Cited(rule, ways) for rule, ways in through if ways))


def _known() -> tuple[Clause, ...]:
    """Return every clause that a rule cites or the crosswalk holds."""
    of_rules = {Clause(citation.standard, citation.id) for rule in catalogue() for citation in rule.cites}
    return tuple(sorted({*of_rules, *crosswalk()}))


def _spellings(clauses: Iterable[Clause]) -> list[str]:
    return sorted({name for clause in clauses for name in (clause.id, f"{clause.standard} {clause.id}")})


def _cites(rule: Rule, clauses: Sequence[Clause]) -> bool:
    return any(Clause(citation.standard, citation.id) in clauses for citation in rule.cites)


def _ways(rule: Rule, matches: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return the matched clauses that a rule cites."""
    own = {Clause(citation.standard, citation.id) for citation in rule.cites}
    return tuple(sorted(match for match in matches if Clause(match.standard, match.id) in own))
