"""owlrl: the reference for OWL 2 RL, on rdflib."""

import json
import sys
from time import perf_counter

import owlrl
from rdflib import Graph


def main() -> None:
    """Materialise."""
    _, data, axioms, runs = sys.argv[1:]
    begun = perf_counter()
    given = Graph()
    given.parse(data, format="nt")
    given.parse(axioms, format="nt")
    loaded = perf_counter() - begun
    seconds = []
    for _ in range(int(runs)):
        graph = Graph()
        for triple in given:
            graph.add(triple)
        begun = perf_counter()
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": loaded, "seconds": seconds, "answers": len(graph) - len(given)}))


main()
