"""The worker processes: what they cannot do, how they end, and that others take their place."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad
from serving import GRAPH

from aiopkg.server import recent
from aiopkg.server.dataset import Dataset
from aiopkg.server.evaluate import look_up, write_triples
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Lookup, Patch, Question, Reply, Whole
from aiopkg.server.pool import Pool
from aiopkg.server.problem import Refusal
from aiopkg.server.recent import Recent
from aiopkg.server.stem import CAN_BRANCH

QUADS = "".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> <{GRAPH}asserted> .\n" for n in range(300))
QUADS += f"_:someone <http://e/p> _:other <{GRAPH}asserted> .\n"
ENDLESS = Question("SELECT (COUNT(*) AS ?n) {?a ?b ?c. ?d ?e ?f. ?g ?h ?i. ?j ?k ?l}")
ASK = Question("ASK {?s ?p ?o}")


def with_pool(limits: Limits, use: Callable[[Pool], Awaitable[None]], *, branches: bool = CAN_BRANCH) -> None:
    async def run() -> None:
        async with Pool(QUADS.encode(), limits, branches=branches) as pool:
            await use(pool)

    asyncio.run(run())


def code(reply: Reply) -> str:
    return str(json.loads(reply.body).get("code", reply.status))


def test_a_worker_that_died_idle_is_replaced_unseen() -> None:
    async def use(pool: Pool) -> None:
        (worker,) = pool._workers
        worker.process.kill()
        await worker.process.wait()
        assert (await pool.answer(ASK)).status == 200

    with_pool(Limits(workers=1), use)


def test_a_worker_that_dies_at_work_is_a_problem_and_replaced() -> None:
    async def use(pool: Pool) -> None:
        (worker,) = pool._workers
        asked = asyncio.create_task(pool.answer(ENDLESS))
        while pool.free:
            await asyncio.sleep(0.01)
        worker.process.kill()
        assert code(await asked) == "worker-lost"
        assert (await pool.answer(ASK)).status == 200

    with_pool(Limits(workers=1), use)


def test_too_many_waiting_requests_are_refused_at_once() -> None:
    async def use(pool: Pool) -> None:
        tasks = [asyncio.create_task(pool.answer(ENDLESS)) for _ in range(3)]
        first, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        reply = first.pop().result()
        assert (reply.status, code(reply), reply.headers["Retry-After"]) == (503, "busy", "5")
        assert not first
        tasks[0].cancel()

    with_pool(Limits(workers=1, waiting=1, seconds=20), use)


def test_a_request_that_waits_too_long_is_told_so() -> None:
    async def use(pool: Pool) -> None:
        asked = asyncio.create_task(pool.answer(ENDLESS))
        await asyncio.sleep(0.3)
        assert code(await pool.answer(ENDLESS)) in {"busy", "time-limit"}
        assert code(await asked) == "time-limit"

    with_pool(Limits(workers=1, seconds=0.6), use)


def test_many_requests_share_few_workers() -> None:
    async def use(pool: Pool) -> None:
        replies = await asyncio.gather(*(pool.answer(ASK) for _ in range(40)))
        assert {reply.status for reply in replies} == {200}
        assert pool.free == 2

    with_pool(Limits(), use)


def test_a_stopped_pool_answers_with_a_problem() -> None:
    async def use(pool: Pool) -> None:
        asked = asyncio.create_task(pool.answer(ENDLESS))
        while pool.free == 2:
            await asyncio.sleep(0.01)
        await pool.stop()
        assert code(await asked) == "stopping"
        assert code(await pool.answer(ASK)) == "stopping"

    with_pool(Limits(), use)


AT_THE_LIMITS = {
    "groups": "SELECT * " + "{" * 100 + "}" * 100,
    "subqueries": "SELECT * " + "{SELECT * " * 99 + "{}" + "}" * 99,
    "exists": "SELECT * " + "{FILTER EXISTS " * 90 + "{}" + "}" * 90,
    "functions": "SELECT * {FILTER(" + "STR(" * 95 + "1" + ")" * 95 + ")}",
    "signs": "SELECT * {FILTER(" + "!" * 98 + "true)}",
    "sums": "SELECT * {?s ?p ?o FILTER(?o" + "+1" * 990 + ")}",
    "differences": "SELECT * {FILTER(1" + "-1" * 990 + ")}",
    "exclusions": "SELECT * {?s ?p ?o " + "MINUS {?s ?p 1}" * 990 + "}",
    "bindings": "SELECT * {" + "".join(f"BIND({n} AS ?v{n})" for n in range(490)) + "}",
    "expressions": "SELECT " + "".join(f"({n} AS ?v{n})" for n in range(990)) + "{}",
    "descriptions": "DESCRIBE " + "<http://e/x>" * 990,
}


def test_a_query_at_the_limits_of_depth_does_not_end_its_worker() -> None:
    async def use(pool: Pool) -> None:
        outcomes = {shape: await pool.answer(Question(text)) for shape, text in AT_THE_LIMITS.items()}
        assert {shape: reply.status for shape, reply in outcomes.items()} == dict.fromkeys(outcomes, 200)

    with_pool(Limits(workers=1), use)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on open files")
def test_a_worker_cannot_open_a_connection_even_if_service_came_through() -> None:
    script = """
