"""How the work of AI is shared out: as declared, as it is done, and as the conditions call for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.archetype import ArchetypeView, Difference, Reason, declared_at
from aiopkg.derive.evidence import Condition, Fact
from aiopkg.report.wording import count, listing, percent, sentence
from aiopkg.vocab import GRAPH, SKOS

__all__ = ["Archetype", "Shape", "shape_of"]

_MOST_NAMED = 8
_MOST_MOVES = 12

_ASPECTS = {"declared": "Declared", "operated": "Operated", "recommended": "Recommended"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact in words: what was looked at, the figure, whether it is so, and the elements for it and against it."""

    what: str
    figure: str
    met: bool
    speaking: str
    against: str


@dataclass(frozen=True, slots=True)
class Archetype:
    """An archetype as declared, operated or recommended, its definition, and the reasons; ``proof`` names its proof."""

    how: str
    label: str
    definition: str
    reasons: tuple[tuple[str, str, str], ...]
    facts: tuple[Shown, ...]
    said_at: str
    proof: str


@dataclass(frozen=True, slots=True)
class Called:
    """An archetype that is not called for, or is: its condition, and each trait of it with the facts."""

    condition: str
    archetype: str
    met: bool
    stated: bool
    traits: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A way from how it is to an archetype: where they differ, and the moves, the largest groups of a kind as one."""

    heading: str
    differences: tuple[tuple[str, str, str, str], ...]
    moves: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The archetypes, what they differ in, in words, and what would have to change."""

    archetypes: tuple[Archetype, ...]
    differences: tuple[str, ...]
    called: tuple[Called, ...]
    changes: tuple[Change, ...]


def shape_of(a: Assessment) -> Shape:
    """Return how the work is shared out."""
    found = a.overview.archetypes
    views = found.views
    place = declared_at(a.model, a.organization, views["declared"].archetype)
    archetypes = tuple(
        Archetype(
            _ASPECTS[how],
            sentence(view.label),
            _definition(a, view.archetype),
            tuple(_reason(reason) for reason in view.reasons),
            tuple(_degree(fact) for fact in view.facts) if how == "operated" else (),
            f"{Path(place.file).name}:{place.line}" if how == "declared" and place is not None else "",
            "" if how == "declared" else f"archetype.{how}",
        )
        for how, view in views.items()
    )
    return Shape(
        archetypes,
        _differences({_ASPECTS[how]: view.label for how, view in views.items() if view.label}),
        tuple(_called(condition) for condition in found.conditions),
        tuple(_change(a, toward, views[toward]) for toward in ("declared", "recommended") if views[toward].archetype),
    )


def _differences(named: Mapping[str, str]) -> tuple[str, ...]:
    """Say how the archetypes differ; ``named`` maps each aspect to its label, where known."""
    said = []
    for one, other, words in (
        ("Declared", "Operated", "It declares itself {0} and works as {1}."),
        ("Operated", "Recommended", "It works as {0}, and its conditions call for {1}."),
    ):
        if one in named and other in named and named[one] != named[other]:
            said.append(words.format(named[one], named[other]))
    if not said and len(named) == len(_ASPECTS):
        said.append("What is declared, what is done and what the conditions call for agree.")
    return tuple(said)


def _definition(a: Assessment, archetype: str) -> str:
    if not archetype:
        return ""
    found = a.facts.quads_for_pattern(NamedNode(archetype), SKOS.definition, None, GRAPH.ontology)
    return next((quad.object.value for quad in found), "")  # type: ignore[union-attr]


def _reason(reason: Reason) -> tuple[str, str, str]:
    """Return what was looked at, its value, and the width of a bar if the value is a share between 0 and 1."""
    try:
        share = float(reason.value)
    except ValueError:
        return sentence(reason.what), reason.value, ""
    if 0 <= share <= 1:
        return sentence(reason.what), percent(share), f"{100 * share:.1f}"
    return sentence(reason.what), f"{share:g}", ""


def _degree(fact: Fact) -> Shown:
    """Show how much lies with the centre, and which elements lie there and which with the units."""
    return Shown(
        sentence(fact.label),
        f"{fact.amount:g} of {fact.total:,} central",
        fact.met,
        listing([item.label for item in fact.elements if item.share > 0], _MOST_NAMED),
        listing([f"{item.label} ({item.value})" for item in fact.elements if item.share < 1], _MOST_NAMED),
    )


def _called(condition: Condition) -> Called:
    return Called(
        condition.label,
        condition.archetype_label,
        condition.met,
        condition.stated,
        tuple(_trait(fact) for fact in condition.facts),
    )


def _trait(fact: Fact) -> Shown:
    """Show what a condition looks at; a value, where elements have one, stands after the name."""
    named = [
        (f"{item.label} ({item.value})" if item.value else item.label, item.share > 0 or bool(item.value))
        for item in fact.elements
    ]
    figure = f"turns at {fact.limit}" if fact.limit else ""
    return Shown(
        sentence(fact.label),
        figure if fact.elements else "nothing recorded",
        fact.met,
        listing([name for name, speaks in named if speaks], _MOST_NAMED),
        listing([name for name, speaks in named if not speaks], _MOST_NAMED),
    )


def _change(a: Assessment, toward: str, view: ArchetypeView) -> Change:
    """Show where the organization is not as an archetype expects, and the moves there, those of a kind together."""
    found = a.overview.archetypes
    kinds: dict[tuple[str, str], list[str]] = {}
    for move in found.moves:
        if toward in move.toward:
            kinds.setdefault((move.label, move.effort), []).append(move.message)
    return Change(
        f"{view.label}, as {_ASPECTS[toward].lower()}",
        tuple(_row(difference) for difference in found.differences if difference.toward == toward),
        tuple((sentence(label), effort, _cut(messages)) for (label, effort), messages in kinds.items()),
    )


def _row(difference: Difference) -> tuple[str, str, str, str]:
    named = listing([item.label for item in difference.elements], _MOST_NAMED)
    least = difference.at_least
    enough = f"; {count(least, 'of them', 'of them')} would do" if least and least < len(difference.elements) else ""
    return sentence(difference.label), difference.seen or "not known", difference.expected, f"{named}{enough}"


def _cut(messages: Sequence[str]) -> tuple[str, ...]:
    more = len(messages) - _MOST_MOVES
    return (*messages[:_MOST_MOVES], f"And {more:,} more of the kind.") if more > 0 else tuple(messages)
