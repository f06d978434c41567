"""How the work of AI is shared out: as declared, as it is done, and as the conditions call for."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.derive.overview import Reason
from aiopkg.report.page.wording import Bar, bar, percent, sentence
from aiopkg.vocab import GRAPH, SKOS

__all__ = ["Archetype", "Maturity", "Shape", "shape_of"]

_ASPECTS = {"declared": "Declared", "operated": "Operated", "recommended": "Recommended"}


@dataclass(frozen=True, slots=True)
class Archetype:
    """An archetype as declared, operated or recommended, its definition, and the reasons."""

    how: str
    label: str
    definition: str
    reasons: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Maturity:
    """A pillar's score as a bar, for the whole organization."""

    label: str
    score: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Shape:
    """The archetypes, what they differ in, in words, and the maturity."""

    archetypes: tuple[Archetype, ...]
    differences: tuple[str, ...]
    maturity: tuple[Maturity, ...]
    least: tuple[tuple[str, str, str], ...]


def shape_of(a: Assessment) -> Shape:
    """Return how the work is shared out, and how mature the pillars and units are."""
    views = a.overview.archetypes
    archetypes = tuple(
        Archetype(
            _ASPECTS[how],
            sentence(view.label),
            _definition(a, view.archetype),
            tuple(_reason(reason) for reason in view.reasons),
        )
        for how, view in views.items()
    )
    units = [score for score in a.overview.units if score.score is not None and score.violated]
    weakest = sorted(units, key=lambda score: (score.score or 0, -score.violated, score.label, score.pillar))[:5]
    return Shape(
        archetypes,
        _differences({_ASPECTS[how]: view.label for how, view in views.items() if view.label}),
        tuple(
            Maturity(sentence(pillar.label), percent(pillar.score), bar(pillar.verdicts))
            for pillar in a.overview.pillars
        ),
        tuple((score.label, score.pillar, percent(score.score)) for score in weakest),
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
    found = a.store.quads_for_pattern(NamedNode(archetype), SKOS.definition, None, GRAPH.ontology)
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
