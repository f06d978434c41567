"""Maturity, launch zones, proving grounds, signals and the portfolio, each number by a second way."""

import re
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from conftest import EXAMPLE_DAY, ORGS, model_from
from pyoxigraph import NamedNode

from aiopkg import assets
from aiopkg.assessment import Assessment
from aiopkg.derive.launch import GateView, Standing
from aiopkg.derive.maturity import Scale, Tally, read_scale
from aiopkg.derive.outlook import Outlook
from aiopkg.engine import assess, assess_model
from aiopkg.report import to_html
from aiopkg.report.outlook_lines import outlook_lines
from aiopkg.report.page.standing import maturity_of as standing_page
from aiopkg.report.wording import days
from aiopkg.vocab import AIOP, GRAPH, PREFIXES

EX = "https://example.org/"
READ = "PREFIX aiop: <https://w3id.org/aiop#> PREFIX dcat: <http://www.w3.org/ns/dcat#> "


def assessed(turtle: str) -> Assessment:
    units = " ".join(
        f"ex:{unit} a org:OrganizationalUnit ; org:unitOf ex:acme ." for unit in ("sales", "care", "plant")
    )
    return assess_model(model_from(f"ex:acme a org:FormalOrganization . {units} {turtle}"), as_of=EXAMPLE_DAY)


def outlook(turtle: str) -> Outlook:
    return assessed(turtle).overview.outlook


def pairs(a: Assessment, pattern: str) -> set[tuple[str, ...]]:
    """Return what matches a pattern in the facts, its variables in the order in which they are named."""
    columns = " ".join(dict.fromkeys(re.findall(r"\?\w+", pattern)))
    rows = a.store.query(f"{READ} SELECT {columns} WHERE {{ {pattern} }}", default_graph=list(GRAPH.facts))
    return {tuple(str(term.value) for term in row) for row in rows}  # type: ignore[union-attr]


@pytest.fixture(scope="module", params=["bank", "manufacturer", "media"])
def example(request: pytest.FixtureRequest) -> Assessment:
    return assess(ORGS / f"{request.param}.ttl", as_of=date(2026, 6, 30))


@pytest.fixture(scope="module")
def scale() -> Scale:
    found = assessed("")
    return read_scale(found.store, found.labels)


# Maturity


@pytest.mark.parametrize(
    ("holds", "of", "level", "letter"),
    [
        (0, 20, "beginning", "N"),
        (3, 20, "beginning", "N"),
        (4, 20, "patchy", "P"),
        (10, 20, "patchy", "P"),
        (11, 20, "broad", "L"),
        (17, 20, "broad", "L"),
        (18, 20, "settled", "F"),
        (20, 20, "whole", "F"),
    ],
)
def test_a_level_is_told_by_the_bands_of_the_standard(
    scale: Scale, holds: int, of: int, level: str, letter: str
) -> None:
    found = scale.level(Tally(holds, of - holds, 0))
    assert found is not None
    assert (found.label, found.letter) == (level, letter)


def test_what_is_not_known_keeps_a_whole_from_being_told_and_too_much_of_it_any_level(scale: Scale) -> None:
    whole, settled, half, too_little = (scale.level(Tally(3, 0, unknown)) for unknown in (0, 1, 3, 4))
    assert [level.label if level else None for level in (whole, settled, half, too_little)] == [
        *("whole", "settled", "settled"),
        None,
    ]
    assert scale.level(Tally(0, 0, 0)) is None


def test_each_point_of_a_score_is_traced_to_a_rule_and_an_element(example: Assessment) -> None:
    by_id = {finding.id: finding for finding in example.findings}
    pillars = {rule.code: example.labels(rule.pillar) for rule in example.rules}
    verdicts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in example.findings:
        verdicts[finding.rule, finding.focus].append(finding.verdict)
    assert len(example.overview.units) > 10
    for score in example.overview.units:
        assert {pillars[point.rule] for point in score.trace} == {score.pillar}
        total = Counter[str]()
        for point in score.trace:
            assert all(not verdicts[point.rule, focus] for focus in point.holds)
            total.update("satisfied" for _ in point.holds)
            for focus in {*point.broken, *point.unknown}:
                total.update(verdicts[point.rule, focus])
        assert (total["satisfied"], total["violated"], total["unknown"]) == (
            score.satisfied,
            score.violated,
            score.unknown,
        )
        lost = {(point.rule, focus) for point in score.trace for focus in point.broken}
        assert {(by_id[gap].rule, by_id[gap].focus) for gap in score.findings} == lost


