"""Models kept on disk: the same as those that were read, whole or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from conftest import ROOT
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Triple

import aiopkg
from aiopkg import report
from aiopkg.errors import InputError, Place
from aiopkg.model import Model, load
from aiopkg.model import kept as keeping
from aiopkg.model.kept import load_kept

ORGS = ROOT / "tests" / "orgs"
BANK, MEDIA = ORGS / "bank.ttl", ORGS / "media.ttl"
DAY = date(2026, 6, 30)


def same(one: Model, other: Model) -> bool:
    return (list(one.places.items()), one.triples, one.former) == (
        list(other.places.items()),
        other.triples,
        other.former,
    )


def entry(folder: Path) -> Path:
    (path,) = folder.glob("*.model")
    return path


def test_what_is_kept_is_what_was_read_and_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = aiopkg.assess(BANK, as_of=DAY, store=tmp_path)
    monkeypatch.setattr(
        import_module("aiopkg.model.gather"), "read_statements", lambda *_, **__: pytest.fail("parsed again")
    )
    kept = aiopkg.assess(BANK, as_of=DAY, store=tmp_path)
    assert same(kept.model, read.model)
    assert kept.model.prefixes == read.model.prefixes != {}
    assert report.to_json(kept) == report.to_json(read)
    assert kept.dataset() == read.dataset()
    assert load_kept(tmp_path, ()).origin == "kept"


def test_a_changed_file_and_another_name_are_read(tmp_path: Path) -> None:
    model = tmp_path / "org.ttl"
    model.write_bytes(BANK.read_bytes())
    store = tmp_path / "store"
    assert load_kept(store, [model]).origin == "read"
    assert load_kept(store, [model]).origin == "kept"
    model.write_text(model.read_text("utf-8") + "\n:more a <https://w3id.org/aiop#UseCase> .\n", "utf-8")
    assert load_kept(store, [model]).origin == "read"
    assert load_kept(store, [BANK]).origin == "read"
    assert same(load_kept(store, ()).model, load([BANK]))


def test_every_kind_of_term_comes_back_as_it_was() -> None:
    subject, predicate = BlankNode("one"), NamedNode("https://example.org/says")
    values = [
        NamedNode("https://example.org/ü"),
        BlankNode("b"),
        Literal("1.50", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
        Literal('a\nb"\\\u0007'),
        Literal("hallo", language="de-at"),
        Literal("שלום", language="he", direction=BaseDirection.RTL),
        Literal(""),
    ]
    places = {Triple(subject, predicate, v): Place(f"f{n % 2}", n or None, n * 2 or None) for n, v in enumerate(values)}
    first = next(iter(places))
    model = Model(places, {first: (predicate, NamedNode("https://example.org/x"))})
    folder = Path("/nowhere")
    content = keeping._packed(model)
    assert same(keeping._unpacked(content, folder), model)
    assert keeping._packed(keeping._unpacked(content, folder)) == content


def test_one_wrong_bit_anywhere_is_recognised(tmp_path: Path) -> None:
    load_kept(tmp_path, [MEDIA])
    path = entry(tmp_path)
    good = path.read_bytes()
    chance = random.Random(1)
    places = [*range(0, 64), *chance.sample(range(len(good)), 150), len(good) - 1]
    for place in places:
        path.write_bytes(good[:place] + bytes([good[place] ^ 1 << chance.randrange(8)]) + good[place + 1 :])
        with pytest.raises(InputError, match="not what was written"):
            load_kept(tmp_path, ())
    for end in (0, 1, 40, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:end])
        with pytest.raises(InputError, match="not what was written"):
            load_kept(tmp_path, ())
    path.write_bytes(good + b"\0")
    with pytest.raises(InputError, match="not what was written"):
        load_kept(tmp_path, ())
    assert load_kept(tmp_path, [MEDIA]).origin == "mended"
    assert path.read_bytes() == good


def test_a_damaged_pointer_is_recognised(tmp_path: Path) -> None:
    load_kept(tmp_path, [MEDIA])
    pointer = tmp_path / "latest"
    good = pointer.read_bytes()
    for place in range(len(good)):
        pointer.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        with pytest.raises(InputError, match="not what was written"):
            load_kept(tmp_path, ())
    assert load_kept(tmp_path, [MEDIA]).origin == "kept"


def test_an_empty_store_and_an_unusable_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no model yet"):
        load_kept(tmp_path / "new", ())
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be used"):
        load_kept(tmp_path / "file", [BANK])


WRITER = """
import sys
from pathlib import Path
from aiopkg.model.kept import load_kept
folder, names = Path(sys.argv[1]), sys.argv[2:]
print("ready", flush=True)
while True:
    for name in names:
        for path in folder.glob("*.model"):
            path.unlink()
        load_kept(folder, [name])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_process_killed_at_any_moment_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    names = [str(BANK), str(MEDIA)]
    models = [load([name]) for name in names]
    chance = random.Random(7)
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), *names], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        for name, model in zip(names, models, strict=True):
            found = load_kept(tmp_path, [name])
            assert found.origin in ("kept", "read")
            assert same(found.model, model)
        for path in tmp_path.glob("*.model"):
            assert any(same(keeping._opened(path), model) for model in models)


def test_few_models_are_kept_and_leftovers_go(tmp_path: Path) -> None:
    left = tmp_path / ".left.part"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    source = tmp_path / "org.ttl"
    for number in range(11):
        source.write_text(f"<https://example.org/{number}> a <http://www.w3.org/ns/org#Organization> .\n")
        load_kept(tmp_path / "store", [source])
    load_kept(tmp_path, [BANK])
    assert not left.exists()
    assert len([*(tmp_path / "store").glob("*.model")]) == 8


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aiopkg", "assess", "--store", str(tmp_path), "--as-of", "2026-06-30"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)

    first = run("tests/orgs/bank.ttl")
    again = run()
    assert first.returncode == again.returncode == 1
    assert first.stdout == again.stdout
    path = entry(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    damaged = run()
    assert damaged.returncode == 2 and "store-damaged" in damaged.stderr
    mended = run("tests/orgs/bank.ttl")
    assert mended.returncode == 1 and "read anew" in mended.stderr
    assert mended.stdout == first.stdout
