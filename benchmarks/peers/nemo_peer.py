"""Nemo: Datalog in Rust; what it is given as axioms is the program that :mod:`benchmarks.datalog` makes of them."""

import json
import sys
from pathlib import Path
from time import perf_counter

import nmo_python


def main() -> None:
    """Materialise; Nemo reads its input while it reasons, so loading is part of the figure."""
    _, data, program, runs = sys.argv[1:]
    source = (
        f'@import t :- ntriples{{resource="{Path(data).resolve()}"}} .\n{Path(program).read_text(encoding="utf-8")}'
    )
    seconds: list[float] = []
    for _ in range(int(runs)):
        begun = perf_counter()
        engine = nmo_python.NemoEngine(nmo_python.load_string(source))
        engine.reason()
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": 0.0, "seconds": seconds, "answers": None}))


main()
