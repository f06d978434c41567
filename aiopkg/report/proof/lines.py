"""A proof as lines for a person: what matters of it, each step once, in the order in which it is read."""

from collections.abc import Callable, Iterable, Iterator

from pyoxigraph import Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import Place
from aiopkg.explain import Proof, Step
from aiopkg.explain.folding import definitions_below, premises_of
from aiopkg.rules import Citation

__all__ = ["Line", "cited", "lines_of", "nested", "origin_of", "tree_of"]

_FEW = 30
_OPEN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawn proof.

    ``number`` is that of the step, by which other lines refer to it; ``again`` says that the step was shown above
    with what it rests on; ``rests`` that other lines stand below it, here or above; ``origin`` where it comes from;
    ``because`` why it holds.
    """

    depth: int
    number: int
    step: Step
    origin: str
    again: bool
    rests: bool
    because: str


def lines_of(proof: Proof, written: Callable[[Place], str] = str) -> Iterator[Line]:
    """Yield the lines of a proof, each step once with what it rests on; ``written`` writes places.

    What only spells a nameless class or list is left out, and what puts something into one is told by the step above;
    see :mod:`aiopkg.explain.folding`.
    """
    steps = proof.steps
    numbers = {conclusion: number for number, conclusion in enumerate(steps, start=1)}
    shown: set[Triple] = set()
    waiting = [(0, proof.root)]
    while waiting:
        depth, conclusion = waiting.pop()
        step, again = steps[conclusion], conclusion in shown
        premises = premises_of(step, steps)
        origin = origin_of(step, definitions_below(step, steps) if step.briefly else (), written)
        because = step.briefly or step.because
        yield Line(depth, numbers[conclusion], step, origin, again, bool(premises), because)
        if not again:
            shown.add(conclusion)
            waiting += [(depth + 1, premise) for premise in reversed(premises)]


def nested(proof: Proof, written: Callable[[Place], str] = str) -> Iterator[tuple[Line, int]]:
    """Yield each line with how many branches end after it; -1 where one begins. ``written`` writes places."""
    lines = list(lines_of(proof, written))
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        yield line, line.depth - (after.depth if after else 0)


def tree_of(proof: Proof, written: Callable[[Place], str] = str) -> dict[str, object]:
    """Return what the template of a proof shows: its lines, its root, how many steps are drawn, how deep it is open.

    Steps that are folded into those above them are not drawn, and not counted.
    """
    lines = tuple(nested(proof, written))
    count = sum(not line.again for line, _ in lines)
    return {"lines": lines, "root": proof.step, "count": count, "open_to": count if count <= _FEW else _OPEN}


def origin_of(step: Step, others: Iterable[Place] = (), written: Callable[[Place], str] = str) -> str:
    """Return where a step comes from: the name of a rule, a file and line, and other places, as they are written."""
    as_is = step.kind == "declared"
    places = [str(place) if as_is else written(place) for place in (step.place, *others) if place]
    return ", ".join(part for part in (step.rule, *dict.fromkeys(places)) if part)


def cited(source: Citation) -> str:
    """Return a citation as a person reads it."""
    return f"{source.standard} {source.id}"
