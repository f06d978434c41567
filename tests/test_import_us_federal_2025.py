"""The 2025 inventory of the United States government: every row, counted again by other means."""

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store
from test_import_tables import A_ROW, HEADERS

from aiopkg.engine import assess, materialise_model, validate_model
from aiopkg.imports import ImportReport, convert
from aiopkg.imports.incompleteness import properties_without_column
from aiopkg.imports.mapping import Reading, fold
from aiopkg.imports.mapping_file import mapping
from aiopkg.imports.readings import Account
from aiopkg.model import load
from aiopkg.rules import Rule, catalogue
from aiopkg.vocab import PREFIXES, SH

Rows = list[dict[str, str]]
FOLDER = "us-federal-ai-inventory"
BASE = "https://w3id.org/aiop/data/us-federal-2025/"
ROWS, AGENCIES = 3611, 41
PRACTICES = {
    "hi_testing_conducted": ("hasPreDeploymentTest", {"Yes"}),
    "hi_assessment_completed": ("hasImpactAssessment", {"Yes"}),
    "hi_independent_review": (
        "hasIndependentReview",
        {"Internal Independent Review", "CAIO Review", "Oversight Board Review"},
    ),
    "hi_ongoing_monitoring": ("hasOngoingMonitoring", {"Yes - Monitoring Established"}),
    "hi_training_established": ("hasOperatorTraining", {"Training Established"}),
    "hi_failsafe_presence": ("hasFailSafe", {"Yes"}),
    "hi_appeal_process": ("hasAppealRoute", {"Appeal Process Established"}),
}
STATUSES = {
    "In-progress": "InProgress",
    "Training In-progress": "InProgress",
    "Appeal Process In-progress": "InProgress",
    "Not Applicable": "NotApplicable",
    "Appeal Precluded by Law": "PrecludedByLaw",
}


@pytest.fixture(scope="module")
def source(data: Path) -> Path:
    return data / FOLDER / "2025_individually_reported.csv"


@pytest.fixture(scope="module")
def rows(source: Path) -> Rows:
    with source.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def imported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[ImportReport, Path]:
    destination = tmp_path_factory.mktemp("federal") / "fed.ttl"
    return convert("us-federal-2025", source, destination), destination


@pytest.fixture(scope="module")
def store(imported: tuple[ImportReport, Path]) -> Store:
    found = Store()
    found.bulk_load(path=imported[1], format=RdfFormat.TURTLE)
    return found


