"""An assessment that follows edits beside a full assessment of the edited model: equal in all that it says."""

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.engine import assess_model
from aiopkg.live import Live
from aiopkg.model import Model, load

ORGS = sorted((ROOT / "tests" / "orgs").glob("*.ttl"))
AS_OF = date(2026, 6, 30)


def assert_equal(live: Assessment, full: Assessment) -> None:
    """Every part of two assessments, one by one so that a difference can be read."""
    assert set(live.closure.inferred) == set(full.closure.inferred)
    assert live.dataset().decode().splitlines() == full.dataset().decode().splitlines()
    assert set(live.store) == set(full.store)
    assert live.findings == full.findings
    assert live.verdicts == full.verdicts
    assert live.not_known == full.not_known
    assert live.recommendations == full.recommendations
    assert live.cascades == full.cascades
    assert live.overview == full.overview
    assert live.inconsistencies == full.inconsistencies
    assert (live.organization, live.organization_label) == (full.organization, full.organization_label)
    assert (live.packs, live.rules) == (full.packs, full.rules)


def check(live: Live, add: Sequence[Triple], remove: Sequence[Triple]) -> bool:
    before = live.assessment.findings
    outcome = live.edit(add, remove)
    full = assess_model(Model(dict(live.assessment.model.places)), as_of=AS_OF)
    assert_equal(outcome.assessment, full)
    assert set(outcome.added) == set(full.findings) - set(before)
    assert set(outcome.removed) == set(before) - set(full.findings)
    return outcome.whole
