"""The recommendations: what to do, about what, and what it closes."""

from collections.abc import Iterable
from functools import partial

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.derive import Recommendation
from aiopkg.report.wording import element, sentence
from aiopkg.vocab import PREFIXES
from aiopkg.web.paging import Choice, Parameters, Slice, slice_of
from aiopkg.web.shown import Shown

__all__ = ["Step", "Steps", "step_of", "steps_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """One recommendation with the elements that it is about and the findings that it closes, in words."""

    id: str
    kind: str
    message: str
    pillar: str
    effort: str
    about: tuple[tuple[str, str], ...]
    closes: tuple[tuple[str, str], ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The recommendations that fit the filters."""

    slice: Slice[Step]
    kinds: tuple[Choice, ...]
    pillars: tuple[Choice, ...]


def steps_of(shown: Shown, parameters: Parameters) -> Steps:
    """Return the recommendations of a ``kind`` and a ``pillar``, those first that close most."""
    kind, pillar = parameters.get("kind", ""), parameters.get("pillar", "")
    every = shown.assessment.recommendations
    fitting = [r for r in every if kind in ("", r.kind) and pillar in ("", r.pillar)]
    cut = slice_of(fitting, "recommendations", parameters)
    return Steps(
        cut.shown_as(partial(step_of, shown)),
        _choices(((r.kind, _kind(shown, r.kind)) for r in every), kind),
        _choices(((r.pillar, r.pillar) for r in every), pillar),
    )


def step_of(shown: Shown, recommendation: Recommendation) -> Step:
    """Return one recommendation as it is shown."""
    return Step(
        recommendation.id,
        _kind(shown, recommendation.kind),
        recommendation.message,
        recommendation.pillar,
        recommendation.effort,
        tuple((about, shown.labels(element(about))) for about in recommendation.about),
        tuple((name, shown.findings[name].message) for name in recommendation.closes if name in shown.findings),
        recommendation.evidence,
    )


def _kind(shown: Shown, kind: str) -> str:
    return sentence(shown.labels(NamedNode(PREFIXES["aiop"] + kind)))


def _choices(values: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    found = sorted(dict(values).items(), key=lambda item: item[1])
    return tuple(Choice(value, label, value == chosen) for value, label in found)