import sys
import time
from pyoxigraph import Store
from aiopkg.server import recent
from aiopkg.server.dataset import Dataset
from aiopkg.server.evaluate import look_up, write_triples
from aiopkg.server.limits import Limits
from aiopkg.server.worker import _give_up_rights
_give_up_rights(Limits())
try:
    list(Store().query("SELECT * {SERVICE <http://127.0.0.1:%s/> {?s ?p ?o}}" % sys.argv[1]))
except OSError as error:
    print(error)
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = str(listener.getsockname()[1])
        done = subprocess.run([sys.executable, "-c", script, port], capture_output=True, text=True, check=True)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "Too many open files" in done.stdout


def test_answers_are_the_same_bytes_from_every_worker() -> None:
    async def use(pool: Pool) -> None:
        for text in ("SELECT * {?s ?p ?o}", "CONSTRUCT WHERE {?s ?p ?o}", "DESCRIBE <http://e/3>"):
            replies = await asyncio.gather(*(pool.answer(Question(text)) for _ in range(6)))
            assert len({reply.body for reply in replies}) == 1
        ask = Question("ASK {?s ?p ?o FILTER(isBlank(?s) && isBlank(?o) && ?s != ?o)}")
        assert b"true" in (await pool.answer(ask)).body

    with_pool(Limits(workers=3), use)


def test_a_question_does_not_wait_behind_one_that_takes_long() -> None:
    async def use(pool: Pool) -> None:
        asked = asyncio.create_task(pool.answer(ENDLESS))
        await asyncio.sleep(0)
        begun = time.monotonic()
        replies = await asyncio.gather(*(pool.answer(ASK) for _ in range(60)))
        assert {reply.status for reply in replies} == {200}
        assert time.monotonic() - begun < 3
        assert code(await asked) == "time-limit"

    with_pool(Limits(workers=2, seconds=4), use)


def test_questions_behind_one_that_takes_its_time_are_answered_all_the_same() -> None:
    late = Question("SELECT (COUNT(*) AS ?n) {?a ?b ?c. ?d ?e ?f}")

    async def use(pool: Pool) -> None:
        replies = await asyncio.gather(*(pool.answer(each) for each in [ASK, late, ASK] * 12))
        assert {reply.status for reply in replies} == {200}

    with_pool(Limits(workers=1, seconds=20), use)


def test_an_answer_is_given_again_until_something_changes() -> None:
    rows, moment = Question("SELECT (COUNT(*) AS ?n) {?s ?p ?o}"), Question("SELECT (STRUUID() AS ?u) {}")
    quad = f"<http://e/new> <http://e/p> <http://e/0> <{GRAPH}asserted> .\n".encode()

    async def use(pool: Pool) -> None:
        first = await pool.answer(rows)
        (worker,) = pool._workers
        busy = asyncio.create_task(pool.answer(ENDLESS))
        await asyncio.sleep(0.05)
        assert (await pool.answer(rows)).body == first.body  # while nobody could be asked
        busy.cancel()
        assert (await pool.answer(moment)).body != (await pool.answer(moment)).body
        await pool.revise(Patch.of(b"", quad))
        assert b"302" in (await pool.answer(rows)).body
        assert b"301" in first.body
        assert worker not in pool._workers

    with_pool(Limits(workers=1), use)


