"""What is asked about: a finding, a recommendation, a cascade, a contradiction, an archetype or a triple, in words."""

import re
import reprlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.columns import properties_of
from aiopkg.derive import Recommendation
from aiopkg.derive.cascade import Cascade
from aiopkg.errors import InputError
from aiopkg.explain.contradictions import Contradiction, contradiction_node
from aiopkg.explain.derived import cascade_node, recommendation_node
from aiopkg.explain.judged import finding_node
from aiopkg.explain.known import Known
from aiopkg.explain.proof import Term
from aiopkg.model.names import element_called, nearest, written_out
from aiopkg.validate.findings import Finding, name_of
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF

__all__ = ["ARCHETYPES", "Matter", "conclusion_of", "triple_of"]

Matter: TypeAlias = Triple | Finding | Recommendation | Cascade | Contradiction | str | Sequence[str]
"""Anything that can be asked about: a value of an assessment, its id, ``archetype``, or the words of a triple."""

ARCHETYPES = {
    "archetype": AIOP.operatedArchetype,
    "archetype.operated": AIOP.operatedArchetype,
    "archetype.recommended": AIOP.recommendedArchetype,
}
"""The names by which an archetype can be asked about, as in the JSON report; without a part, the operated one."""

_QUOTED = re.compile(r'"(?P<text>.*)"(?:@(?P<language>[\w-]+)|\^\^(?P<datatype>\S+))?', re.DOTALL)
_ENDING = re.compile("[/#:]")
_RULE_AND_ELEMENT = 2
_WORDS_OF_A_TRIPLE = 3
_SHOWN = 3


def conclusion_of(known: Known, matter: Matter) -> Triple:
    """Return the conclusion that is asked about.

    Raises :class:`InputError` for an id, an element or a property that does not exist, with what is spelt like it.
    """
    if isinstance(matter, Triple):
        return matter
    if isinstance(matter, str):
        return _named(known, matter)
    if isinstance(matter, Finding | Recommendation | Cascade | Contradiction):
        return _named(known, matter.id)
    if not isinstance(matter, Sequence):
        raise no_words(matter)
    if len(matter) == _RULE_AND_ELEMENT:
        return _found_at(known, *matter)
    return _named(known, matter[0]) if len(matter) == 1 else triple_of(known, matter)


def _found_at(known: Known, code: str, name: str) -> Triple:
    """Return the conclusion of the one finding of a rule at an element."""
    if not any(rule.code == code for rule in known.rules):
        raise InputError(
            "three-words",
            f"A triple has three parts, a finding a rule and an element, and this is neither: {code} {name}.",
            fix='Put names of several words in quotes: "Demand forecast" a aiop:LiveUseCase.',
        )
    element = name_of(element_called(name, known.everything, known.labels, known.model.prefixes))
    ids = [finding.id for finding in known.findings if finding.rule == code and finding.focus == element]
    if len(ids) == 1:
        return finding_node(ids[0])
    if ids:
        raise InputError(
            "ambiguous-finding",
            f"{code} finds {len(ids)} things at '{name}'.",
            fix=f"Give one of: {', '.join(sorted(ids))}.",
        )
    raise InputError(
        "no-finding", f"{code} finds nothing at '{name}'.", fix=f'Ask why it does not apply: --not {code} "{name}".'
    )


def _named(known: Known, name: str) -> Triple:
    if name in ARCHETYPES:
        return _archetype(known, name)
    ids = {finding.id: finding_node(finding.id) for finding in known.findings}
    ids |= {found.id: recommendation_node(found.id) for found in known.recommendations}
    ids |= {cascade.id: cascade_node(cascade.id) for cascade in known.cascades.cascades}
    ids |= {found.id: contradiction_node(found.id) for found in known.contradictions}
    if name in ids:
        return ids[name]
    alike = sorted(known_id for known_id in ids if known_id.startswith(name)) if name else []
    if len(alike) == 1:
        return ids[alike[0]]
    raise InputError(
        "unknown-id",
        f"Nothing that was derived is called '{name}'."
        if not alike
        else f"'{name}' may be any of {len(alike)}: {', '.join(alike[:5])}{' ...' if len(alike) > 5 else ''}.",
        fix=nearest(name, dict.fromkeys([*(alike or ids), *ARCHETYPES]))
        or _of_the_same_rule(name, ids)
        or _of_the_element(known, name)
        or "Give the id of a finding, a recommendation, a cascade or a contradiction, the word archetype, or a triple.",
    )