def test_no_fewer_elements_raise_a_score_to_the_next_level(example: Assessment, scale: Scale) -> None:
    """Closes every choice of fewer elements and looks at the level."""
    verdicts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in example.findings:
        verdicts[finding.rule, finding.focus].append(finding.verdict)
    tried = 0
    for score in example.overview.units:
        broken = [(point.rule, focus) for point in score.trace for focus in point.broken]
        if score.level is None or score.next is None or len(broken) > 12:
            continue
        tried += 1
        chosen = {(rule, focus) for rule, focus, _ in score.next.close}
        assert chosen <= set(broken)
        for size in range(len(chosen) + 1):
            for choice in combinations(broken, size):
                gone = [verdict for pair in choice for verdict in verdicts[pair]]
                whole = sum(set(verdicts[pair]) == {"violated"} for pair in choice)
                tally = Tally(score.satisfied + whole, score.violated - gone.count("violated"), score.unknown)
                level = scale.level(tally)
                raised = level is not None and level.order > score.level.order
                assert not raised if size < len(chosen) else True
                if set(choice) == chosen:
                    assert raised and level is not None and level.iri == score.next.level
    assert tried or not any(score.violated for score in example.overview.units)


def test_public_scales_name_their_source_and_order_their_levels() -> None:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in assets.ontology():
        if isinstance(triple.subject, NamedNode):
            short = triple.predicate.value.rpartition("#")[2].rpartition("/")[2]
            facts[triple.subject.value][short].append(getattr(triple.object, "value", str(triple.object)))
    scales = {name: told for name, told in facts.items() if f"{PREFIXES['aiop']}MaturityScale" in told["type"]}
    assert len(scales) == 7
    for name, told in scales.items():
        assert told["source"][0].startswith("https://"), name
        orders = sorted(int(f["levelOrder"][0]) for f in facts.values() if name in f["inScheme"])
        assert orders == list(range(orders[0], orders[0] + len(orders)))
        assert len(orders) >= 4
    bands = [Fraction(f["upToShare"][0]) for f in facts.values() if f["upToShare"]]
    assert sorted(bands) == [Fraction(15, 100), Fraction(1, 2), Fraction(85, 100), 1]


# Where to begin


def test_every_unit_outside_the_centre_has_one_standing_and_its_state_follows_from_its_gates(
    example: Assessment,
) -> None:
    launch = example.overview.outlook.launch
    every = [*launch.zones, *launch.avoid, *launch.between]
    units = {unit for unit, _ in pairs(example, "?unit aiop:inUnitsOf ?whole")}
    assert sorted(standing.unit for standing in every) == sorted(units)
    for standing in every:
        states = {gate.state for gate in standing.gates}
        shut, ready = "shut" in states, standing.readiness is not None and standing.readiness >= 0.5
        expected = launch.avoid if shut else launch.zones if ready and "between" not in states else launch.between
        assert standing in expected


def test_what_speaks_at_a_gate_adds_up_to_what_is_measured(example: Assessment) -> None:
    """The share of what speaks for a gate is what the measure stage came to by itself; a leader is there or not."""
    launch = example.overview.outlook.launch
    looked = 0
    for standing in [*launch.zones, *launch.avoid, *launch.between]:
        for gate in standing.gates[:3]:
            total = len(gate.speaking) + len(gate.against)
            assert (gate.value is None) == (total == 0)
            if gate.value is not None:
                looked += 1
                share = len(gate.speaking) / total
                led = gate.gate.endswith("LeadershipGate")
                assert gate.value == pytest.approx(float(bool(gate.speaking)) if led else share, abs=1e-6)
    assert looked


def test_the_gate_of_a_pillar_has_the_score_of_the_unit_there(example: Assessment) -> None:
    scores = {(score.unit, score.pillar): score for score in example.overview.units}
    asked = {row[0]: row[1] for row in pairs(example, "?gate aiop:asksPillar ?pillar")}
    assert len(asked) == 2
    for standing in example.overview.outlook.launch.avoid:
        for gate in standing.gates:
            if gate.gate in asked:
                score = scores.get((standing.unit, example.labels(NamedNode(asked[gate.gate]))))
                assert gate.findings == (score.findings if score else ())
                told = score.score if score and score.level else None
                assert (None if gate.value is None else round(gate.value, 3)) == told


