"""Changes of what is served are folded: new processes still take up everything, and nothing grows for ever."""

import asyncio
import json
import random

import pytest
from pyoxigraph import NamedNode

from aiopkg.server import changes
from aiopkg.server.changes import are_many, fold, with_changes, without_graphs
from aiopkg.server.holding import Holding
from aiopkg.server.ledger import Ledger
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Amendment, Patch, Question

ROWS = "SELECT ?s ?o ?g { { ?s <urn:p> ?o } UNION { GRAPH ?g { ?s <urn:p> ?o } } } ORDER BY ?g ?s ?o"


def line(number: int) -> bytes:
    return f"<urn:{number}> <urn:p> <urn:o> .\n".encode()


def test_one_change_does_what_several_do() -> None:
    chance = random.Random(7)
    for _ in range(200):
        quads = {line(n) for n in range(12) if chance.random() < 0.5}
        before, patches = b"".join(sorted(quads)), []
        for _ in range(chance.randrange(6)):
            gone = {line(n) for n in range(12) if chance.random() < 0.3}
            come = {line(n) for n in range(12) if chance.random() < 0.3}
            patches.append(Patch.of(b"".join(gone), b"".join(come)))
            quads = (quads - gone) | come
        assert with_changes(before, patches) == b"".join(sorted(quads))
        assert with_changes(before, [fold(patches)]) == b"".join(sorted(quads))


def test_only_the_graph_of_a_quad_tells_whether_it_is_left_out() -> None:
    about, within = b"<urn:s> <urn:p> <urn:g> .\n", b'<urn:s> <urn:p> "\\n <urn:g> ." <urn:g> .\n'
    patch = without_graphs(Patch.of(about + within, within + about), {NamedNode("urn:g")})
    assert (patch.gone, patch.come) == (about, about)


def test_what_is_short_is_left() -> None:
    patch = Patch.of(b"", line(1) * 2**20)
    assert not are_many([patch])
    assert not are_many([patch, patch], size=2**30)
    assert are_many([patch, patch])
    assert are_many([Patch.of(b"", b"")] * changes.MOST_CHANGES, size=2**30)


@pytest.mark.parametrize("kind", ["reasoned", "plain"])
def test_processes_that_are_replaced_take_up_all_changes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_CHANGES", 3)
    holding = Holding.reasoned() if kind == "reasoned" else Holding.plain()

    async def commit(ledger: Ledger, text: str) -> None:
        assert (await ledger.commit(Amendment(text))).status == 204

    async def rows(ledger: Ledger) -> list[object]:
        reply = await ledger.answer(Question(ROWS))
        assert reply.status == 200, reply.body
        found: list[object] = json.loads(reply.body)["results"]["bindings"]
        return found

    async def run() -> None:
        async with Ledger(holding, Limits(workers=2, seconds=20)) as ledger:
            await commit(ledger, "INSERT DATA { <urn:q> <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> <urn:p> }")
            for number in range(10):
                quad = f"<urn:{number}> <urn:q> '0{number}'^^<http://www.w3.org/2001/XMLSchema#integer>, _:b"
                await commit(ledger, f"INSERT DATA {{ {quad} . GRAPH <urn:g> {{ <urn:{number}> <urn:p> {number} }} }}")
                if number % 3 == 2:
                    await commit(ledger, f"DELETE WHERE {{ <urn:{number}> ?p ?o }} ; DROP GRAPH <urn:g>")
                assert len(ledger._changes) <= 3
                assert len(ledger.pool._stock._patches) <= 6
            before = await rows(ledger)
            assert len(before) == (29 if kind == "reasoned" else 1)
            assert len(list(ledger.pool._stock._path.glob("dataset*.nq"))) == 1
            assert ledger._keeper is not None
            for process in (ledger._keeper, *(worker.process for worker in ledger.pool._workers)):
                process.kill()
                await process.wait()
            assert await rows(ledger) == before
            await commit(ledger, "DELETE WHERE { <urn:0> ?p ?o }")
            left = [row for row in before if row["s"]["value"] != "urn:0"]  # type: ignore[index]
            assert await rows(ledger) == left
            assert len(left) == (25 if kind == "reasoned" else 1)

    asyncio.run(run())