def _of_the_element(known: Known, name: str) -> str:
    """Return a sentence that names what was found at an element of that name, empty where there is none."""
    try:
        element = element_called(name, known.store, known.labels, known.model.prefixes)
    except InputError:
        return ""
    if not isinstance(element, NamedNode):
        return ""
    codes = dict.fromkeys(finding.rule for finding in known.findings if finding.focus == element.value)
    found = f"a rule that finds something at it ({', '.join(codes)}) before the name" if codes else ""
    return f"That is an element; give {found or 'a property and a value after the name'}."


def _of_the_same_rule(name: str, ids: Iterable[str]) -> str:
    """Return a sentence that names findings of the rule with whose code a name begins, empty where there are none."""
    code = name.partition("-")[0]
    found = sorted(each for each in ids if each.startswith(f"{code}-"))
    return f"Of {code} there are {', '.join(found[:_SHOWN])}{' and others' * (len(found) > _SHOWN)}." if found else ""


def _archetype(known: Known, name: str) -> Triple:
    organization = NamedNode(known.organization) if not known.organization.startswith("_:") else None
    for quad in known.everything.quads_for_pattern(organization, ARCHETYPES[name], None, GRAPH.measures):
        return quad.triple
    raise InputError(
        "unknown-archetype",
        f"The facts do not tell: there is no {name}.",
        fix="Describe which units run, own and build what, and which policies and platforms they share.",
    )


def no_words(given: object) -> InputError:
    """Return the error for something that cannot be asked about."""
    return InputError(
        "three-words",
        f"This cannot be asked about: {reprlib.repr(given)}.",
        fix="Give a value of the assessment, its id, or the three words of a triple.",
    )


def triple_of(known: Known, words: Sequence[str]) -> Triple:
    """Return the triple that three words name: its subject, its property (``a`` for its class) and its value.

    Raises :class:`InputError` where there are not three, or one of them names nothing.
    """
    if not isinstance(words, Sequence):
        raise no_words(words)
    if len(words) != _WORDS_OF_A_TRIPLE:
        raise InputError(
            "three-words",
            f"A triple has three parts, and {len(words)} were given: {' '.join(words)}.",
            fix='Put names of several words in quotes: "Demand forecast" a aiop:LiveUseCase.',
        )
    subject = element_called(words[0], known.everything, known.labels, known.model.prefixes)
    predicate = RDF.type if words[1] == "a" else _property(known, words[1])
    return Triple(subject, predicate, _value(known, subject, predicate, words[2]))


def _property(known: Known, word: str) -> NamedNode:
    named = written_out(word, known.model.prefixes)
    if named is not None and not named.value.startswith(PREFIXES["aiop"]):
        return named
    used = properties_of(known.everything, GRAPH.facts)
    asked = word.removeprefix(":").casefold()
    alike = [
        each for each in used if asked in (known.labels(each).casefold(), _ENDING.split(each.value)[-1].casefold())
    ]
    if len(alike) == 1:
        return alike[0]
    found = element_called(word, known.everything, known.labels, known.model.prefixes)
    if isinstance(found, BlankNode):
        raise InputError(
            "unknown-property", f"'{word}' is no property.", fix="Give a prefixed name, an IRI or a label."
        )
    return found


def _value(known: Known, subject: NamedNode | BlankNode, predicate: NamedNode, word: str) -> Term:
    quoted = _QUOTED.fullmatch(word)
    if quoted:
        if quoted["language"]:
            return Literal(quoted["text"], language=quoted["language"])
        datatype = written_out(quoted["datatype"], known.model.prefixes) if quoted["datatype"] else None
        return Literal(quoted["text"], datatype=datatype) if datatype else Literal(quoted["text"])
    for graph in GRAPH.facts:
        for quad in known.everything.quads_for_pattern(subject, predicate, None, graph):
            if isinstance(quad.object, Literal) and word in (quad.object.value, known.labels(quad.object)):
                return quad.object
    return element_called(word, known.everything, known.labels, known.model.prefixes)