def test_the_manufacturer_begins_in_service_and_stays_away_from_quality() -> None:
    launch = assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30)).overview.outlook.launch
    assert [zone.label for zone in launch.zones] == ["After-Sales Service"]
    assert [unit.label for unit in launch.avoid][:2] == ["Quality", "Supply Chain"]
    assert [unit.label for unit in launch.between] == ["Plants"]


def standing(turtle: str, unit: str = "sales") -> Standing:
    launch = outlook(turtle).launch
    return next(s for s in [*launch.zones, *launch.avoid, *launch.between] if s.unit == EX + unit)


def gate(found: Standing, name: str) -> GateView:
    return next(gate for gate in found.gates if gate.gate == f"https://w3id.org/aiop#{name}")


@pytest.mark.parametrize(
    ("fit", "of", "state"), [(0, 1, "shut"), (1, 5, "shut"), (1, 4, "between"), (2, 4, "open"), (0, 0, "unknown")]
)
def test_a_gate_opens_and_shuts_at_its_thresholds(fit: int, of: int, state: str) -> None:
    data = "".join(
        f"ex:d{n} a dcat:Dataset ; aiop:ownedBy ex:sales . "
        + (f"ex:d{n} aiop:hasQualityStandard ex:standard . " if n < fit else "")
        for n in range(of)
    )
    found = standing(data)
    assert gate(found, "CleanDataGate").state == state
    assert (found.kind == AIOP.UnitToAvoid) == (state == "shut")


def test_an_organization_moves_a_gate_by_a_threshold_of_its_own() -> None:
    data = "ex:d a dcat:Dataset ; aiop:ownedBy ex:sales . aiop:ReadinessFloor aiop:thresholdValue 0 ."
    assert gate(standing(data), "CleanDataGate").state == "between"


def test_a_vacant_post_of_a_leader_speaks_against_a_unit() -> None:
    found = gate(standing("ex:post org:postIn ex:sales ; org:role aiop:AILead ."), "LeadershipGate")
    assert (found.state, [named.label for named in found.against]) == ("shut", ["post"])


# Proving grounds

LOOPS = """
    ex:daily a dcat:Dataset ; aiop:refreshInterval "P1D"^^xsd:duration .
    ex:weekly a dcat:Dataset ; aiop:refreshInterval "P7D"^^xsd:duration .
    ex:bid a aiop:Decision ; aiop:decisionInterval "PT12H"^^xsd:duration .
    ex:plan a aiop:Decision ; aiop:decisionInterval "P30D"^^xsd:duration .
    ex:ads a aiop:UseCase ; aiop:operatedBy ex:sales ; aiop:usesDataset ex:daily, ex:weekly ;
        aiop:informs ex:bid, ex:plan .
    ex:stock a aiop:UseCase ; aiop:operatedBy ex:sales ; aiop:usesDataset ex:weekly ; aiop:informs ex:plan .
    ex:old a aiop:UseCase ; aiop:stage aiop:Retired ; aiop:operatedBy ex:sales ;
        aiop:usesDataset ex:daily ; aiop:informs ex:bid .
    ex:blind a aiop:UseCase ; aiop:operatedBy ex:care ; aiop:usesDataset ex:daily .
"""


def test_a_loop_is_as_long_as_the_slower_of_its_fastest_data_and_decision() -> None:
    (ground,) = outlook(LOOPS).grounds
    assert [(loop.label, loop.days, loop.data.label, loop.decision.label) for loop in ground.loops] == [
        ("ads", 1, "daily", "bid"),
        ("stock", 30, "weekly", "plan"),
    ]
    assert ground.density == pytest.approx((30 / 1 + 30 / 30) / 2)


def test_the_loop_period_can_be_another() -> None:
    (ground,) = outlook(LOOPS + 'aiop:LoopPeriod aiop:thresholdValue "P60D"^^xsd:duration .').grounds
    assert ground.density == pytest.approx(31)


def test_densities_are_those_of_the_durations_written_down(example: Assessment) -> None:
    refresh = {x: float(v) for x, v in pairs(example, "?x aiop:refreshIntervalDays ?v")}
    pace = {x: float(v) for x, v in pairs(example, "?x aiop:decisionIntervalDays ?v")}
    uses, informs = pairs(example, "?u aiop:usesDataset ?d"), pairs(example, "?u aiop:informs ?d")
    units: dict[str, list[float]] = defaultdict(list)
    for use_case, unit in sorted(pairs(example, "?u aiop:operatedBy ?unit")):
        data = [refresh[d] for u, d in uses if u == use_case and d in refresh]
        decisions = [pace[d] for u, d in informs if u == use_case and d in pace]
        if data and decisions:
            units[unit].append(30 / max(min(data), min(decisions)))
    found = example.overview.outlook.grounds
    assert {g.unit: g.density for g in found} == pytest.approx({u: sum(d) / len(d) for u, d in units.items()})
    assert found
    assert [g.density for g in found] == sorted((g.density for g in found), reverse=True)


