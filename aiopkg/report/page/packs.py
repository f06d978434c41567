"""Rule packs: how far each practice that a pack asks for has come, in all and part by part."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.wording import VERDICT_WORDS, Bar, bar, percent
from aiopkg.rules import Rule
from aiopkg.validate.findings import VERDICTS
from aiopkg.vocab import AIOP, GRAPH, SKOS

__all__ = ["Pack", "PackCell", "PackRow", "Practice", "packs_of"]

_NOWHERE = "Belongs to no single unit"
_FIRST = 4
_NOT_YET = ("violated", "in_progress", "waived", "unknown")


@dataclass(frozen=True, slots=True)
class Practice:
    """A rule of a pack, with counts in the order of the verdicts."""

    code: str
    label: str
    remedy: str
    clauses: tuple[str, ...]
    counts: tuple[int, ...]
    bar: Bar
    share: str
    order: str


@dataclass(frozen=True, slots=True)
class PackCell:
    """How one part stands in one practice: how many elements have it, of how many that it is asked of."""

    holds: int
    asked: int
    heat: int
    rest: str
    said: str
    order: str


@dataclass(frozen=True, slots=True)
class PackRow:
    """One part by practices."""

    label: str
    cells: tuple[PackCell, ...]
    holds: int
    asked: int
    share: str
    order: str
    rest: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack in force: its practices, the parts by practices, and where most is left to do."""

    code: str
    label: str
    definition: str
    applies_to: str
    summary: str
    verdicts: tuple[str, ...]
    practices: tuple[Practice, ...]
    rows: tuple[PackRow, ...]
    vacuous: tuple[str, ...]
    least_done: tuple[str, ...]
    most_open: tuple[str, ...]


def packs_of(a: Assessment) -> tuple[Pack, ...]:
    """Return the packs whose rules were applied, in the order of their ids."""
    return tuple(_pack(a, code) for code in a.packs)


def _asked(row: Mapping[str, int]) -> int:
    return sum(row.values()) - row["not_applicable"]


def _done(row: Mapping[str, int]) -> float | None:
    """Return the share that have a practice, of all that it is asked of; what nobody reported counts as open."""
    return row["satisfied"] / _asked(row) if _asked(row) else None


def _pack(a: Assessment, code: str) -> Pack:
    term = next(
        (
            quad.subject
            for quad in a.facts.quads_for_pattern(None, SKOS.notation, None, GRAPH.ontology)
            if quad.object.value == code  # type: ignore[union-attr]
        ),
        None,
    )
    rules = [rule for rule in a.rules if rule.pack == code]
    targeted = [rule for rule in rules if sum(a.verdicts[rule.code].values())]
    practices = tuple(_practice(a, rule) for rule in targeted)
    rows = _rows(a, targeted)
    return Pack(
        code,
        a.labels(term) if isinstance(term, NamedNode) else code,
        _said(a, term, SKOS.definition),
        _said(a, term, AIOP.appliesTo),
        _summary(a, targeted),
        tuple(VERDICT_WORDS[verdict] for verdict in VERDICTS),
        practices,
        rows,
        tuple(rule.label for rule in rules if rule not in targeted),
        _least_done(a, targeted),
        _most_open(rows),
    )


def _summary(a: Assessment, rules: Sequence[Rule]) -> str:
    """Say how many of the practices are in place over all elements that they are asked of."""
    total: Counter[str] = Counter()
    for rule in rules:
        total.update(a.verdicts[rule.code])
    if not _asked(total):
        return ""
    done = f"{total['satisfied']:,} of {_asked(total):,} practices ({percent(_done(total))}) are in place"
    return f"{done}; of the rest, {_open(total)}." if _open(total) else f"{done}."


def _said(a: Assessment, term: object, predicate: NamedNode) -> str:
    if not isinstance(term, NamedNode):
        return ""
    return next((q.object.value for q in a.facts.quads_for_pattern(term, predicate, None, GRAPH.ontology)), "")  # type: ignore[union-attr]


def _practice(a: Assessment, rule: Rule) -> Practice:
    row = a.verdicts[rule.code]
    done = _done(row)
    return Practice(
        rule.code,
        rule.label,
        rule.remedy.replace("{$this}", "each of them"),
        tuple(f"{c.standard} {c.id}" for c in rule.cites),
        tuple(row[verdict] for verdict in VERDICTS),
        bar(row),
        percent(done),
        "-1" if done is None else f"{done:.4f}",
    )


def _rows(a: Assessment, rules: Sequence[Rule]) -> tuple[PackRow, ...]:
    scores: dict[str, dict[str, Mapping[str, int]]] = defaultdict(dict)
    labels: dict[str, str] = {}
    codes = {rule.code for rule in rules}
    for score in a.overview.practices:
        if score.rule in codes:
            scores[score.part][score.rule] = score.verdicts
            labels[score.part] = score.label or _NOWHERE
    rows = []
    for part, by_rule in scores.items():
        cells = tuple(_cell(by_rule.get(rule.code)) for rule in rules)
        total: Counter[str] = Counter()
        for row in by_rule.values():
            total.update(row)
        asked, share = _asked(total), _done(total)
        order = "-1" if share is None else f"{share:.4f}"
        rows.append(PackRow(labels[part], cells, total["satisfied"], asked, percent(share), order, _open(total)))
    return tuple(sorted(rows, key=lambda row: (-(row.asked - row.holds), row.label)))


def _cell(row: Mapping[str, int] | None) -> PackCell:
    if row is None:
        return PackCell(0, 0, 0, "", "", "-1")
    done = _done(row)
    rest = max(_NOT_YET, key=lambda verdict: (row[verdict], -_NOT_YET.index(verdict)))
    said = ", ".join(f"{row[verdict]:,} {VERDICT_WORDS[verdict]}" for verdict in VERDICTS if row[verdict])
    return PackCell(
        row["satisfied"],
        _asked(row),
        _shade(row),
        f"{row[rest]:,} {VERDICT_WORDS[rest]}" if row[rest] else "",
        said,
        "-1" if done is None else f"{done:.4f}",
    )


def _shade(row: Mapping[str, int]) -> int:
    """Return the step of colour of a cell: none where nothing is known, red only where something is broken."""
    known = _asked(row) - row["unknown"]
    if not known:
        return 0
    if row["violated"]:
        return 1 if row["violated"] >= row["satisfied"] else 2
    if row["satisfied"] == _asked(row):
        return 5
    return 4 if 2 * row["satisfied"] >= known else 3


def _open(row: Mapping[str, int]) -> str:
    """Return in words what is not yet in place."""
    return ", ".join(f"{row[verdict]:,} {VERDICT_WORDS[verdict]}" for verdict in _NOT_YET if row[verdict])


def _least_done(a: Assessment, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Say which practices are in place least often."""
    shares = {rule.code: share for rule in rules if (share := _done(a.verdicts[rule.code])) is not None and share < 1}
    labels = {rule.code: rule.label for rule in rules}
    said = []
    for code in sorted(shares, key=lambda code: (shares[code], code))[:_FIRST]:
        row = a.verdicts[code]
        said.append(f"{labels[code]}: in place for {row['satisfied']:,} of {_asked(row):,} ({_open(row)}).")
    return tuple(said)


def _most_open(rows: Sequence[PackRow]) -> tuple[str, ...]:
    """Say in which parts most is left to do."""
    return tuple(
        f"{row.label}: {row.holds:,} of {row.asked:,} in place ({row.rest})."
        for row in rows[:_FIRST]
        if row.asked > row.holds
    )
