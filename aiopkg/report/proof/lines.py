"""A proof as lines for a person: what matters of it, each step once, in the order in which it is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode

from aiopkg.errors import Place
from aiopkg.explain import Proof, Step
from aiopkg.rules import Citation

__all__ = ["Line", "cited", "lines_of", "nested", "origin_of"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawn proof.

    ``number`` is that of the step, by which other lines refer to it; ``again`` says that the step was shown above
    with what it rests on; ``rests`` that other lines stand below it, here or above; ``origin`` where it comes from.
    """

    depth: int
    number: int
    step: Step
    origin: str
    again: bool
    rests: bool


def lines_of(proof: Proof) -> Iterator[Line]:
    """Yield the lines of a proof, without the statements that only spell a nameless class or list.

    The sentences about such a class say what they spell.
    """
    numbers = {conclusion: number for number, conclusion in enumerate(proof.steps, start=1)}
    for depth, step, again in proof.walk():
        if not _spells(step):
            rests = any(not _spells(proof.steps[premise]) for premise in step.premises)
            yield Line(depth, numbers[step.conclusion], step, origin_of(step), again, rests)


def nested(proof: Proof, written: Callable[[Place], str] = str) -> Iterator[tuple[Line, int]]:
    """Yield each line with how many branches end after it; -1 where one begins. ``written`` writes places."""
    lines = [replace(line, origin=origin_of(line.step, written)) for line in lines_of(proof)]
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        yield line, line.depth - (after.depth if after else 0)


def _spells(step: Step) -> bool:
    return (
        step.kind in ("declared", "asserted")
        and isinstance(step.conclusion.subject, BlankNode)
        and any(space in step.conclusion.predicate.value for space in ("/owl#", "22-rdf-syntax-ns#"))
    )


def origin_of(step: Step, written: Callable[[Place], str] = str) -> str:
    """Return where a step comes from: a file and line, the name of a rule, or both; ``written`` writes the place."""
    place = written(step.place) if step.place else ""
    return ", ".join(part for part in (step.rule, place) if part)


def cited(source: Citation) -> str:
    """Return a citation as a person reads it."""
    return f"{source.standard} {source.id}"
