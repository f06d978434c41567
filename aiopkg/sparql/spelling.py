"""Literals as they were written: a store gives 1.50 back as 1.5, and no answer shows it so."""

import json
import re
from collections import Counter
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, Triple, parse_query_results

from aiopkg.model.load import rewritten

__all__ = ["Spelling"]

Term = NamedNode | BlankNode | Literal | Triple

TYPED = re.compile(rb'"((?:[^"\\]|\\.)*+)"\^\^<([^<>"]*+)>')
BOUND = re.compile(rb'"type":"literal","value":"((?:[^"\\]|\\.)*+)","datatype":"([^"]*+)"')
NAMESPACE = b"http://www.w3.org/2001/XMLSchema#"
STRING = NAMESPACE + b"string"


class Spelling:
    """How often each literal that a store rewrites occurs in some quads, by what the store makes of it."""

    def __init__(self) -> None:
        self._times: dict[Literal, Counter[Literal]] = {}

    def __bool__(self) -> bool:
        return bool(self._times)

    def add(self, lines: bytes) -> None:
        """Take note of the literals of some quads, given as N-Quads."""
        for stored, written, times in _respelt(lines):
            self._times.setdefault(stored, Counter())[written] += times

    def remove(self, lines: bytes) -> None:
        """Forget the literals of quads that were there before, given as N-Quads."""
        for stored, written, times in _respelt(lines):
            known = self._times.get(stored, Counter())
            known[written] -= times
            self._times[stored] = known = +known
            if not known:
                del self._times[stored]

    def written(self, term: Term) -> Term:
        """The literal in the spelling that occurs most often; other terms as they are."""
        known = self._times.get(term) if isinstance(term, Literal) else None
        return min(known, key=lambda each: (-known[each], each.value)) if known else term

    def in_json(self, body: bytes) -> bytes:
        """A document of SPARQL results in JSON, as the store writes it, with literals as they were written."""
        return BOUND.sub(self._rebound, body) if NAMESPACE in body else body

    def _rebound(self, found: re.Match[bytes]) -> bytes:
        if not found[2].startswith(NAMESPACE):
            return found[0]
        value = json.loads(b'"%b"' % found[1])
        literal = Literal(value, datatype=NamedNode(found[2].decode()))
        term = self.written(literal)
        if term == literal or not isinstance(term, Literal):
            return found[0]
        parts = (json.dumps(term.value, ensure_ascii=False), json.dumps(term.datatype.value, ensure_ascii=False))
        return '"type":"literal","value":{},"datatype":{}'.format(*parts).encode()

    def in_format(self, body: bytes, results_format: QueryResultsFormat) -> bytes:
        """The same as :meth:`in_json`, written in any format."""
        if results_format == QueryResultsFormat.JSON:
            return self.in_json(body)
        results = parse_query_results(self.in_json(body), format=QueryResultsFormat.JSON)
        assert isinstance(results, QuerySolutions)
        document = results.serialize(format=results_format)
        assert document is not None
        return document


def _respelt(lines: bytes) -> Iterable[tuple[Literal, Literal, int]]:
    """Yield what a store rewrites: as the store has it, as it is, and how often it occurs."""
    found = Counter(TYPED.findall(lines))
    times: Counter[Literal] = Counter()
    for (value, datatype), count in found.items():
        if datatype.startswith(NAMESPACE) and datatype != STRING:
            times[Literal(_plain(value), datatype=NamedNode(datatype.decode()))] += count
    for stored, written in rewritten(times):
        yield stored, written, times[written]


def _plain(value: bytes) -> str:
    """The characters of a literal of N-Quads; those that a store rewrites have only plain ones."""
    return value.decode("utf-8", "replace")
