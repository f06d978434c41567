"""Times one edit at a time of a large organization: one fact of each kind taken out, and put back.

    python -m benchmarks.edit org.ttl 2026-06-30 5

A kind is a property, or a class that something is an instance of; the facts are those of one unit. The kinds take
turns until each had as many as were asked for or the time is over (``--seconds``). What each kind takes, and at how
many focus nodes rules were judged again for it, goes to standard error; of the overall median are the edits that
reach no more than a thousand.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from time import perf_counter

from pyoxigraph import NamedNode, Triple

from aiopkg import Live
from aiopkg.model import Model
from aiopkg.vocab import RDF

UNIT = "https://example.org/org/u7"
"""A unit without a gap, where there are so many; its facts begin with its name."""

REACH = 1000
"""What an edit reaches counts up to so many focus nodes."""


def facts_of(model: Model) -> Mapping[str, Triple]:
    """Return one fact of each kind about a unit and what belongs to it, by the kind's name."""
    named = [triple for triple in model.triples if isinstance(triple.subject, NamedNode)]
    own = [triple for triple in named if f"{triple.subject}".startswith((f"<{UNIT}>", f"<{UNIT}-"))]
    found: dict[str, Triple] = {}
    for triple in sorted(own or named, key=str):
        end = triple.object if triple.predicate == RDF.type else triple.predicate
        if isinstance(end, NamedNode):
            name = end.value.replace("#", "/").rsplit("/", 1)[-1]
            found.setdefault(f"a {name}" if triple.predicate == RDF.type else name, triple)
    return found


def tell(kinds: Mapping[str, Sequence[float]], reached: Mapping[str, int]) -> None:
    """Write what each kind took, those first that took longest."""
    for name in sorted(kinds, key=lambda name: -median(kinds[name])):
        print(f"{name:28s} {1000 * median(kinds[name]):9.1f} ms {reached[name]:9,d} focus nodes", file=sys.stderr)


def main() -> None:
    """Print seconds to load, seconds of each edit, and how many findings an edit moved at most."""
    parser = argparse.ArgumentParser(description="Time one edit at a time of a large organization.")
    parser.add_argument("model")
    parser.add_argument("as_of", type=date.fromisoformat)
    parser.add_argument("runs", type=int)
    parser.add_argument("--seconds", type=float, default=150.0, help="how long edits may take together")
    asked = parser.parse_args()
    begun = perf_counter()
    live = Live(asked.model, as_of=asked.as_of)
    loaded = perf_counter() - begun
    kinds: dict[str, list[float]] = defaultdict(list)
    reached: dict[str, int] = defaultdict(int)
    moved = 0
    facts = facts_of(live.assessment.model)
    started = perf_counter()
    for _ in range(asked.runs):
        for name, fact in facts.items():
            if perf_counter() - started > asked.seconds:
                break
            for arguments in ({"remove": [fact]}, {"add": [fact]}):
                begun = perf_counter()
                outcome = live.edit(**arguments)
                kinds[name].append(perf_counter() - begun)
                reached[name] = max(reached[name], outcome.judged)
                moved = max(moved, len(outcome.added) + len(outcome.removed))
    tell(kinds, reached)
    told = {
        "load": loaded,
        "seconds": [taken for name in kinds if reached[name] <= REACH for taken in kinds[name]],
        "answers": moved,
        "kinds": {name: {"median": median(kinds[name]), "focus_nodes": reached[name]} for name in kinds},
    }
    print(json.dumps(told))


main()
