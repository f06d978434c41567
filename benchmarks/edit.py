"""Times one edit at a time of a large organization: a fact taken out, and put back."""

import json
import sys
from datetime import date
from time import perf_counter

from pyoxigraph import NamedNode

from aiopkg import Live
from aiopkg.vocab import PREFIXES


def main() -> None:
    """Print seconds to load, seconds of each edit, and how many findings an edit moved at most."""
    model, day, runs = sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])
    begun = perf_counter()
    live = Live(model, as_of=day)
    loaded = perf_counter() - begun
    chosen = ("hasFeedbackChannel", "hasApproval", "monitoredBy", "reviewer", "ownedBy")
    facts = [
        next(
            t
            for t in live.assessment.model.triples
            if t.predicate.value == PREFIXES["aiop"] + p and isinstance(t.subject, NamedNode)
        )
        for p in chosen
    ]
    seconds, moved = [], 0
    for number in range(runs):
        fact = facts[number % len(facts)]
        for arguments in ({"remove": [fact]}, {"add": [fact]}):
            begun = perf_counter()
            outcome = live.edit(**arguments)
            seconds.append(perf_counter() - begun)
            moved = max(moved, len(outcome.added) + len(outcome.removed))
    print(json.dumps({"load": loaded, "seconds": seconds, "answers": moved}))


main()