@pytest.mark.parametrize("branches", sorted({False, CAN_BRANCH}))
def test_workers_that_branch_do_what_workers_do_that_load(branches: bool) -> None:
    rows = Question("SELECT (COUNT(*) AS ?n) {?s ?p ?o}")
    quads = [f"<http://e/new> <http://e/p> <http://e/{n}> <{GRAPH}asserted> .\n".encode() for n in range(3)]

    async def use(pool: Pool) -> None:
        asked = [asyncio.create_task(pool.answer(ENDLESS)) for _ in range(4)]
        for number, quad in enumerate(quads):
            await pool.revise(Patch.of(b"".join(quads[number - 1 : number]), quad))
            assert b"302" in (await pool.answer(rows)).body
        assert {code(each) for each in await asyncio.gather(*asked)} <= {"time-limit", "busy"}
        assert b"302" in (await pool.answer(rows)).body

    with_pool(Limits(workers=1, seconds=4), use, branches=branches)


def test_a_stem_that_dies_is_replaced_with_all_changes() -> None:
    quad = f"<http://e/new> <http://e/p> <http://e/0> <{GRAPH}asserted> .\n".encode()

    async def use(pool: Pool) -> None:
        await pool.revise(Patch.of(b"", quad))
        stem = pool._stock._stem
        assert stem is not None
        stem.process.kill()
        (worker,) = pool._workers
        worker.process.kill()
        await worker.process.wait()
        assert b"302" in (await pool.answer(Question("SELECT (COUNT(*) AS ?n) {?s ?p ?o}"))).body
        await pool.revise(Patch.of(quad, b""))
        assert b"301" in (await pool.answer(Question("SELECT (COUNT(*) AS ?n) {?s ?p ?o}"))).body

    if CAN_BRANCH:
        with_pool(Limits(workers=1, seconds=20), use)


def test_a_graph_as_lines_is_what_is_written_triple_by_triple(tmp_path: Path) -> None:
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    objects = [
        f'"01"^^{integer}',
        f'"1"^^{integer}',
        '"a"',
        '"a"@en',
        '"a\\n\\"b"',
        '"é\\u0007"',
        "<http://e/o>",
        "_:b",
    ]
    lines = [f"<http://e/{n}> <http://e/p> {o} <{GRAPH}asserted> .\n" for n, o in enumerate(objects)]
    lines += [f"<http://e/0> <http://e/p> {o} <{GRAPH}{g}> .\n" for o in objects[2:6] for g in ("asserted", "inferred")]
    path = tmp_path / "dataset.nq"
    path.write_text("".join(lines), encoding="utf-8")
    dataset, limits = Dataset(path), Limits()
    reply = look_up(dataset, Lookup(None, "application/n-triples", inferred=True), limits)
    triples = [quad.triple for name in ("asserted", "inferred") for quad in quads_of(dataset, name)]
    assert reply == write_triples(dataset, triples, "application/n-triples", limits)
    assert b'"01"' in reply.body
    with pytest.raises(Refusal):
        look_up(dataset, Lookup(None, "application/n-triples", inferred=True), Limits(rows=11))


def quads_of(dataset: Dataset, name: str) -> list[Quad]:
    return list(dataset.store.quads_for_pattern(None, None, None, NamedNode(GRAPH + name)))


def test_only_short_answers_are_kept_and_no_more_than_fit() -> None:
    kept, answer = Recent(), Whole(b'{"status": 200, "headers": {}}', [b"x" * 60_000])
    for number in range(2000):
        kept.keep(Question(f"ASK {{ ?s ?p {number} }}"), answer)
    assert kept.find(Question("ASK { ?s ?p 1999 }")) == answer
    assert kept.find(Question("ASK { ?s ?p 0 }")) is None
    assert kept._bytes <= recent.MOST_BYTES
    for question, other in (
        (ASK, Whole(b'{"status": 400, "headers": {}}', [b""])),
        (ASK, Whole(answer.header, [b"x" * 70_000])),
        (Question("SELECT (now() AS ?t) {}"), answer),
        (Question("ASK {}", default_graphs=("urn:g",)), answer),
    ):
        kept.keep(question, other)
        assert kept.find(question) is None
