"""reasonable: OWL 2 RL in Rust, without property chains."""

import json
import sys
from time import perf_counter

import reasonable


def main() -> None:
    """Materialise."""
    _, data, axioms, runs = sys.argv[1:]
    loads, seconds = [], []
    for _ in range(int(runs)):
        begun = perf_counter()
        reasoner = reasonable.PyReasoner()
        reasoner.load_file(data)
        reasoner.load_file(axioms)
        loads.append(perf_counter() - begun)
        begun = perf_counter()
        closure = reasoner.reason()
        seconds.append(perf_counter() - begun)
    print(json.dumps({"load": min(loads), "seconds": seconds, "answers": len(closure)}))


main()
