"""Where third-party test data lies, and the examples of rule files as models."""

import os
from datetime import date
from pathlib import Path

import pytest
from examples import ORGS
from pyoxigraph import RdfFormat

from aiopkg.engine import Materialised, materialise_model
from aiopkg.errors import Place
from aiopkg.model.load import Model, model_of
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source
from aiopkg.rules import Rule, prologue

ROOT = Path(__file__).parent.parent
EXAMPLE_DAY = date(2026, 1, 1)


def shared(name: str, variable: str) -> Path:
    """Return a folder of third-party data beside the project, or skip the test and say so."""
    folder = Path(os.environ.get(variable, ROOT.parent / "shared" / name))
    if not folder.is_dir():
        pytest.skip(f"third-party data is absent: neither {folder} nor ${variable} is a folder")
    return folder


@pytest.fixture(scope="session")
def conformance() -> Path:
    return shared("conformance", "AIOPKG_CONFORMANCE")


@pytest.fixture(scope="session")
def data() -> Path:
    return shared("data", "AIOPKG_DATA")


def model_from(turtle: str, *, strict: bool = True) -> Model:
    """Read a Turtle text, with the project's prefixes understood, as a model."""
    source = Source("example.ttl", (prologue() + turtle).encode(), RdfFormat.TURTLE)
    return model_of([(quad.triple, place) for quad, place in parse_source(source)], strict=strict)


def materialised(turtle: str) -> Materialised:
    """Return what follows from a Turtle text and the ontology."""
    return materialise_model(model_from(turtle))


def day_for(rule: Rule) -> date:
    """Return the day at which a rule's examples are judged."""
    return max(EXAMPLE_DAY, rule.valid_from or EXAMPLE_DAY)


__all__ = ["EXAMPLE_DAY", "ORGS", "ROOT", "Place", "day_for", "materialised", "model_from", "shared"]
