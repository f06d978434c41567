"""Generated organizations: the same bytes each time, and exactly the gaps that were planted. Tables: what they say."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import aiopkg
from benchmarks.generate import AS_OF, generate, write
from benchmarks.measured import Measurement
from benchmarks.table import figures
from benchmarks.targets import targets
from benchmarks.unit import GAPS

TRIPLES = 18_000
"""Enough for each kind of gap to occur once."""


def test_what_is_planted_is_what_is_found(tmp_path: Path) -> None:
    model = tmp_path / "org.ttl"
    made = write(TRIPLES, 1, model)
    told = json.loads((tmp_path / "org.ttl.planted.json").read_text("utf-8"))
    found = aiopkg.assess(model, as_of=date.fromisoformat(AS_OF))
    assert len(found.model.triples) == made.triples == told["triples"] >= TRIPLES
    violated = Counter(finding.rule for finding in found.findings if finding.verdict == "violated")
    assert dict(sorted(violated.items())) == told["violations"]
    assert {rule for expected in GAPS.values() for rule in expected} <= violated.keys()
    assert all(finding.verdict == "violated" for finding in found.findings)


def test_the_same_size_and_seed_give_the_same_text() -> None:
    assert [*generate(4000, 7)] == [*generate(4000, 7)]
    assert [*generate(4000, 7)] != [*generate(4000, 8)]


def verdicts(*measured: Measurement) -> dict[str, list[str]]:
    """What the table of targets says of each, by what it begins with."""
    found = {(each.task, each.triples, each.name): each for each in measured}
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in [*targets(found, {})][2:]]
    return {row[0].split(",")[0]: row[2:] for row in rows}


def timed(name: str, task: str, triples: int, seconds: float, load: float = 0.0) -> Measurement:
    return Measurement(name, task, triples).measured("1", load, [seconds], 100.0, 1)


def test_a_peer_that_was_ended_is_a_bound_which_decides_only_where_it_reaches_the_target() -> None:
    ours, size = timed("aiopkg", "materialise", 100_000, 0.5), 100_000
    ended = Measurement("owlrl", "materialise", size)
    assert verdicts(ours, ended.ended(600, 1))["materialise 100 k"] == ["more than 1,200", "reached"]
    assert verdicts(ours, ended.ended(600, 3))["materialise 100 k"] == ["more than 400", "reached"]
    assert verdicts(ours, ended.ended(60, 1))["materialise 100 k"] == ["more than 120", "not known"]
    assert verdicts(ours, timed("owlrl", "materialise", size, 60))["materialise 100 k"] == ["120", "not reached"]
    assert verdicts(ours)["materialise 100 k"] == ["not measured", ""]
    assert verdicts(ended.ended(600, 1))["materialise 100 k"] == ["not measured", ""]


def test_of_two_peers_the_better_counts_and_one_without_an_answer_is_named() -> None:
    size = 1_000_000
    ours, jena = timed("aiopkg", "validate", size, 10), timed("jena", "validate", size, 30)
    other = Measurement("pyshifty", "validate", size)
    row = "validate 1 M"
    assert verdicts(ours, jena, other.failed("out of memory"))[row] == ["3 (pyshifty: out of memory)", "reached"]
    assert verdicts(ours, jena, other.ended(20, 1))[row] == ["more than 2", "reached"]
    assert verdicts(ours, jena, other.ended(60, 1))[row] == ["3", "reached"]
    assert verdicts(ours, other.failed("out of memory"))[row] == ["pyshifty: out of memory", ""]


def test_our_own_time_over_a_limit_is_no_target_reached() -> None:
    late = Measurement("aiopkg", "edit", 1_000_000).ended(900, 1)
    assert verdicts(late)["one edit at 1 M"] == ["more than 900 s", "not reached"]
    assert verdicts(replace(late, problem="over 0.1 s"))["one edit at 1 M"] == ["more than 0.1 s", "not known"]


def test_figures_say_at_least_for_a_peer_that_was_ended() -> None:
    found = {
        ("validate", 10, "aiopkg"): timed("aiopkg", "validate", 10, 2.0),
        ("validate", 10, "jena"): Measurement("jena", "validate", 10).ended(90, 3),
        ("validate", 10, "shacl"): Measurement("shacl", "validate", 10).failed("ended unfinished"),
    }
    told = [*figures(found)][3:]
    assert told == [
        "| validate | 10 | jena | over 90 s in 3 runs | at least 15.00 | | | |",
        "| validate | 10 | shacl | ended unfinished |  | | | |",
    ]
