"""Proofs: everything derived is a step, and a proof is the steps below one conclusion, each held once."""

from collections.abc import Iterator, Mapping
from typing import Literal as OneOf
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import Place
from aiopkg.notebook import table
from aiopkg.rules import Citation

__all__ = ["Absence", "Kind", "Proof", "Step", "Term"]

Term: TypeAlias = NamedNode | BlankNode | Literal

Kind: TypeAlias = OneOf[
    "asserted",
    "declared",
    "given",
    "inferred",
    "measured",
    "finding",
    "recommendation",
    "cascade",
    "reach",
    "contradiction",
]
"""How a conclusion came about.

``asserted`` by the organization, ``declared`` by our ontology or a rule file, ``given`` by the evaluation itself
(its date, the packs asked for); the others are derived, each by the stage of that name. A ``contradiction`` concludes
that its premises cannot all be true.
"""


@dataclass(frozen=True, slots=True)
class Absence:
    """Something that was looked for and is not there.

    ``query`` is a SPARQL SELECT; with ``bindings`` substituted it has no solutions in the facts but those in
    ``besides``. ``sentence`` says the same to a person.
    """

    query: str
    bindings: tuple[tuple[str, Term], ...]
    besides: tuple[tuple[tuple[str, Term], ...], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a rule, what it concludes, and what it concludes it from.

    ``rule`` is the W3C name of a reasoning rule, the code of a governance rule, or the path of a query file;
    empty for what is not derived. ``sentence`` is the conclusion in words, ``because`` the rule in words;
    ``premises`` are conclusions of other steps of the proof; ``absences`` what was looked for in vain;
    ``conditions`` the comparisons that hold, in words. ``place`` says where an asserted or declared triple
    stands, or where a finding's element is described; ``sources`` are the clauses that ask for the rule. ``briefly``
    says in a clause what ``because`` and the steps about nameless classes below say at length; empty where there is
    none of these.
    """

    kind: Kind
    conclusion: Triple
    sentence: str
    rule: str = ""
    because: str = ""
    premises: tuple[Triple, ...] = ()
    absences: tuple[Absence, ...] = ()
    conditions: tuple[str, ...] = ()
    place: Place | None = None
    sources: tuple[Citation, ...] = ()
    briefly: str = ""


@dataclass(frozen=True)
class Proof:
    """Why something holds: the steps below a conclusion, from it down to what is not derived.

    ``steps`` maps each conclusion to its step, in the order in which a reader meets them; a conclusion that
    several steps rest on is there once.
    """

    root: Triple
    steps: Mapping[Triple, Step]

    @property
    def step(self) -> Step:
        """The last step, whose conclusion is what was asked about."""
        return self.steps[self.root]

    def walk(self) -> Iterator[tuple[int, Step, bool]]:
        """Yield each line of the proof as a tree: its depth, its step, and whether it was shown before.

        The premises of a step follow it when it is met first, and are not repeated after.
        """
        shown: set[Triple] = set()
        waiting = [(0, self.root)]
        while waiting:
            depth, conclusion = waiting.pop()
            step = self.steps[conclusion]
            again = conclusion in shown
            yield depth, step, again
            if not again:
                shown.add(conclusion)
                waiting += [(depth + 1, premise) for premise in reversed(step.premises)]

    def _repr_html_(self) -> str:
        told = [f"{'— ' * depth}{step.sentence}" for depth, step, again in self.walk() if not again]
        return table(self.step.sentence, ("step",), [[sentence] for sentence in told])
