"""One element: what is said of it, its gaps, what drags it down and what it drags down, and the rules about it."""

from pyoxigraph import BlankNode, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.derive import Recommendation
from aiopkg.derive.cascade import Reach
from aiopkg.report.page.chains import Root, fact_in_words, root_at
from aiopkg.report.page.profile import Profile, profile_of
from aiopkg.report.wording import SEVERITIES, VERDICT_WORDS, element, sentence, where
from aiopkg.validate.findings import Finding
from aiopkg.vocab import GRAPH, ORG, RDF, SKOS
from aiopkg.web.facts import Group, concluded, declared, spoken_of, stated
from aiopkg.web.shown import Node, Shown

__all__ = ["Element", "Hop", "Influence", "Looking", "Wrong", "element_called", "element_of", "wrong_at"]

_MOST_INFLUENCES = 40


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding about the element."""

    id: str
    rule: str
    severity: str
    verdict: str
    word: str
    message: str
    note: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of a chain: the fact in words, where its proof is if it is concluded, and the element it leads to."""

    fact: str
    why: str
    element: str
    label: str


@dataclass(frozen=True, slots=True)
class Influence:
    """An element elsewhere whose gaps drag this one down, the links that lead here, and the cascade's id."""

    focus: str
    label: str
    cascade: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """A rule that looks at the element, or does not, with what it came to or the reason."""

    code: str
    label: str
    said: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Element:
    """Everything that the page of an element shows; ``inside`` counts the gaps in a unit."""

    name: str
    label: str
    kinds: tuple[str, ...]
    meaning: str
    place: str
    stated: tuple[Group, ...]
    concluded: tuple[Group, ...]
    declared: tuple[Group, ...]
    spoken_of: tuple[Group, ...]
    gaps: tuple[Wrong, ...]
    others: tuple[Wrong, ...]
    recommendations: tuple[Recommendation, ...]
    inside: int
    profile: Profile | None
    root: Root | None
    influences: tuple[Influence, ...]
    more_influences: int
    looking: tuple[Looking, ...]
    open: tuple[Looking, ...]
    not_looking: tuple[Looking, ...]


def element_called(shown: Shown, name: str) -> Node | None:
    """Return the element with an IRI or the name of a blank node; nothing where nothing is said of it."""
    try:
        node = element(name)
    except ValueError:
        return None
    return node if shown.is_known(node) else None


def element_of(shown: Shown, node: Node) -> Element:
    """Return the page of an element."""
    name = node.value if isinstance(node, NamedNode) else str(node)
    found = wrong_at(shown, name)
    influences = _influences(shown, name)
    looking, undecided, not_looking = _rules(shown, node, name)
    model = shown.assessment.model
    is_unit = shown.is_in(node, ORG.Organization)
    return Element(
        name=name,
        label=sentence(shown.labels(node)),
        kinds=_kinds(shown, node),
        meaning=_meaning(shown, node),
        place=where(model.place_of(node)) if model.describes(node) else "",
        stated=stated(shown, node),
        concluded=concluded(shown, node),
        declared=declared(shown, node),
        spoken_of=spoken_of(shown, node),
        gaps=tuple(each for each in found if each.verdict == "violated"),
        others=tuple(each for each in found if each.verdict != "violated"),
        recommendations=tuple(r for r in shown.assessment.recommendations if name in r.about),
        inside=len(shown.units.get(name, ())) if is_unit else 0,
        profile=profile_of(shown.assessment, name) if is_unit else None,
        root=root_at(shown.assessment, name),
        influences=influences[:_MOST_INFLUENCES],
        more_influences=max(0, len(influences) - _MOST_INFLUENCES),
        looking=looking,
        open=undecided,
        not_looking=not_looking,
    )


def wrong_at(shown: Shown, name: str) -> tuple[Wrong, ...]:
    """Return the findings about an element, what is broken first, the gravest before others."""
    grave = list(SEVERITIES)
    ordered = sorted(
        shown.findings_at.get(name, ()),
        key=lambda f: (f.verdict != "violated", grave.index(f.severity), f.rule, f.id),
    )
    return tuple(_wrong(shown, finding) for finding in ordered)


def _wrong(shown: Shown, finding: Finding) -> Wrong:
    return Wrong(
        finding.id,
        finding.rule,
        SEVERITIES[finding.severity],
        finding.verdict,
        VERDICT_WORDS[finding.verdict],
        finding.message,
        finding.note,
        tuple(f"{prop} of {shown.labels(element(about))}" for about, prop in finding.missing),
    )


def _kinds(shown: Shown, node: Node) -> tuple[str, ...]:
    """Return what an element is: as stated or declared, and if neither is, as concluded."""
    for graph in (GRAPH.asserted, GRAPH.ontology, GRAPH.inferred):
        quads = shown.assessment.store.quads_for_pattern(node, RDF.type, None, graph)
        kinds = {shown.labels(quad.object) for quad in quads if not isinstance(quad.object, BlankNode)}
        if kinds:
            return tuple(sorted(kinds))
    return ()


def _meaning(shown: Shown, node: Node) -> str:
    quads = shown.assessment.store.quads_for_pattern(node, SKOS.definition, None, None)
    return min((shown.labels(quad.object) for quad in quads), default="")


def _influences(shown: Shown, name: str) -> tuple[Influence, ...]:
    """Return what drags an element down: first what is nearest, then by name."""
    found = shown.reached.get(name, {})
    ordered = sorted(found.items(), key=lambda item: (len(item[1][1].chain), item[1][0].label, item[0]))
    return tuple(
        Influence(focus, cascade.label, cascade.id, _hops(shown, reach)) for focus, (cascade, reach) in ordered
    )


def _hops(shown: Shown, reach: Reach) -> tuple[Hop, ...]:
    return tuple(
        Hop(
            fact_in_words(link, shown.assessment.labels),
            "" if link.asserted else shown.links.fact(link.triple),
            link.effect.value if isinstance(link.effect, NamedNode) else str(link.effect),
            shown.labels(link.effect),
        )
        for link in reach.chain
    )


def _rules(shown: Shown, node: Node, name: str) -> tuple[tuple[Looking, ...], tuple[Looking, ...], tuple[Looking, ...]]:
    """Return the rules that look at an element, those of which that cannot be told, and those that do not."""
    if not shown.assessment.model.describes(node) and name not in shown.findings_at:
        return (), (), ()
    sorted_out: dict[str, list[Looking]] = {"applies": [], "not_known": [], "does_not_apply": []}
    verdicts = {finding.rule: finding.verdict for finding in shown.findings_at.get(name, ())}
    for code, rule in shown.rules.items():
        found = shown.assessment.applies(code, node)
        verdict = verdicts.get(code, "satisfied") if found.state == "applies" else ""
        said = VERDICT_WORDS[verdict] if verdict else found.reason
        sorted_out[found.state].append(Looking(code, rule.label, said, verdict))
    return tuple(map(tuple, sorted_out.values()))  # type: ignore[return-value]
