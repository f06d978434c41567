"""Where to begin if everything is to be explained: the fewest places whose gaps explain all the others."""

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.wording import count

__all__ = ["Fewest", "Place", "fewest_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places, its own gaps in words, and what they explain."""

    focus: str
    label: str
    gaps: str
    explained: int
    reached: str


@dataclass(frozen=True, slots=True)
class Fewest:
    """Those of the fewest places that explain something elsewhere, how many explain themselves alone, and the proof."""

    places: tuple[Place, ...]
    alone: int
    size: int
    of: int
    proof: str


def fewest_of(a: Assessment) -> Fewest:
    """Return the smallest explanation of an assessment; those places first that explain most."""
    smallest = a.cascades.smallest
    chosen = [cause for cause in a.cascades.root_causes if cause.focus in set(smallest.causes)]
    telling = sorted((cause for cause in chosen if cause.explains), key=lambda c: (-len(c.explains), c.focus))
    proof = (
        "No fewer do: this is proven."
        if smallest.optimal
        else f"At least {count(smallest.bound, 'place is', 'places are')} needed; fewer than these were not found."
    )
    return Fewest(
        tuple(
            Place(
                cause.focus,
                cause.label,
                count(len(cause.findings), "gap"),
                len(cause.explains),
                count(cause.reaches, "element"),
            )
            for cause in telling
        ),
        len(chosen) - len(telling),
        smallest.size,
        len(a.cascades.root_causes),
        proof,
    )
