"""Finds what a person means by a name: an IRI, a prefixed name, a label, or the end of an IRI."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from pyoxigraph import BlankNode, NamedNode

from aiopkg.errors import InputError
from aiopkg.model.labels import Labels, Patterns
from aiopkg.vocab import GRAPH, PREFIXES

__all__ = ["element_called", "nearest", "written_out"]

_SHOWN = 10
_IRI = re.compile(r"<(?P<bare>[^<>\s]+)>|(?P<known>(?:https?|urn):\S+)")
_BLANK = re.compile(r"_:\w(?:[\w.-]*[\w-])?")
_PREFIXED = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*|):(?P<rest>[\w-](?:[\w.:%-]*[\w-])?)")


def element_called(
    text: str, store: Patterns, labels: Labels, prefixes: Mapping[str, str] = MappingProxyType({})
) -> NamedNode | BlankNode:
    """Return the element that an IRI, a prefixed name, a label, the end of an IRI or ``_:name`` stands for.

    ``prefixes`` are those of the model; reports' own are understood beside them.
    Raises :class:`InputError` when nothing is called so, with the nearest labels, or more than one thing is.
    """
    for named in (BlankNode(text[2:]) if _BLANK.fullmatch(text) else written_out(text, prefixes), _of_any_scheme(text)):
        if named is not None and _occurs(store, named):
            return named
    by_label: dict[str, set[NamedNode | BlankNode]] = {}
    by_ending: dict[str, set[NamedNode]] = {}
    mentioned: dict[str, set[NamedNode]] = {}
    for element in {quad.subject for graph in GRAPH.facts for quad in store.quads_for_pattern(None, None, None, graph)}:
        if isinstance(element, NamedNode) or (isinstance(element, BlankNode) and element in labels):
            by_label.setdefault(_folded(labels(element)), set()).add(element)
        if isinstance(element, NamedNode):
            by_ending.setdefault(_ending(element), set()).add(element)
    ending = text.removeprefix(":")
    found: set[NamedNode | BlankNode] = {*by_label.get(_folded(text), by_ending.get(ending, ()))}
    if not found:  # what is mentioned only
        for value in {q.object for graph in GRAPH.facts for q in store.quads_for_pattern(None, None, None, graph)}:
            if isinstance(value, NamedNode):
                mentioned.setdefault(_ending(value), set()).add(value)
        found = {*mentioned.get(ending, ())}
    if not found:
        raise InputError(
            "unknown-element",
            f"Nothing in the model is called '{text}'.",
            fix=nearest(_folded(text), {_folded(name): name for name in map(labels, _all(by_label))})
            or "Give a label, a prefixed name or an IRI of the model.",
        )
    if len(found) > 1:
        raise InputError(
            "ambiguous-element",
            f"'{text}' may be any of {len(found)} things.",
            fix=f"Give one of: {', '.join(sorted(map(str, found))[:_SHOWN])}{' or others' * (len(found) > _SHOWN)}.",
        )
    return found.pop()


def written_out(text: str, prefixes: Mapping[str, str] = MappingProxyType({})) -> NamedNode | None:
    """Return the IRI that a text spells, in full or with one of some prefixes or of those that reports use; None for
    any other text.
    """
    iri = _IRI.fullmatch(text)
    if iri:
        try:
            return NamedNode(iri["bare"] or iri["known"])
        except ValueError:
            return None
    prefixed = _PREFIXED.fullmatch(text)
    space = prefixed and (prefixes.get(prefixed["prefix"]) or PREFIXES.get(prefixed["prefix"]))
    return NamedNode(space + prefixed["rest"]) if prefixed and space else None


def _of_any_scheme(text: str) -> NamedNode | None:
    try:
        return NamedNode(text.removeprefix("<").removesuffix(">"))
    except ValueError:
        return None


def nearest(name: str, known: Mapping[str, object]) -> str:
    """Return a question that names what is spelt most like a name, empty where nothing is."""
    close = difflib.get_close_matches(name, list(known), n=3)
    shown = [known[match] if isinstance(known[match], str) else match for match in close]
    return f"Did you mean {' or '.join(repr(match) for match in shown)}?" if close else ""


def _ending(element: NamedNode) -> str:
    return re.split(r"[/#:]", element.value)[-1]


def _all(groups: Mapping[str, set[NamedNode | BlankNode]]) -> list[NamedNode | BlankNode]:
    return sorted((element for group in groups.values() for element in group), key=str)


def _occurs(store: Patterns, element: NamedNode | BlankNode) -> bool:
    spots = (store.quads_for_pattern(element, None, None), store.quads_for_pattern(None, None, element))
    return any(next(iter(spot), None) is not None for spot in spots)


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()
