"""pyshacl: the reference for SHACL, on rdflib."""

import json
import sys
from time import perf_counter

import pyshacl
from rdflib import Graph
from rdflib.namespace import SH


def main() -> None:
    """Validate."""
    _, data, shapes, runs = sys.argv[1:]
    begun = perf_counter()
    graph, rules = Graph(), Graph()
    graph.parse(data, format="nt")
    rules.parse(shapes, format="nt")
    loaded = perf_counter() - begun
    seconds = []
    for _ in range(int(runs)):
        begun = perf_counter()
        _, report, _ = pyshacl.validate(graph, shacl_graph=rules, inference="none", advanced=False)
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": loaded, "seconds": seconds, "answers": len(set(report.objects(None, SH.result)))}))


main()
