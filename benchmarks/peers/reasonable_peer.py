"""reasonable: OWL 2 RL in Rust, without property chains."""

import json
import sys
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

import reasonable


def main() -> None:
    """Materialise."""
    _, data, axioms, runs = sys.argv[1:]
    folder = Path(mkdtemp())
    files = [folder / f"{number}.ttl" for number in range(2)]
    for path, given in zip(files, (data, axioms), strict=True):
        path.symlink_to(Path(given).resolve())  # it knows a format by its ending, and N-Triples is Turtle
    loads, seconds = [], []
    for _ in range(int(runs)):
        begun = perf_counter()
        reasoner = reasonable.PyReasoner()
        reasoner.load_file(str(files[0]))
        reasoner.load_file(str(files[1]))
        loads.append(perf_counter() - begun)
        begun = perf_counter()
        closure = reasoner.reason()
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": min(loads), "seconds": seconds, "answers": len(closure)}))


main()