# Signals


def test_signals_are_counted_as_the_facts_say(example: Assessment) -> None:
    runs = pairs(example, "?u aiop:operatedBy ?unit")
    reads, needs = pairs(example, "?u aiop:usesDataset ?d"), pairs(example, "?u aiop:needsDataset ?d")
    kept = pairs(example, "?d a dcat:Dataset . ?d aiop:owningUnit ?unit")
    keepers: dict[str, set[str]] = defaultdict(set)
    for row in kept:
        keepers[row[0]].add(row[1])
    signals = {signal.dataset: signal for signal in example.overview.outlook.signals}
    assert signals
    for dataset, signal in signals.items():
        read = {u for u, d in reads if d == dataset}
        assert {reader.use_case for reader in signal.read_by} == {u for u in read if any(r[0] == u for r in runs)}
        wanted = {u for u, d in needs if d == dataset} - read
        assert {reader.use_case for reader in signal.needed_by} == wanted
        others = {u for u, unit in runs if u in read and unit not in keepers[dataset]}
        assert signal.reuse == len(others)
        reading_units = {unit for u, unit in runs if u in read}
        assert not reading_units & {unit.unit for unit in signal.open_to}
        assert len(signal.open_to) == min(20, signal.open_to_units)
        live = {unit for _, unit in pairs(example, "?u a aiop:OperatedUseCase . ?u aiop:operatedBy ?unit")}
        ways = pairs(example, "?w aiop:serves|aiop:onDataset|dcat:servesDataset ?d")
        within = "(^<http://www.w3.org/ns/org#subOrganizationOf>)*"
        reached = pairs(example, f"?w aiop:fabricOf/{within}|aiop:permitsUnit|aiop:offeredTo ?unit")
        by = {way for way, kept_in in ways if kept_in == dataset}
        may = {unit for way, unit in reached if way in by} & live
        assert signal.open_to_units == len(may - reading_units - keepers[dataset])


def test_a_signal_is_open_to_units_by_fabric_policy_or_product() -> None:
    (signal,) = outlook(
        """
        ex:clicks a dcat:Dataset ; aiop:ownedBy ex:sales .
        ex:care aiop:runs ex:triage . ex:triage a aiop:UseCase ; aiop:stage aiop:Pilot .
        ex:plant aiop:runs ex:sorting . ex:sorting a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:usesDataset ex:clicks .
        ex:sales aiop:runs ex:bids . ex:bids a aiop:UseCase ; aiop:stage aiop:Pilot .
        ex:fabric a aiop:DataFabric ; aiop:serves ex:clicks ; aiop:fabricOf ex:acme .
        ex:policy a aiop:AccessPolicy ; aiop:onDataset ex:clicks ; aiop:permitsUnit ex:care, ex:plant .
        ex:product a aiop:DataProduct ; dcat:servesDataset ex:clicks ; aiop:offeredTo ex:plant .
        """
    ).signals
    assert [(o.label, [by.label for by in o.by]) for o in signal.open_to] == [("care", ["fabric", "policy"])]
    assert (signal.reuse, [reader.label for reader in signal.read_by]) == (1, ["sorting"])


# The portfolio


def test_the_next_use_case_rests_on_what_earlier_ones_brought(example: Assessment) -> None:
    rests = pairs(example, "?u aiop:reliesOnAsset ?a")
    seen: set[str] = set()
    live = [use for use in example.overview.outlook.portfolio.live if use.number is not None]
    assert [use.live_since for use in live] == sorted(use.live_since or "" for use in live)
    assert len(live) > 1
    for use in live:
        mine = {a for u, a in rests if u == use.use_case}
        assert {asset.element for asset in use.reused} == mine & seen
        assert {asset.element for asset in use.new} == mine - seen
        seen |= mine


