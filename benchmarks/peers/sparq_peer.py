"""sparq-rdf: OWL 2 RL in Rust, with one chain a property."""

import json
import sys
from pathlib import Path
from time import perf_counter

import sparq


def main() -> None:
    """Materialise."""
    _, data, axioms, runs = sys.argv[1:]
    text = Path(data).read_text(encoding="utf-8") + Path(axioms).read_text(encoding="utf-8")
    seconds, loads = [], []
    for _ in range(int(runs)):
        begun = perf_counter()
        graph = sparq.Graph.load(text, format="ntriples")
        loads.append(perf_counter() - begun)
        given = len(graph)
        begun = perf_counter()
        graph.reason("owl")
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": min(loads), "seconds": seconds, "answers": len(graph) - given}))


main()
