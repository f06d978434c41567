"""The whole page as one value."""

from copy import copy
from functools import cached_property
from typing import Self

from aiopkg import __version__
from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.page.areas import areas_of
from aiopkg.report.page.begin import begin_of
from aiopkg.report.page.brief import brief
from aiopkg.report.page.chains import anchors_of, roots_of
from aiopkg.report.page.coming import coming_of
from aiopkg.report.page.fewest import fewest_of
from aiopkg.report.page.gaps import rule_gaps
from aiopkg.report.page.idle import idle_of
from aiopkg.report.page.links import Links, WithinPage
from aiopkg.report.page.packs import packs_of
from aiopkg.report.page.queue import overrun_in_words, waiting_of
from aiopkg.report.page.reuse import reuse_of
from aiopkg.report.page.shape import shape_of
from aiopkg.report.page.standing import maturity_of
from aiopkg.report.page.units import units_of
from aiopkg.report.page.unknowns import unknowns_of
from aiopkg.report.wording import MONTHS, SEVERITIES, VERDICT_WORDS, Bar, bar, sentence

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


class Page:
    """Everything that the page shows, part by part; each is worked out when it is first asked for."""

    def __init__(self, assessment: Assessment, links: Links) -> None:
        self.assessment = assessment
        self.links = links

    def parts(self, *names: str) -> dict[str, object]:
        """Return some parts by their names, with the links; without names, all of them."""
        every = [name for name, part in vars(Page).items() if isinstance(part, cached_property)]
        return {"links": self.links, **{name: getattr(self, name) for name in names or every}}

    def linked(self, links: Links) -> Self:
        """Return the same with other links; what has been worked out is kept."""
        other = copy(self)
        other.links = links
        return other

    organization = cached_property(lambda page: sentence(page.assessment.organization_label))
    as_of = cached_property(
        lambda page: (
            f"{page.assessment.as_of.day} {MONTHS[page.assessment.as_of.month - 1]} {page.assessment.as_of.year}"
        )
    )
    day = cached_property(lambda page: page.assessment.as_of.isoformat())
    version = cached_property(lambda _: __version__)
    facts = cached_property(lambda page: page.assessment.model.size)
    brief = cached_property(lambda page: brief(page.assessment))
    areas = cached_property(lambda page: areas_of(page.assessment, page.gaps))
    roots = cached_property(lambda page: roots_of(page.assessment))
    fewest = cached_property(lambda page: fewest_of(page.assessment))
    units = cached_property(lambda page: units_of(page.assessment))
    packs = cached_property(lambda page: packs_of(page.assessment))
    coming = cached_property(lambda page: coming_of(page.assessment))
    shape = cached_property(lambda page: shape_of(page.assessment))
    maturity = cached_property(lambda page: maturity_of(page.assessment))
    begin = cached_property(lambda page: begin_of(page.assessment))
    reuse = cached_property(lambda page: reuse_of(page.assessment))
    waiting = cached_property(lambda page: waiting_of(page.assessment))
    overrun = cached_property(lambda page: overrun_in_words(page.assessment))
    unknowns = cached_property(lambda page: unknowns_of(page.assessment))
    idle = cached_property(lambda page: idle_of(page.assessment))
    gaps = cached_property(lambda page: rule_gaps(page.assessment))
    applied = cached_property(lambda page: _applied(page.assessment))
    areas_named = cached_property(lambda page: tuple(sorted({rule.area for rule in page.gaps})))
    severities = cached_property(lambda _: tuple(SEVERITIES.values()))
    verdict_words = cached_property(lambda _: VERDICT_WORDS)


def view(a: Assessment) -> Page:
    """Return the report on an assessment, whose links stay within it."""
    return Page(a, WithinPage(anchors_of(a)))


def _applied(a: Assessment) -> tuple[Applied, ...]:
    return tuple(
        Applied(
            rule.code,
            rule.label,
            SEVERITIES[rule.severity.lower()],
            a.labels(rule.pillar),
            rule.pack,
            bar(a.verdicts[rule.code]),
        )
        for rule in a.rules
    )
