"""The portfolio: how far each live use case rests on what was there, what it took, and what to build once for whom."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.named import Named, names
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["BuildOnce", "Copy", "Halves", "Launched", "Portfolio", "see_portfolio"]


@dataclass(frozen=True, slots=True)
class Launched:
    """A live use case in the order of going live, counted from 1: what it took, and what it rests on, old and new.

    ``reused`` rested under an earlier use case already, ``new`` did not. A use case of which it is not known since when
    it is live has no ``number``, and neither of the two.
    """

    number: int | None
    use_case: str
    label: str
    units: tuple[Named, ...]
    live_since: str | None
    person_days: float | None
    reused: tuple[Named, ...]
    new: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Halves:
    """A mean over the earlier half of the use cases of which it is known, and over the rest."""

    earlier: float
    later: float
    known: int


@dataclass(frozen=True, slots=True)
class Copy:
    """One of several components that do the same, and who built it."""

    element: str
    label: str
    built_by: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class BuildOnce:
    """What to build once: a function that several units built, or a dataset that several use cases wait for.

    ``copies`` are what there is of it; ``use_cases`` rest on them or wait for it, in ``units``.
    """

    kind: str
    kind_label: str
    what: str
    label: str
    copies: tuple[Copy, ...]
    use_cases: tuple[Named, ...]
    units: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The live use cases in order; how the effort and the reuse of the next one develop; and what to build once.

    ``reuse_share`` is the measured share of what is relied upon that use cases of different units have in common.
    """

    reuse_share: float | None
    live: tuple[Launched, ...]
    person_days: Halves | None
    reused: Halves | None
    build_once: tuple[BuildOnce, ...]


def see_portfolio(store: FactStore, organization: Element, labels: Labels) -> Portfolio:
    """Return the portfolio of an organization."""
    live = _live(store, organization, labels)
    shares = [len(use.reused) / (len(use.reused) + len(use.new)) for use in live if use.reused or use.new]
    shared = [quad.object for quad in store.quads_for_pattern(organization, AIOP.reuseShare, None, GRAPH.measures)]
    return Portfolio(
        float(shared[0].value) if shared else None,  # type: ignore[union-attr]
        live,
        _halves([use.person_days for use in live if use.number is not None and use.person_days is not None]),
        _halves(shares),
        _build_once(store, labels),
    )


def _live(store: FactStore, organization: Element, labels: Labels) -> tuple[Launched, ...]:
    since: dict[Element, str] = {}
    took: dict[Element, float] = {}
    units: dict[Element, set[Element]] = defaultdict(set)
    assets: dict[Element, set[Element]] = defaultdict(set)
    for row in look_up(store, "portfolio", organization):
        use_case = row["useCase"]
        units[use_case] |= {row["unit"]} - {None}
        assets[use_case] |= {row["asset"]} - {None}
        if row["since"] is not None:
            since[use_case] = min(row["since"].value, since.get(use_case, row["since"].value))
        if row["took"] is not None:
            took[use_case] = float(row["took"].value)
    known: set[Element] = set()
    found = []
    for number, use_case in enumerate(sorted(since, key=lambda u: (since[u], labels(u), name_of(u))), 1):
        old, new = assets[use_case] & known, assets[use_case] - known
        known |= new
        found.append(
            Launched(
                number,
                name_of(use_case),
                labels(use_case),
                names(units[use_case], labels),
                since[use_case][:10],
                took.get(use_case),
                names(old, labels),
                names(new, labels),
            )
        )
    for undated in sorted(units.keys() - since.keys(), key=lambda u: (labels(u), name_of(u))):
        running = names(units[undated], labels)
        found.append(Launched(None, name_of(undated), labels(undated), running, None, took.get(undated), (), ()))
    return tuple(found)


def _halves(values: Sequence[float]) -> Halves | None:
    """Return the means of the two halves of some numbers in order; nothing for fewer than two."""
    if len(values) < 2:
        return None
    half = len(values) // 2
    return Halves(round(fmean(values[:half]), 6), round(fmean(values[half:]), 6), len(values))


def _build_once(store: FactStore, labels: Labels) -> tuple[BuildOnce, ...]:
    copies: dict[tuple[Element, Element], dict[Element, set[Element]]] = defaultdict(lambda: defaultdict(set))
    use_cases: dict[tuple[Element, Element], set[Element]] = defaultdict(set)
    units: dict[tuple[Element, Element], set[Element]] = defaultdict(set)
    for row in look_up(store, "build-once"):
        key = row["kind"], row["thing"]
        if row["copy"] is not None:
            copies[key][row["copy"]] |= {row["builder"]} - {None}
        use_cases[key] |= {row["useCase"]} - {None}
        units[key] |= {row["unit"], row["builder"]} - {None}
    found = [
        BuildOnce(
            name_of(kind),
            labels(kind),
            name_of(what),
            labels(what),
            tuple(
                Copy(name_of(copy), labels(copy), names(builders, labels))
                for copy, builders in sorted(
                    copies[kind, what].items(), key=lambda item: (labels(item[0]), str(item[0]))
                )
            ),
            names(use_cases[kind, what], labels),
            names(units[kind, what], labels),
        )
        for kind, what in use_cases
    ]
    return tuple(sorted(found, key=lambda b: (-len(b.use_cases), -len(b.copies), b.label, b.what, b.kind)))
