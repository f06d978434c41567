"""What fails by pyshacl in place of our own validator: the second opinion that a user may ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, Triple

from aiopkg.columns import FactStore
from aiopkg.rules import Rule
from aiopkg.validate.judgement import Judgement, Verdict
from aiopkg.validate.terms import Node, Term, order_key
from aiopkg.vocab import GRAPH, XSD

__all__ = ["by_pyshacl"]


def by_pyshacl(store: FactStore, rules: Sequence[Rule], verdicts: Mapping[Node, Verdict]) -> dict[Node, Verdict]:
    """Return the verdicts with exactly the failures that pyshacl finds.

    pyshacl decides which element fails which rule. What a failure is about, and whether it would hold in some
    completion, is still ours to say; where only pyshacl finds one, the rule's own message has to do.
    """
    from aiopkg.validate.oracle import validate_with_pyshacl  # noqa: PLC0415 - takes long to import

    owners = {triple.subject: rule.iri for rule in rules for triple in rule.triples}
    results = validate_with_pyshacl(_facts(store), (triple for rule in rules for triple in rule.triples))
    failing: dict[Node, set[Term]] = {}
    for result in results:
        failing.setdefault(owners.get(result.source_shape, result.source_shape), set()).add(result.focus)
    return {shape: _held_to(verdict, failing.get(shape, set())) for shape, verdict in verdicts.items()}


def _held_to(verdict: Verdict, failing: set[Term]) -> Verdict:
    agreed = tuple(judgement for judgement in verdict.judgements if judgement.focus in failing)
    alone = sorted(failing - {judgement.focus for judgement in agreed}, key=order_key)
    more = tuple(Judgement(verdict.shape, focus, verdict.shape, False, ()) for focus in alone)
    undecided = tuple((node, missing) for node, missing in verdict.undecided if node not in failing)
    return replace(verdict, judgements=(*agreed, *more), undecided=undecided)


def _facts(store: FactStore) -> Iterable[Triple]:
    """The facts, but for days that stand beside the same time: rdflib compares days with times, SPARQL does not."""
    triples = [q.triple for graph in GRAPH.facts for q in store.quads_for_pattern(None, None, None, graph)]
    timed = {(t.subject, t.predicate) for t in triples if _is(t.object, XSD.dateTime)}
    return (t for t in triples if not (_is(t.object, XSD.date) and (t.subject, t.predicate) in timed))


def _is(value: object, datatype: object) -> bool:
    return isinstance(value, Literal) and value.datatype == datatype
