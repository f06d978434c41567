"""Generated organizations: the same bytes each time, and exactly the gaps that were planted."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import aiopkg
from benchmarks.generate import AS_OF, generate, write
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