def test_effort_is_compared_by_halves_in_the_order_of_going_live() -> None:
    took = (("c", "2025-03-01", 20), ("a", "2025-01-01", 60), ("b", "2025-02-01", 40), ("d", "2025-04-01", 10))
    use_cases = " ".join(
        f'ex:{name} a aiop:UseCase ; aiop:stage aiop:Production ; aiop:deployedOn "{day}"^^xsd:date ; '
        f"aiop:operatedBy ex:sales ; aiop:tookPersonDays {days} ; aiop:runsOn ex:platform ."
        for name, day, days in took
    )
    found = outlook(use_cases).portfolio
    assert [(use.number, use.label, use.person_days) for use in found.live] == [
        *((1, "a", 60), (2, "b", 40), (3, "c", 20), (4, "d", 10)),
    ]
    assert found.person_days is not None
    assert (found.person_days.earlier, found.person_days.later, found.person_days.known) == (50, 15, 4)
    assert found.reused is not None
    assert (found.reused.earlier, found.reused.later) == (0.5, 1)


def test_the_media_house_pays_less_for_the_next_use_case_and_the_bank_does_not_say() -> None:
    media, bank = (
        assess(ORGS / f"{name}.ttl", as_of=date(2026, 6, 30)).overview.outlook.portfolio for name in ("media", "bank")
    )
    assert [(use.label, use.person_days) for use in media.live] == [
        *(("Home page recommendations", 430), ("Comment moderation", 210), ("Campaign bidding", 240)),
    ]
    assert media.person_days is not None
    assert (media.person_days.earlier, media.person_days.later) == (430, 225)
    assert bank.person_days is None


def test_what_to_build_once_is_what_two_units_built_or_two_use_cases_wait_for() -> None:
    found = outlook(
        """
        ex:one aiop:assetKind aiop:Connector ; aiop:assetFunction ex:intake ; aiop:builtBy ex:sales .
        ex:two aiop:assetKind aiop:Connector ; aiop:assetFunction ex:intake ; aiop:builtBy ex:care .
        ex:own aiop:assetKind aiop:Connector ; aiop:assetFunction ex:print ; aiop:builtBy ex:care .
        ex:own2 aiop:assetKind aiop:Connector ; aiop:assetFunction ex:print ; aiop:builtBy ex:care .
        ex:orders a dcat:Dataset . ex:stock a dcat:Dataset .
        ex:x a aiop:UseCase ; aiop:operatedBy ex:plant ; aiop:usesAsset ex:one ; aiop:needsDataset ex:orders, ex:stock .
        ex:y a aiop:UseCase ; aiop:operatedBy ex:care ; aiop:needsDataset ex:orders .
        ex:z a aiop:UseCase ; aiop:operatedBy ex:sales ; aiop:usesDataset ex:stock .
        """
    ).portfolio.build_once
    told = [
        (b.label, [c.label for c in b.copies], [u.label for u in b.use_cases], [u.label for u in b.units])
        for b in found
    ]
    assert told == [
        ("orders", [], ["x", "y"], ["care", "plant"]),
        ("intake", ["one", "two"], ["x"], ["care", "plant", "sales"]),
    ]


# Shown


def test_the_text_says_where_to_begin_and_what_to_avoid_in_a_line_each() -> None:
    lines = dict(outlook_lines(assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30))))
    assert lines["Begin in"] == "After-Sales Service (100% ready)"
    assert lines["Avoid"].startswith("Quality (data fit for use 0%, governance in place 46%), Supply Chain")
    assert lines["Workflows"] == ("Paying a supplier 6 days today, 4 days side by side, 4 days with steps by machine")
    assert all(len(line) < 300 for line in lines.values())


def test_an_organization_of_which_nothing_is_said_has_no_line() -> None:
    assert list(outlook_lines(assess_model(model_from("ex:acme a org:FormalOrganization ."), as_of=EXAMPLE_DAY))) == []


def test_the_page_draws_each_unit_in_each_pillar_and_shows_every_kind_of_place_to_begin(example: Assessment) -> None:
    shown = standing_page(example)
    cells = [cell for row in shown.picture.rows for cell in row.cells]
    assert len(cells) == len(example.overview.units)
    for cell in cells:
        assert cell.x + shown.picture.cell_width <= shown.picture.width
        assert cell.y + shown.picture.cell_height <= shown.picture.height
    assert [order for order, *_ in shown.levels] == [1, 2, 3, 4, 5]
    html = to_html(example)
    for group in ("Launch zones", "Units to avoid", "Units between", "Proving grounds"):
        assert f"<h3>{group}</h3>" in html


@pytest.mark.parametrize(
    ("length", "words"), [(1, "1 day"), (2.5, "2.5 days"), (1 / 24, "1 hour"), (1 / 1440, "1 minute"), (0, "0 minutes")]
)
def test_lengths_of_time_are_told_in_days_hours_or_minutes(length: float, words: str) -> None:
    assert days(length) == words