def answers(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    prologue = f"BASE <{BASE}> " + "".join(f"PREFIX {p}: <{n}> " for p, n in PREFIXES.items())
    solutions = store.query(prologue + query)
    assert isinstance(solutions, QuerySolutions)
    for solution in solutions:
        yield tuple(term.value if isinstance(term, NamedNode | Literal) else "" for term in solution)


def count(store: Store, pattern: str) -> int:
    return int(next(answers(store, f"SELECT (COUNT(DISTINCT ?row) AS ?n) WHERE {{ {pattern} }}"))[0])


LIVE_HIGH_IMPACT = "?row aiop:stage aiop:Production ; aiop:reportedImpact aiop:HighImpact ."


def live_high_impact(rows: Rows) -> Rows:
    return [r for r in rows if (r["development_stage"], r["is_high_impact"]) == ("Deployed", "High-impact")]


def test_every_row_is_a_use_case_with_its_number(store: Store, rows: Rows) -> None:
    assert len(rows) == ROWS
    found = dict(answers(store, "SELECT ?row ?n WHERE { ?row a aiop:UseCase ; aiop:sourceRow ?n }"))
    assert found == {f"{BASE}row/{n}": str(n) for n in range(1, ROWS + 1)}
    labels = dict(
        answers(store, "SELECT ?n ?label WHERE { ?row a aiop:UseCase ; aiop:sourceRow ?n ; rdfs:label ?label }")
    )
    assert labels == {str(n): r["use_case_name"] for n, r in enumerate(rows, 1) if r["use_case_name"]}


def test_there_are_41_agencies_below_one_government_each_bound_by_the_memorandum(store: Store, rows: Rows) -> None:
    pattern = (
        "?row a org:FormalOrganization ; org:subOrganizationOf <united-states-government> ;"
        " aiop:boundBy aiop:pack-us-omb-m-25-21 ; org:identifier ?short ; rdfs:label ?label"
    )
    assert count(store, pattern) == AGENCIES
    found = set(answers(store, f"SELECT ?short ?label WHERE {{ {pattern} }}"))
    assert found == {(r["agency"], r["agency_name"]) for r in rows}


def test_each_use_case_is_operated_by_its_bureau_or_by_its_agency(store: Store, rows: Rows) -> None:
    found = dict(
        answers(
            store,
            "SELECT ?n ?name WHERE { ?row aiop:sourceRow ?n ; aiop:operatedBy/org:unitOf? ?agency ."
            " ?agency org:identifier ?name }",
        )
    )
    assert found == {str(n): r["agency"] for n, r in enumerate(rows, 1)}
    units = {(r["agency"], " ".join(r["agency_bureau"].split())) for r in rows if r["agency_bureau"]}
    assert count(store, "?row a org:OrganizationalUnit ; org:unitOf ?agency") == len(units)
    direct = count(store, "?row aiop:operatedBy/a org:FormalOrganization")
    assert direct == sum(not r["agency_bureau"] for r in rows)


@pytest.mark.parametrize(
    ("cell", "stage", "expected"),
    [
        ("Pre-deployment", "Development", 1479),
        ("Pilot", "Pilot", 440),
        ("Deployed", "Production", 1040),
        ("Retired", "Retired", 314),
    ],
)
def test_stages_are_counted_as_in_the_file(store: Store, rows: Rows, cell: str, stage: str, expected: int) -> None:
    assert sum(r["development_stage"] == cell for r in rows) == expected
    assert count(store, f"?row aiop:stage aiop:{stage}") == expected


def test_a_stage_or_impact_that_is_not_said_is_unreported(store: Store, rows: Rows) -> None:
    for header, name in (("development_stage", "stage"), ("is_high_impact", "reportedImpact")):
        blank = {str(n) for n, r in enumerate(rows, 1) if not r[header]}
        assert len(blank) > 300
        assert {
            n for (n,) in answers(store, f"SELECT ?n WHERE {{ ?r aiop:unreported aiop:{name} ; aiop:sourceRow ?n }}")
        } == blank
        assert count(store, f"?row aiop:unreported aiop:{name} ; aiop:{name} ?value") == 0


def test_impact_is_counted_as_in_the_file(store: Store, rows: Rows) -> None:
    cells = Counter(r["is_high_impact"] for r in rows)
    assert cells["High-impact"] == 445
    for cell, name in (
        ("High-impact", "HighImpact"),
        ("Presumed High-Impact, but Not High-impact", "PresumedHighImpactRefuted"),
        ("Not High-impact", "NotHighImpact"),
    ):
        assert count(store, f"?row aiop:reportedImpact aiop:{name}") == cells[cell] > 100


@pytest.mark.parametrize("header", PRACTICES)
def test_each_practice_of_live_high_impact_use_cases_is_counted_as_in_the_file(
    store: Store, rows: Rows, header: str
) -> None:
    name, yes = PRACTICES[header]
    cells = Counter(r[header] for r in live_high_impact(rows))
    assert sum(cells.values()) == 227
    assert count(store, f"{LIVE_HIGH_IMPACT} ?row aiop:{name} ?done") == sum(cells[cell] for cell in yes) > 10
    for status in set(STATUSES.values()):
        stated = f"{LIVE_HIGH_IMPACT} ?s aiop:statusOf ?row ; aiop:ofProperty aiop:{name} ; aiop:status aiop:{status}"
        assert count(store, stated) == sum(n for cell, n in cells.items() if STATUSES.get(cell) == status)
    known = {*yes, *STATUSES, "No"}
    unknown = sum(n for cell, n in cells.items() if cell not in known)
    assert count(store, f"{LIVE_HIGH_IMPACT} ?row aiop:unreported aiop:{name}") == unknown > 0


def test_consultations_are_counted_as_in_the_file(store: Store, rows: Rows) -> None:
    held = {
        "Usability Testing",
        "Public Feedback Solicitations",
        "Other",
        "d) Other",
        "a) Direct usability testing",
        "b) General solicitations of feedback and comments from the public",
    }
    cells = [ast.literal_eval(r["hi_public_consultation"]) for r in live_high_impact(rows)]
    assert count(store, f"{LIVE_HIGH_IMPACT} ?row aiop:hasConsultation ?c") == sum(bool(held & set(c)) for c in cells)
    under_way = f"{LIVE_HIGH_IMPACT} ?s aiop:statusOf ?row ; aiop:ofProperty aiop:hasConsultation"
    assert count(store, under_way) == sum("In-progress" in c for c in cells)
    open_cells = sum(not c or not set(c) <= held | {"In-progress"} for c in cells)
    assert count(store, f"{LIVE_HIGH_IMPACT} ?row aiop:unreported aiop:hasConsultation") == open_cells


def test_authorizations_and_personal_data_are_counted_as_in_the_file(store: Store, rows: Rows) -> None:
    cells = Counter(r["have_ato"] for r in rows)
    assert count(store, "?row aiop:hasApproval/a aiop:GoLiveApproval") == cells["Yes"] == 787
    assert count(store, "?row aiop:unreported aiop:hasApproval") == cells[""]
    assert count(store, "?row aiop:hasAuthorization false") == cells["No"]
    cells = Counter(r["has_pii"] for r in rows)
    assert count(store, "?row aiop:holdsPersonalData true") == cells["Yes"] > 300
    assert count(store, "?row aiop:holdsPersonalData false") == cells["No"] > 1000
    assert count(store, "?row aiop:unreported aiop:holdsPersonalData") == cells[""]


def test_privacy_assessments_are_those_with_a_link_or_a_yes(store: Store, rows: Rows) -> None:
    claimed = sum(r["pia_url"] == "Yes" for r in rows)
    linked = sum(bool(re.fullmatch(r"(https?://\S+[\s;,]*)+", r["pia_url"])) for r in rows)
    assert count(store, "?row aiop:hasPrivacyAssessment/a aiop:PrivacyAssessment") == claimed + linked > 90
    assert count(store, "?row aiop:hasPrivacyAssessment/aiop:documentation ?link") == linked
    other = sum(not r["pia_url"] for r in rows) + ROWS - sum(not r["pia_url"] for r in rows) - claimed - linked
    assert count(store, "?row aiop:unreported aiop:hasPrivacyAssessment") == other


def test_dates_are_read_from_every_format_with_a_month(store: Store, rows: Rows) -> None:
    for stage, name, floor in (("Deployed", "deployedOn", 800), ("Pilot", "stageSince", 390)):
        dated = sum(r["development_stage"] == stage and bool(re.search(r"\D", r["operational_date"])) for r in rows)
        assert count(store, f"?row aiop:{name} ?day") == dated > floor
    dates = dict(answers(store, "SELECT ?n ?d WHERE { ?row aiop:deployedOn|aiop:stageSince ?d ; aiop:sourceRow ?n }"))
    for n, row in enumerate(rows, 1):
        if str(n) in dates:
            year = re.search(r"(?:19|20)\d\d", row["operational_date"])
            expected = year.group() if year else "20" + row["operational_date"][-2:]
            assert dates[str(n)][:4] == expected
            assert dates[str(n)].endswith("T00:00:00Z")


def test_features_sourcing_and_vendors_are_counted_as_in_the_file(store: Store, rows: Rows) -> None:
    none = {"k) None of the above"}
    lists = [ast.literal_eval(r["demographic_features"]) for r in rows]
    assert count(store, "?row aiop:unreported aiop:usesFeature") == sum(not c for c in lists) + 62 + 1
    assert sum(set(c) == none for c in lists) == 978
    assert count(store, "?row aiop:usesFeature aiop:AgeFeature") >= sum("c) Age" in c for c in lists) > 20
    cells = Counter(r["contracting_usage"] for r in rows)
    assert count(store, "?row aiop:sourcing aiop:BoughtFromVendor") == cells["Vendor Purchased"]
    assert count(store, "?row aiop:sourcing aiop:BuiltInHouse") == cells["In-house Development"]
    assert count(store, "?row aiop:suppliedBy/rdfs:label 'Microsoft'") == sum(
        "Microsoft" in [v.strip() for v in r["vendor_name"].split(";")] for r in rows
    )


def test_no_cell_is_lost_and_none_counts_twice(imported: tuple[ImportReport, Path], rows: Rows) -> None:
    report = imported[0]
    assert [column.column for column in report.columns] == list(rows[0])
    for column in report.columns:
        assert sum(column.counts.values()) == ROWS
        blank = sum(r[column.column] in ("", "[]") for r in rows)
        assert column.counts.get(Account.BLANK, 0) == blank, column.column
        assert column.because or not column.counts.get(Account.UNUSED)


def test_what_is_not_recognised_is_reported_with_its_rows(imported: tuple[ImportReport, Path], rows: Rows) -> None:
    found = {(o.column, fold(o.value)): o.rows for o in imported[0].unrecognised}
    misplaced = "a) Yes, sufficient monitoring protocols have been established"
    assert found["hi_training_established", fold(misplaced)] == tuple(
        n for n, r in enumerate(rows, 1) if r["hi_training_established"] == misplaced
    )
    assert {column for column, _ in found} == {
        "operational_date",
        "vendor_name",
        "pia_url",
        "hi_ongoing_monitoring",
        "hi_training_established",
        "hi_public_consultation",
    }
    coded = {c.name for c in mapping("us-federal-2025").columns if c.reading is Reading.CODED}
    assert {"development_stage", "is_high_impact", "topic_area", "classification", "has_pii"} <= coded
    assert sum(len(o.rows) for o in imported[0].unrecognised if o.column in coded) == 4


def test_identifiers_that_repeat_are_reported(imported: tuple[ImportReport, Path], rows: Rows) -> None:
    repeated = {name for name, n in Counter(r["id"] for r in rows).items() if n > 1 and name}
    assert {o.value for o in imported[0].repeated} == repeated
    assert len(repeated) > 10
    assert sum(not r["id"] for r in rows) == 704


def test_each_thing_that_a_cell_states_carries_the_row_of_that_cell(store: Store) -> None:
    stated = (
        "{ ?row aiop:hasApproval|aiop:hasPrivacyAssessment|aiop:hasFailSafe|aiop:hasConsultation ?part }"
        " UNION { ?part aiop:statusOf|aiop:waivedFor ?row }"
    )
    pairs = list(answers(store, f"SELECT ?r ?p WHERE {{ {stated} ?row aiop:sourceRow ?r . ?part aiop:sourceRow ?p }}"))
    assert len(pairs) == next(int(n) for (n,) in answers(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ {stated} }}")) > 2000
    assert all(row == part for row, part in pairs)
    assert count(store, "?row a ?kind FILTER NOT EXISTS { ?row aiop:sourceRow ?n } FILTER isIRI(?row)") < 30


def test_provenance_makes_nothing_depend_on_the_file(store: Store) -> None:
    assert count(store, "?row dcterms:source <inventory>") == ROWS
    assert count(store, "?row a dcat:Dataset") == 0
    assert count(store, "?row prov:wasDerivedFrom|aiop:dependsOn ?source") == 0


def test_two_runs_write_the_same_bytes(imported: tuple[ImportReport, Path], source: Path, tmp_path: Path) -> None:
    report = convert("us-federal-2025", source, tmp_path / "again.ttl")
    assert (tmp_path / "again.ttl").read_bytes() == imported[1].read_bytes()
    assert list(report.lines())[1:] == list(imported[0].lines())[1:]


DICTIONARY_READ_OTHERWISE = {
    ("have_ato", "in-progress - ato process underway"),
    ("has_pii", "depends on data sources analyzed"),
}


def test_every_wording_of_the_data_dictionary_is_listed(data: Path) -> None:
    dictionary = json.loads((data / FOLDER / "2025_data_dictionary.json").read_text(encoding="utf-8"))
    columns: dict[str, Mapping[str, object]] = {}
    for column in mapping("us-federal-2025").columns:
        columns.setdefault(column.name, column.codes)
    missing = set()
    checked = 0
    for name, entry in dictionary.items():
        codes = columns[name]
        if not codes or not entry.get("recoding_map"):
            continue
        recodings = entry["recoding_map"]
        wordings = {*recodings, *(w for ws in recodings.values() for w in ws), *entry["valid_selections"]}
        wordings |= set(entry.get("short_hand_recodings", {}).values())
        checked += len(wordings)
        missing |= {(name, fold(w)) for w in wordings if fold(w) not in codes}
        for option, others in recodings.items():
            same = [codes[fold(w)] for w in (option, *others) if fold(w) in codes]
            differing = {(name, fold(w)) for w in others if fold(w) in codes and codes[fold(w)] != same[0]}
            assert differing <= DICTIONARY_READ_OTHERWISE, option
    assert checked > 200
    assert missing == DICTIONARY_READ_OTHERWISE - {("have_ato", "in-progress - ato process underway")}


# What has no column is never held against anybody


def predicates(rule: Rule) -> set[str]:
    """The properties that the constraints of a rule follow: in paths, and as verbs of its queries."""
    paths = {t.object for t in rule.triples if t.predicate == SH.path}
    inside = {t.object for t in rule.triples if t.predicate.value.endswith(("#inversePath", "OrMorePath", "OnePath"))}
    lists = {t.object for t in rule.triples if t.predicate.value.endswith("#first")}
    found = {p.value for p in paths | inside | lists if isinstance(p, NamedNode)}
    for triple in rule.triples:
        if triple.predicate == SH.select and isinstance(triple.object, Literal):
            for prefix, name in re.findall(r"\b([a-z]+):([a-z]\w*)", triple.object.value):
                if prefix in PREFIXES:
                    found.add(PREFIXES[prefix] + name)
    return found


def test_every_property_that_a_rule_follows_is_a_column_or_declared_incomplete() -> None:
    chosen = mapping("us-federal-2025")
    accounted = {p.value for p in properties_without_column(chosen)}
    accounted |= {c.predicate.value for c in chosen.columns if c.predicate}
    accounted |= {s.predicate.value for e in chosen.elements.values() for s in e.statements}
    kept = ("xsd", "rdf", "rdfs", "sh", "rule", "owl", "skos")
    followed = {
        p for rule in catalogue() for p in predicates(rule) if not p.startswith(tuple(PREFIXES[k] for k in kept))
    }
    measured = {"limit", "cutoff", "evaluationDate", "stageOrder", "pillarOrder"}
    about_the_model = {"waivedFor", "ofProperty", "ofRule", "boundBy", "status", "statusOf", "inPillar", "reason"}
    inverse = {"hasSubOrganization", "hasUnit", "inPortfolioOf", "hasInPortfolio"}
    actions = {"read", "use"}
    left = {
        p for p in followed - accounted if re.split("[#/]", p)[-1] not in measured | about_the_model | inverse | actions
    }
    assert len(followed) > 60
    assert left == set()


ANSWERED = {
    **A_ROW,
    "operational_date": "12/1/2027",
    "contracting_usage": "Contracting and In House",
    "vendor_name": "Vendor Inc.",
    "topic_area": "Science",
    "classification": "NLP",
    "problem_solved": "Sorting letters",
    "have_ato": "Yes",
    "has_pii": "Yes",
    "pia_url": "https://example.org/pia",
    "demographic_features": "['c) Age']",
    "hi_testing_conducted": "Yes",
    "hi_assessment_completed": "Yes",
    "hi_independent_review": "CAIO Review",
    "hi_ongoing_monitoring": "Yes - Monitoring Established",
    "hi_training_established": "Training Established",
    "hi_failsafe_presence": "Yes",
    "hi_appeal_process": "Appeal Process Established",
    "hi_public_consultation": "['Usability Testing']",
}


def test_an_inventory_in_which_all_is_well_or_blank_violates_no_rule(tmp_path: Path) -> None:
    stages = ("Pre-deployment", "Pilot", "Deployed", "Retired", "")
    answered = [{**ANSWERED, "development_stage": s, "agency_bureau": b} for s in stages for b in ("One", "Two", "")]
    blank = [{**A_ROW, "development_stage": s, "is_high_impact": i} for s in stages for i in ("High-impact", "")]
    source = tmp_path / "inventory.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS)
        writer.writeheader()
        writer.writerows([*answered, *blank])
    convert("us-federal-2025", source, tmp_path / "model.ttl")
    packs = sorted({rule.pack for rule in catalogue()} - {""})
    found = assess(tmp_path / "model.ttl", as_of=date(2028, 1, 1), packs=packs)
    assert len(found.rules) == len(catalogue())
    assert found.organization == BASE + "united-states-government"
    assert [f"{f.rule} {f.focus} {f.message}" for f in found.findings if f.verdict == "violated"] == []
    assert found.verdicts["O101"]["satisfied"] == 3
    assert found.verdicts["O101"]["unknown"] == 1


def test_a_plain_no_is_a_violation(tmp_path: Path) -> None:
    source = tmp_path / "inventory.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS)
        writer.writeheader()
        writer.writerow({**ANSWERED, "hi_testing_conducted": "No", "have_ato": "No"})
    convert("us-federal-2025", source, tmp_path / "model.ttl")
    found = assess(tmp_path / "model.ttl", as_of=date(2028, 1, 1))
    assert {f.rule for f in found.findings if f.verdict == "violated"} == {"O101", "O109", "P409"}


@pytest.mark.slow
def test_the_verdicts_on_live_high_impact_use_cases_are_those_of_the_file(
    imported: tuple[ImportReport, Path], rows: Rows
) -> None:
    codes = dict(zip(PRACTICES, ("O101", "O102", "O107", "O103", "O104", "O105", "O106"), strict=True))
    rules = [rule for rule in catalogue() if rule.code in {*codes.values(), "P409"}]
    ruling = validate_model(materialise_model(load([str(imported[1])])), rules, date(2026, 1, 1))
    for header, code in codes.items():
        yes = PRACTICES[header][1]
        said = Counter(
            "satisfied"
            if r[header] in yes
            else "violated"
            if r[header] == "No"
            else {
                "InProgress": "in_progress",
                "NotApplicable": "not_applicable",
                "PrecludedByLaw": "not_applicable",
            }.get(STATUSES.get(r[header], ""), "unknown")
            for r in live_high_impact(rows)
        )
        assert {v: n for v, n in ruling.verdicts[code].items() if n} == dict(said), code
    approvals = Counter(r["have_ato"] for r in rows if r["development_stage"] == "Deployed")
    assert ruling.verdicts["P409"]["satisfied"] == approvals["Yes"]
    assert ruling.verdicts["P409"]["violated"] == approvals["No"] > 300
    assert ruling.verdicts["P409"]["unknown"] == approvals[""]
    undecided = {n.focus for n in ruling.not_known if n.rule == "O101"}
    assert undecided == {
        f"{BASE}row/{n}"
        for n, r in enumerate(rows, 1)
        if (r["development_stage"], r["is_high_impact"]) in {("Deployed", ""), ("", "High-impact"), ("", "")}
    }


@pytest.mark.slow
def test_nothing_is_satisfied_but_by_what_a_row_says(imported: tuple[ImportReport, Path], rows: Rows) -> None:
    day = date(2026, 1, 31)
    rules = [rule for rule in catalogue() if rule.pack in ("", "us-omb-m-25-21")]
    ruling = validate_model(materialise_model(load([str(imported[1])])), rules, day)
    failed = {(f.rule, f.focus) for f in ruling.findings}
    satisfied = {
        code: {focus for focus in targets if (code, focus) not in failed} for code, targets in ruling.targets.items()
    }
    said = {f"{BASE}row/{number}": row for number, row in enumerate(rows, 1)}
    operated = {focus: row for focus, row in said.items() if row["development_stage"] in ("Deployed", "Pilot")}
    practised = {
        focus
        for focus, row in operated.items()
        if any(row[header] in PRACTICES[header][1] for header in PRACTICES) or row["hi_public_consultation"]
    }
    practices = {f"O10{number}" for number in range(1, 10)}
    assert {code for code, found in satisfied.items() if found} == practices | {"D310", "G108", "G121", "P409", "R603"}
    assert all(satisfied[code] <= practised for code in practices)
    assert satisfied["G108"] <= practised and len(satisfied["G108"]) > 150
    assert satisfied["G121"] == {
        f
        for f, r in operated.items()
        if r["problem_solved"].strip() not in ("", "Not available") and r["is_high_impact"]
    }
    assert satisfied["D310"] <= {f for f, r in operated.items() if r["has_pii"] == "Yes" and "http" in r["pia_url"]}
    assert satisfied["P409"] == {f for f, r in operated.items() if (r["development_stage"], r["have_ato"]) == LIVE_YES}
    pilots = {f: r["operational_date"] for f, r in operated.items() if r["development_stage"] == "Pilot"}
    dated = {f: date.fromisoformat(d[:10]) for f, d in pilots.items() if re.match(r"\d{4}-\d\d-\d\d ", d)}
    too_old = {f.focus for f in ruling.findings if f.rule == "R603" and f.verdict == "violated"}
    assert {f for f, day in dated.items() if day < date(2025, 7, 31)} <= too_old
    assert {f for f, day in dated.items() if day >= date(2025, 7, 31)} <= satisfied["R603"]
    assert all(pilots[focus] for focus in too_old | satisfied["R603"])


LIVE_YES = ("Deployed", "Yes")
