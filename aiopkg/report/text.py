"""The report for a terminal: what is wrong, where, and what to do first."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiopkg.assessment import Assessment
from aiopkg.derive.archetype import declared_at
from aiopkg.derive.cascade import RootCause
from aiopkg.derive.upcoming import Upcoming
from aiopkg.model.renames import migration_command
from aiopkg.report.compared import Compared, contradictions_compared, gaps_compared
from aiopkg.report.outlook_lines import outlook_lines
from aiopkg.report.waiting import queue_in_words
from aiopkg.validate.findings import VERDICTS, Finding
from aiopkg.vocab import shorten

__all__ = ["to_plain_text", "to_text"]

_COLOURS = {"violation": "bold red", "warning": "yellow", "info": "cyan"}
_MOST_ELEMENTS = 5
_MOST_FIRST_STEPS = 5
_WIDTH = 110
"""How wide a text is that goes into a file."""


def to_text(assessment: Assessment, console: Console) -> None:
    """Print the report to a console of any width, in colour where the console has it."""
    console.print(Group(*_parts(assessment)), highlight=False)


def to_plain_text(assessment: Assessment) -> str:
    """Return the report as it is shown on a terminal of a usual width, without colour."""
    stream = StringIO()
    to_text(assessment, Console(file=stream, width=_WIDTH))
    return stream.getvalue()


def _parts(a: Assessment) -> Iterator[RenderableType]:
    violated = [finding for finding in a.findings if finding.verdict == "violated"]
    yield Text.assemble((a.organization_label, "bold"), f", as of {a.as_of}")
    if a.cut:
        yield Text(a.cut.in_words(len(a.rules)), style="bold red")
    yield Text(_in_short(a, violated))
    yield from _compared(a)
    yield Text("")
    if violated:
        yield from _gaps(a, violated)
    yield from _first(a)
    yield from _undermining(a)
    yield from _shape(a)
    yield from _outlook(a)
    yield from _unknown(a)
    yield from _coming(a)
    yield from _former_terms(a)


def _former_terms(a: Assessment) -> Iterator[RenderableType]:
    """Show terms that have another name now, where they stand, and how to bring the files up to date."""
    found = a.model.deprecations
    if not found:
        return
    yield Text("")
    yield Text("Terms that have another name now", style="yellow")
    for each in found:
        first, more = each.places[0], len(each.places) - 1
        further = f" and {more:,} more" if more else ""
        where = f"{Path(first.file).name}:{first.line}{further}"
        yield Text(f"- {shorten(each.term)} is {shorten(each.replaced_by)} now ({where})")
    places = [place for each in found for place in each.places]
    yield Text.assemble(("do: ", "green"), (migration_command(places), "green"))


def _in_short(a: Assessment, violated: Sequence[Finding]) -> str:
    severities = Counter(finding.severity for finding in violated)
    counts = ", ".join(_number(severities[s], s) for s in ("violation", "warning", "info") if severities[s])
    packs = f" with {' and '.join(a.packs)}" if a.packs else ""
    nothing = "no gap found so far" if a.cut else "no gap found"
    return f"{len(a.rules)} rules{packs}, {a.model.size:,} facts: {counts or nothing}."


def _compared(a: Assessment) -> Iterator[RenderableType]:
    """Say what the settings leave out, and how gaps and contradictions compare to those that were known before."""
    if a.left_out:
        yield Text(f"Left out by the settings: {', '.join(a.left_out)}.")
    if a.baseline:
        clashes = contradictions_compared(a)
        counts = [_counted(gaps_compared(a), "gap"), *([_counted(clashes, "contradiction")] if clashes else [])]
        since = f" since {a.baseline.as_of}" if a.baseline.as_of else ""
        yield Text(f"Against the baseline: {'; '.join(counts)}{since}.")


def _counted(counts: Compared, noun: str) -> str:
    return f"{_number(counts.new, noun)} new, {counts.carried:,} carried over, {counts.closed:,} closed"


def _number(count: int, noun: str) -> str:
    plural = {"info": "hints"}.get(noun, noun + "s")
    return f"{count:,} {plural if count != 1 else plural[:-1]}"


def _gaps(a: Assessment, violated: Sequence[Finding]) -> Iterator[RenderableType]:
    """Show each broken rule once, the gravest first, with the first few elements that break it."""
    remedies = {rule.code: rule.remedy for rule in a.rules}
    contested = {rule.code for rule in a.rules if rule.contested}
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in violated:
        by_rule[finding.rule].append(finding)
    severities = list(_COLOURS)
    grid = Table.grid(padding=(0, 1))
    for _ in range(3):
        grid.add_column(no_wrap=False)
    for code, findings in sorted(by_rule.items(), key=lambda item: (severities.index(item[1][0].severity), item[0])):
        severity = findings[0].severity
        for number, finding in enumerate(findings[:_MOST_ELEMENTS]):
            style = _COLOURS[severity]
            head = (Text(code, style), Text(severity, style)) if number == 0 else ("", "")
            doubt = " (contested)" if code in contested else ""
            doubt += " (carried over)" if a.state_of(finding) == "carried" else ""
            grid.add_row(*head, Text.assemble(finding.message + doubt, (f"  {_place(finding)}", "dim")))
        if len(findings) > _MOST_ELEMENTS:
            grid.add_row("", "", Text(f"and {len(findings) - _MOST_ELEMENTS:,} more", style="dim"))
        several = remedies[code].replace("{$this}", "each of them")
        remedy = findings[0].recommendation if len(findings) == 1 else several
        grid.add_row("", Text("do:", "green"), Text(remedy, "green"))
    yield grid
    yield Text("")


def _place(finding: Finding) -> str:
    if finding.file is None:
        return ""
    name = Path(finding.file).name
    return f"{name}:{finding.line}" if finding.line else name


def _first(a: Assessment) -> Iterator[RenderableType]:
    own_kind = [r for r in a.recommendations if r.kind != "CloseGap"]
    if own_kind:
        yield Text("What to do first", style="bold")
        yield _bullets(
            f"{r.message} ({r.effort}; closes {_number(len(r.closes), 'gap')})" for r in own_kind[:_MOST_FIRST_STEPS]
        )
        yield Text("")
    telling = [cause for cause in a.cascades.root_causes if cause.reaches][:_MOST_FIRST_STEPS]
    if telling:
        yield Text("Where it starts", style="bold")
        yield _bullets(f"{cause.label}: {_reach(cause)}" for cause in telling)
        smallest = a.cascades.smallest
        proof = "no fewer do" if smallest.optimal else f"at least {smallest.bound:,} are needed"
        yield Text(f"Gaps in {_number(smallest.size, 'element')} explain all the others; {proof}.")
        yield Text("")


def _bullets(lines: Iterable[str]) -> Table:
    """Show lines as a list whose wrapped lines hang."""
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("-", Text(line))
    return grid


def _reach(cause: RootCause) -> str:
    freed = [
        _number(count, noun)
        for count, noun in (
            (cause.consequent_use_cases, "use case"),
            (cause.consequent_high_stakes, "high-stakes decision"),
            (cause.consequent_kpis, "indicator"),
        )
        if count
    ]
    gaps = _number(len(cause.findings), "gap")
    reached = _number(cause.reaches, "element")
    explained = f", explains {_number(len(cause.explains), 'gap')} elsewhere" if cause.explains else ""
    return f"{gaps}, drags down {reached}{explained}" + (f"; closing them frees {', '.join(freed)}" if freed else "")


def _undermining(a: Assessment) -> Iterator[RenderableType]:
    table = Table(title=None, box=None, pad_edge=False)
    for heading in ("Pillar", "Holds", "Broken", "Unknown", "Undermines"):
        table.add_column(
            heading, header_style="bold", justify="right" if heading in ("Holds", "Broken", "Unknown") else "left"
        )
    for pillar in a.overview.pillars:
        arrows = ", ".join(f"{arrow.target} ({len(arrow.findings)})" for arrow in pillar.undermines)
        verdicts = pillar.verdicts
        table.add_row(
            pillar.label,
            f"{verdicts['satisfied']:,}",
            f"{verdicts['violated']:,}",
            f"{verdicts['unknown']:,}",
            arrows or "-",
        )
    yield table
    yield Text("")


def _shape(a: Assessment) -> Iterator[RenderableType]:
    """Show the archetype declared, operated and called for, each with why, and the queue at the centre."""
    views = a.overview.archetypes.views
    if not any(view.archetype or view.facts for view in views.values()):
        return
    grid = Table.grid(padding=(0, 1))
    for aspect, words in (("declared", "Declared"), ("operated", "Works as"), ("recommended", "Called for")):
        grid.add_row(Text(words, "bold"), Text(f"{views[aspect].label or 'not known'}{_why(a, aspect)}"))
    for queue in a.overview.queues.teams:
        grid.add_row(Text("Queue", "bold"), Text(f"{queue.label}: {queue_in_words(a, queue)}"))
    yield grid
    yield Text("")


def _outlook(a: Assessment) -> Iterator[RenderableType]:
    """Show where to begin and what to use again, in a line each."""
    grid = Table.grid(padding=(0, 1))
    for heading, words in outlook_lines(a):
        grid.add_row(Text(heading, "bold", no_wrap=True), Text(words))
    if grid.row_count:
        yield grid
        yield Text("")


def _why(a: Assessment, aspect: str) -> str:
    """Return the reasons for an archetype in brackets."""
    found = a.overview.archetypes
    if aspect == "declared":
        view = found.views[aspect]
        place = declared_at(a.model, a.organization, view.archetype)
        return f" ({Path(place.file).name}:{place.line})" if place else ""
    if aspect == "operated":
        facts = found.views[aspect].facts
        said = [f"{fact.label} {fact.amount:g} of {fact.total:,} central" for fact in facts]
    else:
        said = [
            f"{condition.label}{', as it says itself' if condition.stated else ''}"
            for condition in found.conditions
            if condition.decides
        ]
    return f" ({'; '.join(said)})" if said else ""


def _unknown(a: Assessment) -> Iterator[RenderableType]:
    counts = Counter(finding.verdict for finding in a.findings)
    told = [
        f"{counts[verdict]:,} {words}"
        for verdict, words in (
            ("unknown", "cannot be told from what is reported"),
            ("in_progress", "in progress"),
            ("not_applicable", "stated not to apply"),
            ("waived", "waived"),
        )
        if counts[verdict]
    ]
    if told:
        yield Text(f"Besides: {', '.join(told)}.")
    if a.not_known:
        rules = len({item.rule for item in a.not_known})
        elements = len({item.focus for item in a.not_known})
        yield Text(f"Of {elements:,} elements it is not known whether {_number(rules, 'rule')} apply to them.")
    vacuous = sum(found.in_force and not found.applies for found in a.applicability.values())
    if vacuous:
        yield Text(
            f"{_number(vacuous, 'rule')} found nothing to look at; the HTML page says why, and so does the JSON report "
            "under 'applicability'."
        )
    yield from _contradictions(a)


def _contradictions(a: Assessment) -> Iterator[RenderableType]:
    """Show what cannot all be true, and what of that is true again."""
    if a.contradictions:
        yield Text("")
        yield Text(f"The model contradicts itself in {_number(len(a.contradictions), 'place')}", style="bold red")
        for clash in a.contradictions[:_MOST_ELEMENTS]:
            known = " (carried over)" if a.state_of(clash) == "carried" else ""
            place = f"{Path(clash.file).name}:{clash.line}" if clash.file else "inferred"
            yield Text.assemble(f"- {clash.message}{known}", (f"  {place}, {clash.rule}, {clash.id}", "dim"))
        if len(a.contradictions) > _MOST_ELEMENTS:
            yield Text(f"and {len(a.contradictions) - _MOST_ELEMENTS:,} more", style="dim")
    if a.settled:
        yield Text("")
        yield Text("Contradictions that are none any more")
        yield from (Text.assemble(f"- {each.message}", (f"  {each.id}", "dim")) for each in a.settled[:_MOST_ELEMENTS])


def _coming(a: Assessment) -> Iterator[RenderableType]:
    """Show what rules that begin later will find, day by day."""
    if a.upcoming is None:
        return
    yield Text("")
    yield Text("What comes into force", style="bold")
    if not a.upcoming:
        yield Text("No rule that applies here begins later.")
        return
    grid = Table.grid(padding=(0, 1))
    for _ in range(3):
        grid.add_column(no_wrap=False)
    dates = [coming.date for coming in a.upcoming]
    for number, coming in enumerate(a.upcoming):
        first = dates.index(coming.date) == number
        head = Text(str(coming.date), "bold") if first else ""
        style = _COLOURS[coming.rule.severity.lower()]
        doubt = " (contested)" if coming.rule.contested else ""
        grid.add_row(head, Text(coming.rule.code, style), Text(f"{coming.rule.label}{doubt}: {_will_be(coming)}"))
        broken = [finding for finding in coming.findings if finding.verdict == "violated"]
        for finding in broken[:_MOST_ELEMENTS]:
            grid.add_row("", "", Text.assemble(f"- {finding.message}", (f"  {_place(finding)}", "dim")))
        if len(broken) > _MOST_ELEMENTS:
            grid.add_row("", "", Text(f"and {len(broken) - _MOST_ELEMENTS:,} more", style="dim"))
    yield grid


def _will_be(coming: Upcoming) -> str:
    """Say what a rule will find as things stand, in counts."""
    counts = Counter(finding.verdict for finding in coming.findings)
    said = [f"{counts[verdict]:,} {verdict.replace('_', ' ')}" for verdict in VERDICTS if counts[verdict]]
    return ", ".join(said) or ("no gap" if coming.elements else "nothing to look at")
