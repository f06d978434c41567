"""What is computed from facts: dates, cutoffs, durations, openness."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from conftest import materialised, model_from
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.engine import assess_model
from aiopkg.errors import InputError
from aiopkg.measure import measure
from aiopkg.measure.calendar import as_moment, before, days, is_duration
from aiopkg.vocab import AIOP, PREFIXES, XSD

DAY = date(2026, 6, 30)


def aiop(name: str) -> NamedNode:
    return NamedNode(PREFIXES["aiop"] + name)


def ex(name: str) -> NamedNode:
    return NamedNode("https://example.org/" + name)


def measured(turtle: str, day: date = DAY) -> tuple[Triple, ...]:
    return measure(materialised(turtle).store, day)


def values(triples: tuple[Triple, ...], subject: NamedNode, predicate: NamedNode) -> list[str]:
    return [t.object.value for t in triples if t.subject == subject and t.predicate == predicate]  # type: ignore[union-attr]


def test_the_evaluation_date_is_the_day_asked_for() -> None:
    assert values(measured(""), AIOP.Evaluation, AIOP.evaluationDate) == ["2026-06-30T00:00:00Z"]


def test_a_duration_threshold_has_a_cutoff_by_the_calendar_and_a_limit_in_days() -> None:
    triples = measured("")
    assert values(triples, aiop("PilotAge"), AIOP.cutoff) == ["2025-12-30T00:00:00Z"]
    assert values(triples, aiop("SignOffTime"), AIOP.limit) == ["14"]
    assert values(triples, aiop("AccountabilitySpan"), AIOP.limit) == ["5"]


def test_an_organization_overrides_a_threshold() -> None:
    triples = measured(
        'aiop:PilotAge aiop:thresholdValue "P1M"^^xsd:duration . aiop:AccountabilitySpan aiop:thresholdValue 7 .'
    )
    assert values(triples, aiop("PilotAge"), AIOP.cutoff) == ["2026-05-30T00:00:00Z"]
    assert values(triples, aiop("AccountabilitySpan"), AIOP.limit) == ["7"]


@pytest.mark.parametrize(
    ("threshold", "value", "fix"),
    [
        *(("PilotAge", value, '"P6M"^^xsd:duration') for value in ('"soon"', "ex:long", '"P1M"', "6", '"P1M"@en')),
        *(("KeyPersonLoad", value, "5") for value in ('"five"', '"5"', "true", '"P5D"^^xsd:duration', "ex:five", "-1")),
        ("PilotAge", '"P1M"^^xsd:duration, "P2M"^^xsd:duration', "State one"),
        ("KeyPersonLoad", "5, 6", "State one"),
    ],
)
def test_a_threshold_of_another_kind_is_refused_with_place_and_fix(threshold: str, value: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        assess_model(
            model_from(f"ex:a a org:Organization .\naiop:{threshold} aiop:thresholdValue {value} ."), as_of=DAY
        )
    assert caught.value.code == "threshold"
    assert threshold in caught.value.cause
    assert fix in caught.value.fix
    assert caught.value.place is not None and caught.value.place.file == "example.ttl"


def test_dates_are_held_as_times_in_utc() -> None:
    triples = measured(
        'ex:a aiop:stageSince "2026-01-02"^^xsd:date . ex:b aiop:stageSince "2026-01-02T01:00:00+02:00"^^xsd:dateTime .'
    )
    assert values(triples, ex("a"), aiop("stageSince")) == ["2026-01-02T00:00:00Z"]
    assert values(triples, ex("b"), aiop("stageSince")) == ["2026-01-01T23:00:00Z"]


def test_durations_are_counted_in_days() -> None:
    triples = measured(
        'ex:m aiop:refreshInterval "P1M"^^xsd:duration . ex:d aiop:refreshInterval "PT12H"^^xsd:duration .'
    )
    assert values(triples, ex("m"), aiop("refreshIntervalDays")) == ["30.4375"]
    assert values(triples, ex("d"), aiop("refreshIntervalDays")) == ["0.5"]


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("aiop:ofElement ex:u ; aiop:ofProperty aiop:purpose", {("u", "purpose")}),
        ("aiop:ofElement ex:u", {("u", "AnyProperty")}),
        ("aiop:ofClass aiop:UseCase ; aiop:ofProperty aiop:purpose", {("u", "purpose"), ("v", "purpose")}),
        ("aiop:ofProperty aiop:purpose", {("AnyElement", "purpose")}),
        ("rdfs:label 'says nothing'", set()),
    ],
)
def test_incompleteness_is_brought_into_one_form(declaration: str, expected: set[tuple[str, str]]) -> None:
    triples = measured(f"ex:u a aiop:UseCase . ex:v a aiop:UseCase . [] a aiop:Incompleteness ; {declaration} .")
    found = {
        (t.subject.value.split("/")[-1].split("#")[-1], t.object.value.split("#")[-1])  # type: ignore[union-attr]
        for t in triples
        if t.predicate == AIOP.unreported
    }
    derived = {"minimumModelStands"}  # what rests on something unreported is unreported too
    assert {(element, name) for element, name in found if name not in derived} == expected


@pytest.mark.parametrize("stated", ["hasKPI", "inDomain", "informs"])
def test_one_blank_says_nothing_of_all_that_a_thing_depends_on_or_burdens(stated: str) -> None:
    triples = measured(f"ex:u a aiop:UseCase ; aiop:unreported aiop:{stated} .")
    wider = {PREFIXES["aiop"] + name for name in ("dependsOn", "impacts", "burdens")}
    assert wider & set(values(triples, ex("u"), AIOP.unreported)) == set()


def test_measuring_repeats_no_fact_that_was_asserted() -> None:
    text = 'ex:a aiop:stageSince "2026-01-02T00:00:00Z"^^xsd:dateTime ; aiop:unreported aiop:purpose .'
    triples = measured(text + " [] a aiop:Incompleteness ; aiop:ofElement ex:a ; aiop:ofProperty aiop:purpose .")
    assert values(triples, ex("a"), aiop("stageSince")) == []
    assert values(triples, ex("a"), AIOP.unreported) == []


DURATIONS = st.builds(
    lambda y, mo, d, h: f"P{y}Y{mo}M{d}DT{h}H",
    *(st.integers(min_value=0, max_value=n) for n in (3, 30, 90, 50)),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))


@given(MOMENTS, DURATIONS)
def test_going_back_takes_about_as_many_days_as_the_duration_has(moment: datetime, duration: str) -> None:
    gone = Decimal((moment - before(moment, duration)).total_seconds()) / 86400
    months = 36 + 30
    assert abs(gone - days(duration)) <= Decimal(months) / 10 + 4


@given(MOMENTS, st.integers(min_value=0, max_value=400))
def test_going_back_whole_days_is_exact(moment: datetime, count: int) -> None:
    assert (moment - before(moment, f"P{count}D")).days == count


@pytest.mark.parametrize(
    ("text", "expected"), [("P", False), ("PT", False), ("P1Y", True), ("-P1D", True), ("1D", False)]
)
def test_what_a_duration_is(text: str, expected: bool) -> None:
    assert is_duration(text) is expected


def test_the_last_day_of_a_shorter_month_is_kept() -> None:
    assert before(datetime(2026, 3, 31, tzinfo=UTC), "P1M") == datetime(2026, 2, 28, tzinfo=UTC)
    assert before(datetime(2024, 3, 31, tzinfo=UTC), "P1M") == datetime(2024, 2, 29, tzinfo=UTC)
    assert before(datetime(2026, 1, 31, tzinfo=UTC), "P2M") == datetime(2025, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-01-02Z", "2026-01-02T00:00:00Z"), ("2026-01-02+02:00", "2026-01-01T22:00:00Z"), ("soon", None)],
)
def test_what_a_moment_is(text: str, expected: str | None) -> None:
    assert as_moment(text) == (Literal(expected, datatype=XSD.dateTime) if expected else None)


@pytest.mark.parametrize(
    ("threshold", "value"),
    [
        ("PilotAge", "5"),
        ("PilotAge", '"soon"'),
        ("PilotAge", '"-P6M"^^xsd:duration'),
        ("PilotAge", "ex:later"),
        ("AccountabilitySpan", '"P6M"^^xsd:duration'),
        ("AccountabilitySpan", "-1"),
        ("AccountabilitySpan", '"NaN"^^xsd:double'),
        ("AccountabilitySpan", '"INF"^^xsd:double'),
        ("AccountabilitySpan", "1e308"),
        ("AccountabilitySpan", "true"),
    ],
)
def test_a_threshold_that_is_not_of_its_kind_is_refused_with_its_place(threshold: str, value: str) -> None:
    known = materialised(f"ex:a a aiop:UseCase .\naiop:{threshold} aiop:thresholdValue {value} .")
    with pytest.raises(InputError, match=f"aiop:{threshold} is not a") as caught:
        measure(known.store, DAY, (), known.model.place_of)
    assert caught.value.code == "threshold"
    assert caught.value.place == known.model.place_of(aiop(threshold)) is not None


def test_a_threshold_longer_than_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="shorter duration") as caught:
        measured('aiop:PilotAge aiop:thresholdValue "P99999Y"^^xsd:duration .')
    assert caught.value.code == "calendar"


def test_a_day_at_an_end_of_the_calendar_is_not_blamed_on_a_threshold_of_the_model() -> None:
    with pytest.raises(InputError, match="Judge as of another day") as caught:
        measured("", date(1, 1, 1))
    assert caught.value.code == "calendar"
    assert measured("", date(9999, 12, 31))


def test_a_time_that_no_calendar_holds_in_utc_is_no_moment() -> None:
    assert as_moment("9999-12-31T23:59:59-14:00") is None
    assert as_moment("0001-01-01T00:00:00+01:00") is None
    assert as_moment("0999-01-01") == Literal("0999-01-01T00:00:00Z", datatype=XSD.dateTime)
