"""aiopkg's own reasoner and validator."""

import json
import sys
from time import perf_counter

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from aiopkg.reason import materialise
from aiopkg.validate import Shapes, validate

GRAPH = NamedNode("urn:x:data")


def main() -> None:
    """Materialise or validate."""
    task, data, axioms, runs = sys.argv[1:]
    begun = perf_counter()
    given = _triples(data)
    if task == "materialise":
        given += _triples(axioms)
    else:
        store = Store()
        store.bulk_extend([Quad(t.subject, t.predicate, t.object, GRAPH) for t in given])
    loaded = perf_counter() - begun
    seconds = []
    for _ in range(int(runs)):
        begun = perf_counter()
        if task == "materialise":
            answers = len(materialise(given).inferred)
        else:
            shapes = Shapes.compile(_triples(axioms))
            answers = len(validate(store, shapes, graphs=[GRAPH], materialised=True).results)
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": loaded, "seconds": seconds, "answers": answers}))


def _triples(path: str) -> list[Triple]:
    return [quad.triple for quad in parse(path=path, format=RdfFormat.N_TRIPLES)]


main()
