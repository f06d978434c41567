"""Writes, once for each size, what the peers read: facts, axioms, the closed and measured graph, shapes."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, serialize

from aiopkg import assets
from aiopkg.engine import load_model, take_up
from aiopkg.measure import write_measures
from aiopkg.vocab import GRAPH
from benchmarks.datalog import program
from benchmarks.generate import AS_OF, write

__all__ = ["Prepared", "prepare", "prepared"]


@dataclass(frozen=True)
class Prepared:
    """The files of one size."""

    folder: Path
    triples: int

    @property
    def model(self) -> Path:
        """The model as generated."""
        return self.folder / "org.ttl"

    @property
    def asserted(self) -> Path:
        """The facts of the model."""
        return self.folder / "asserted.nt"

    @property
    def axioms(self) -> Path:
        """The ontology."""
        return self.folder / "axioms.nt"

    @property
    def program(self) -> Path:
        """The ontology as Datalog."""
        return self.folder / "axioms.rls"

    @property
    def closed(self) -> Path:
        """Everything that shapes look at: asserted, inferred, measured and the ontology."""
        return self.folder / "closed.nt"

    @property
    def shapes(self) -> Path:
        """The rules in force."""
        return self.folder / "shapes.nt"


def prepared(triples: int, seed: int, cache: Path, *, closed: bool = True) -> Prepared:
    """Have a process of its own prepare a size: memory that this one has held would count as its children's."""
    words = [sys.executable, "-m", "benchmarks.prepare", str(triples), str(seed), str(cache), str(closed)]
    subprocess.run(words, check=True, cwd=Path(__file__).parent.parent)
    return Prepared(cache / "data" / f"{triples}-{seed}", triples)


def prepare(triples: int, seed: int, cache: Path, *, closed: bool = True) -> Prepared:
    """Return the files of a size; they are made if the marker that is written last is not there.

    The closed graph, which only validators need, is made where it is asked for.
    """
    made = Prepared(cache / "data" / f"{triples}-{seed}", triples)
    stamp = f"{write.__module__} {_stamp()}"
    if not _is_done(made.folder / "done", stamp):
        made.folder.mkdir(parents=True, exist_ok=True)
        write(triples, seed, made.model)
        _save(made.asserted, load_model(made.model).triples)
        _save(made.axioms, assets.ontology())
        made.program.write_text(program(assets.ontology()), encoding="utf-8")
        (made.folder / "done").write_text(stamp, encoding="utf-8")
    if closed and not _is_done(made.folder / "closed", stamp):
        model, day = load_model(made.model), date.fromisoformat(AS_OF)
        matter = take_up(model, day)
        facts = matter.known.facts
        write_measures(facts, day, matter.given, model.place_of)
        _save(made.closed, (q.triple for g in GRAPH.facts for q in facts.quads_for_pattern(None, None, None, g)))
        _save(made.shapes, (triple for rule in matter.rules for triple in rule.triples))
        (made.folder / "closed").write_text(stamp, encoding="utf-8")
    return made


def _is_done(marker: Path, stamp: str) -> bool:
    """Whether a marker says so; one that says something else is taken away."""
    if marker.exists() and marker.read_text("utf-8") == stamp:
        return True
    marker.unlink(missing_ok=True)
    return False


def _save(path: Path, triples: Iterable[Triple]) -> None:
    serialize(triples, str(path), format=RdfFormat.N_TRIPLES)


def _stamp() -> str:
    """Return what changes when the generator or what is declared does."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *assets.folder("ontology").glob("*.ttl"), *assets.shape_files()]
    return " ".join(str(path.stat().st_mtime_ns) for path in sorted(files))


if __name__ == "__main__":
    prepare(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), closed=sys.argv[4] == "True")
