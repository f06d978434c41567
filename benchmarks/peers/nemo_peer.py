"""Nemo: Datalog in Rust; what it is given as axioms is the program that :mod:`benchmarks.datalog` makes of them."""

import json
import sys
from pathlib import Path
from time import perf_counter

import nmo_python


def main() -> None:
    """Materialise; Nemo loads lazily, so loading and reasoning are one figure, told apart by an empty program."""
    _, data, program, runs = sys.argv[1:]
    source = f'@import t :- ntriples{{resource="{Path(data).resolve()}"}} .\n'
    seconds: list[float] = []
    loads: list[float] = []
    for _ in range(int(runs)):
        for rules, times in (("out(?s, ?p, ?o) :- t(?s, ?p, ?o) .\n", loads), (Path(program).read_text(), seconds)):
            begun = perf_counter()
            engine = nmo_python.NemoEngine(nmo_python.load_string(source + rules))
            engine.reason()
            times.append(perf_counter() - begun)
    answers = sum(1 for _ in engine.result("out")) if Path(data).stat().st_size < 20_000_000 else None
    alone = [max(whole - load, 0.0) for whole, load in zip(seconds, loads, strict=True)]
    print(json.dumps({"load": min(loads), "seconds": alone, "answers": answers}))


main()
