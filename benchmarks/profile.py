"""Profiles one stage of the pipeline on a generated organization.

    python -m benchmarks.profile validate --triples 100000

The stages before it run unprofiled; what is printed are the functions that take longest, and the memory.
"""

import argparse
import cProfile
import pstats
import resource
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter

from aiopkg import engine
from aiopkg.model import Model
from benchmarks.environments import cache_folder
from benchmarks.generate import AS_OF
from benchmarks.prepare import prepare

__all__ = ["STAGES"]

DAY = date.fromisoformat(AS_OF)
STAGES = ("load", "materialise", "validate", "assess")


def _stage(name: str, source: str) -> Callable[[], object]:
    """Return a stage as a function of nothing; what comes before it is done here."""
    if name == "load":
        return lambda: engine.load_model(source)
    model: Model = engine.load_model(source)
    if name == "materialise":
        return lambda: engine.materialise_model(model)
    if name == "validate":
        matter = engine.take_up(model, DAY)
        return lambda: engine.validate_model(matter.known, matter.rules, DAY, matter.given)
    return lambda: engine.assess_model(model, as_of=DAY)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Profile one stage on a generated organization.")
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, default=40, help="how many functions to show")
    given = parser.parse_args()
    source = str(prepare(given.triples, given.seed, cache_folder()).model)
    work = _stage(given.stage, source)
    profile = cProfile.Profile()
    begun = perf_counter()
    profile.runcall(work)
    seconds = perf_counter() - begun
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(given.lines)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{given.stage}, {given.triples:,} triples: {seconds:.2f} s under the profiler, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main()
