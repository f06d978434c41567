"""A query that is asked of a few elements says of them what it says of them when it is asked of all."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from examples import ORGS
from pyoxigraph import NamedNode, Store

import aiopkg
from aiopkg import assets
from aiopkg.live.views import View
from aiopkg.validate.focus import Focus
from aiopkg.vocab import GRAPH

QUERIES = (*assets.queries("measure"), *assets.queries("derive"))
FEWEST = 60
ASKED = 5


@cache
def facts() -> Store:
    return aiopkg.assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30)).store


def test_there_are_queries_to_ask() -> None:
    assert len(QUERIES) >= FEWEST
    said = [path for path in QUERIES if View.read(path).rows(facts(), GRAPH.facts)]
    assert len(said) > len(QUERIES) / 2


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_few_are_told_what_all_are_told(path: Path) -> None:
    view = View.read(path)
    whole = view.rows(facts(), GRAPH.facts)
    keys = sorted(whole, key=str)[:ASKED]
    asked = view.rows(facts(), GRAPH.facts, Focus.of_nodes(keys or [NamedNode("urn:x:nobody")]))
    assert asked == {key: whole[key] for key in keys}
