"""Smallest answers to problems of choice, stated as logic programs and proven by clingo."""

from aiopkg.dataclass import dataclass

__all__ = ["Choice", "smallest_choice"]

_MOST_CONFLICTS = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """The numbers chosen, the fewest that any choice needs, and whether the choice is proven to be that small."""

    chosen: tuple[int, ...]
    bound: int
    optimal: bool


def smallest_choice(demands: list[list[int]], fallback: list[int], conflicts: int = _MOST_CONFLICTS) -> Choice:
    """Choose as few numbers as possible so that each demand has one of its numbers chosen.

    ``fallback`` is a choice that serves and is returned when the search stops at ``conflicts`` without a smaller
    one. The limit counts steps and not seconds, so that the answer is the same everywhere.
    """
    import clingo  # noqa: PLC0415  (loaded only when there is something to solve)

    control = clingo.Control(["--opt-strategy=usc,oll", f"--solve-limit={conflicts}", "--seed=0"])
    clauses = [" ; ".join(f"c({number})" for number in demand) + "." for demand in demands]
    numbers = sorted({number for demand in demands for number in demand})
    control.add(
        "base", [], "\n".join([*(f"{{c({n})}}." for n in numbers), *_at_least(clauses), "#minimize{1,X:c(X)}."])
    )
    control.ground([("base", [])])
    best, proven = sorted(fallback), False
    with control.solve(yield_=True) as search:
        for model in search:
            found = sorted(atom.arguments[0].number for atom in model.symbols(atoms=True))
            best = min(best, found, key=len)
        proven = bool(search.get().exhausted)
    lower = control.statistics["summary"]["lower"]
    bound = len(best) if proven else max(1, round(lower[0]) if len(lower) else 1)
    return Choice(tuple(best), min(bound, len(best)), proven or bound >= len(best))


def _at_least(clauses: list[str]) -> list[str]:
    return [f"1 {{ {clause[:-1]} }}." for clause in clauses]
