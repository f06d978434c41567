"""The whole page as one value."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiopkg import __version__
from aiopkg.assessment import Assessment
from aiopkg.report.page.areas import Areas, areas_of
from aiopkg.report.page.begin import Begin, begin_of
from aiopkg.report.page.brief import Brief, brief
from aiopkg.report.page.chains import Roots, anchors_of, roots_of
from aiopkg.report.page.coming import Coming, coming_of
from aiopkg.report.page.fewest import Fewest, fewest_of
from aiopkg.report.page.gaps import RuleGaps, rule_gaps
from aiopkg.report.page.idle import Idle, idle_of
from aiopkg.report.page.links import Links, WithinPage
from aiopkg.report.page.packs import Pack, packs_of
from aiopkg.report.page.queue import Waiting, overrun_in_words, waiting_of
from aiopkg.report.page.reuse import Reuse, reuse_of
from aiopkg.report.page.shape import Shape, shape_of
from aiopkg.report.page.standing import Maturity, maturity_of
from aiopkg.report.page.units import Units, units_of
from aiopkg.report.page.unknowns import Unknowns, unknowns_of
from aiopkg.report.page.wording import MONTHS, SEVERITIES, VERDICT_WORDS, Bar, bar, sentence

__all__ = ["Applied", "Page", "view"]


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that was applied, and what it came to."""

    code: str
    label: str
    severity: str
    area: str
    pack: str
    bar: Bar


@dataclass(frozen=True)
class Page:
    """Everything that the page shows."""

    organization: str
    as_of: str
    day: str
    version: str
    facts: int
    brief: Brief
    areas: Areas
    roots: Roots
    fewest: Fewest
    units: Units
    packs: tuple[Pack, ...]
    coming: tuple[Coming, ...]
    shape: Shape
    maturity: Maturity
    begin: Begin
    reuse: Reuse
    waiting: tuple[Waiting, ...]
    overrun: str
    unknowns: Unknowns
    idle: Idle
    gaps: tuple[RuleGaps, ...]
    applied: tuple[Applied, ...]
    areas_named: tuple[str, ...]
    severities: tuple[str, ...]
    verdict_words: Mapping[str, str]
    links: Links


def view(a: Assessment) -> Page:
    """Return what the page shows of an assessment."""
    gaps = rule_gaps(a)
    areas = tuple(dict.fromkeys(rule.area for rule in sorted(gaps, key=lambda rule: rule.area)))
    return Page(
        organization=sentence(a.organization_label),
        as_of=f"{a.as_of.day} {MONTHS[a.as_of.month - 1]} {a.as_of.year}",
        day=a.as_of.isoformat(),
        version=__version__,
        facts=len(a.model.triples),
        brief=brief(a),
        areas=areas_of(a, gaps),
        roots=roots_of(a),
        fewest=fewest_of(a),
        units=units_of(a),
        packs=packs_of(a),
        coming=coming_of(a),
        shape=shape_of(a),
        maturity=maturity_of(a),
        begin=begin_of(a),
        reuse=reuse_of(a),
        waiting=waiting_of(a),
        overrun=overrun_in_words(a),
        unknowns=unknowns_of(a),
        idle=idle_of(a),
        gaps=gaps,
        applied=tuple(
            Applied(
                rule.code,
                rule.label,
                SEVERITIES[rule.severity.lower()],
                a.labels(rule.pillar),
                rule.pack,
                bar(a.verdicts[rule.code]),
            )
            for rule in a.rules
        ),
        areas_named=areas,
        severities=tuple(SEVERITIES.values()),
        verdict_words=VERDICT_WORDS,
        links=WithinPage(anchors_of(a)),
    )
