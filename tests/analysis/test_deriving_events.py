"""Events on the days of the trial, against the rule of `safety` applied row by row, and against the pilot's files."""

import csv
from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.deriving.derive import derive
from firstdose.cdisc import read_sdtm
from firstdose.protocol import Protocol
from firstdose.records import (
    AdverseEvent,
    DltAdjudication,
    Dosing,
    GradeChange,
    Medication,
    PartialDate,
    PartialDateTime,
    TrialData,
)
from firstdose.records.derived import AnalysisNote, EventAnalysis, SubjectAnalysis
from firstdose.safety import EventCourse, GradeStep, Moment, treatment_emergence
from firstdose.safety.periods import Period
from tests.analysis.trial_records import (
    EXAMPLES,
    any_trial,
    at,
    day,
    dosing,
    event,
    pilot_protocol,
    reference_protocol,
    trial,
)


def derived(data: TrialData, protocol: Protocol | None = None) -> list[dict[str, Any]]:
    return derive(protocol or reference_protocol(), data)[EventAnalysis].rows(named=True)


def notes(data: TrialData, what: str) -> list[str]:
    found = derive(reference_protocol(), data)[AnalysisNote]
    return found.filter((pl.col("kind") == "adverse_events") & (pl.col("what") == what))["note"].to_list()


def with_window(days: int | None, protocol: Protocol | None = None) -> Protocol:
    protocol = protocol or reference_protocol()
    return replace(protocol, conventions=replace(protocol.conventions, treatment_emergent_days=days))


@pytest.mark.parametrize(
    ("start", "days", "emergent", "period"),
    [
        (day(-1), (-1, -1), False, Period.BEFORE),
        (day(0), (0, 0), True, Period.EARLY),  # of the day of the procedure, at a time that is not known
        (day(0, "08:59"), (0, 0), False, Period.EARLY),
        (day(0, "09:00"), (0, 0), True, Period.EARLY),
        (at("2026-03-10T08:30+00:00"), (0, 0), True, Period.EARLY),  # half past nine in Rome
        (at("2026-03-10T23:30+00:00"), (1, 1), True, Period.EARLY),
        (day(30), (30, 30), True, Period.EARLY),
        (day(31), (31, 31), True, Period.LATER),
        (at("2026-04"), (22, 51), True, None),
        (at("2026-03"), (-9, 21), None, None),
        (at("2026-05"), (52, 82), True, Period.LATER),
        (None, (None, None), None, None),
    ],
)
def test_days_emergence_and_period(
    start: PartialDateTime | None, days: tuple[int, int], emergent: bool | None, period: Period | None
) -> None:
    (found,) = derived(trial(event(start=start)))
    assert (found["first_day"], found["last_day"]) == days
    assert found["is_emergent"] is emergent
    assert found["counts"] is (emergent is not False)
    assert found["period"] == (period.value if period else None)


def test_every_assumption_is_a_note() -> None:
    assert notes(trial(event(start=at("2026-03"))), "is_emergent") == [
        "partial dates leave open whether it began before treatment: assumed that it began after treatment started"
    ]
    assert notes(trial(event(start=None)), "is_emergent") == [
        "start date missing: assumed that it began after treatment started"
    ]
    assert not notes(trial(event(start=day(1))), "is_emergent")


def test_an_event_that_became_worse_is_emergent() -> None:
    old = event(start=day(-30), grade=2)
    steps = [
        GradeChange(subject="P1", event=1, change=1, changed=day(-30), grade=1),
        GradeChange(subject="P1", event=1, change=2, changed=day(4), grade=2),
    ]
    (found,) = derived(trial(old))
    assert found["is_emergent"] is False
    (found,) = derived(trial(old, *steps))
    assert (found["is_emergent"], found["first_day"]) == (True, -30)
    assert found["emergence_rule"] == "became worse after treatment started"


@pytest.mark.parametrize(
    ("grade", "steps", "expected"),
    [
        (4, [(-30, 4), (-10, 1), (12, 2)], 2),  # grade 4 was over before the first dose
        (3, [(-20, 1), (10, 3)], 3),
        (4, [(-20, 1), (10, 3), (None, 4)], 4),  # of a day that is not known, after the last that is
        (5, [(-20, 1), (10, 3)], 5),  # higher than all of the history: nobody knows when
        (None, [(-30, 4), (-10, 1), (12, 2)], 2),
    ],
)
def test_the_grade_of_an_event_that_became_worse_is_that_since_treatment(
    grade: int | None, steps: list[tuple[int | None, int]], expected: int
) -> None:
    changes = [
        GradeChange(subject="P1", event=1, change=number, changed=None if on is None else day(on), grade=reached)
        for number, (on, reached) in enumerate(steps, start=1)
    ]
    data = trial(event(start=day(-30), grade=grade), *changes)
    (found,) = derived(data)
    assert (found["counts"], found["grade"]) == (True, expected)
    assert any("was before it" in each for each in notes(data, "grade")) is (grade is not None and grade > expected)


def test_the_window_counts_from_the_last_time_that_is_known() -> None:
    second = dosing(number=2, procedure_start=day(14), product_start=day(14), product_end=None, frequency="once a day")
    data = trial(dosing(), second, event(1, start=day(44)), event(2, start=day(45)))
    answers = [each["is_emergent"] for each in derived(data, with_window(30))]
    assert answers == [True, False]
    assert [each["is_emergent"] for each in derived(data, with_window(None))] == [True, True]
    found = derive(reference_protocol(), data)[AnalysisNote]
    assert found.filter(what="treatment_end")["record"].to_list() == ["P1/2"]


def test_nothing_is_emergent_without_treatment_and_all_is_open_without_its_date() -> None:
    (found,) = derived(trial(dosing(given="none"), event(start=day(3))))
    assert (found["is_emergent"], found["emergence_rule"]) == (False, "no treatment was started")
    assert found["first_day"] is found["period"] is None
    (found,) = derived(trial(dosing(procedure_start=None, product_start=None, product_end=None), event(start=day(3))))
    assert (found["is_emergent"], found["counts"]) == (None, True)


def tacrolimus(end: PartialDateTime | None) -> Medication:
    return Medication(subject="P1", number=1, drug="tacrolimus", start=day(0), end=end)


@pytest.mark.parametrize(
    ("end", "start", "period"),
    [
        (day(100), day(31), Period.IMMUNOSUPPRESSION),
        (day(100), day(100), Period.IMMUNOSUPPRESSION),
        (day(100), day(101), Period.WITHDRAWAL),
        (day(100), day(128), Period.WITHDRAWAL),  # the protocol's window is 28 days
        (day(100), day(129), Period.LATER),
        (None, day(300), Period.IMMUNOSUPPRESSION),
        (day(20), day(31), Period.WITHDRAWAL),
        (at("2026-06"), day(80), Period.IMMUNOSUPPRESSION),  # day 83 to 112
        (at("2026-06"), day(90), None),  # before or after the last dose
        (at("2026-06"), day(113), None),  # 28 days after the last dose, or not
        (at("2026-06"), day(141), Period.LATER),
    ],
)
def test_periods_follow_the_last_dose_of_the_background_treatment(
    end: PartialDateTime | None, start: PartialDateTime, period: Period | None
) -> None:
    (found,) = derived(trial(tacrolimus(end), event(start=start)))
    assert found["period"] == (period.value if period else None)


def test_of_several_medications_the_last_end_counts() -> None:
    """The second ended in June, on a day from 83 to 112; the first on day 90, so that the last dose was not earlier."""
    second = replace(tacrolimus(at("2026-06")), number=2)
    first = tacrolimus(day(90))
    assert [
        each["period"] for each in derived(trial(first, second, event(1, start=day(88)), event(2, start=day(91))))
    ] == [
        Period.IMMUNOSUPPRESSION.value,
        None,
    ]


@pytest.mark.parametrize(
    ("fields", "what", "expected"),
    [
        ({"preferred_term": "Headache", "term": "head ache"}, "term", "Headache"),
        ({"term": "head ache"}, "term", "head ache"),
        ({}, "organ_class", "not coded"),
        ({"organ_class": "Nervous system disorders"}, "organ_class", "Nervous system disorders"),
        ({"relation_to_product": "unlikely"}, "related_to_product", False),
        ({"relation_to_procedure": "possible"}, "related_to_procedure", True),
        ({"relation_to_background_treatment": "related"}, "related_to_background_treatment", True),
        ({}, "related_to_disease", None),
        ({"serious": False, "serious_hospital": True}, "is_serious", False),
        ({"serious_hospital": True}, "is_serious", True),
        ({"serious_hospital": False}, "is_serious", None),
        ({"action_with_product": "withdrawn"}, "changed_treatment", True),
        ({"action_with_product": "none"}, "changed_treatment", False),
        ({"action_with_product": "none", "action_with_background_treatment": "reduced"}, "changed_treatment", True),
        (
            {"action_with_product": "not_applicable", "action_with_background_treatment": "none"},
            "changed_treatment",
            False,
        ),
        ({"action_with_product": "unknown"}, "changed_treatment", None),
        ({"grade": 2}, "grade", 2),
        ({"grade": 7}, "grade", None),
        ({"severity": "severe"}, "severity", "severe"),
        ({"outcome": "recovered"}, "outcome", "recovered"),
        ({"special_interest": "infection"}, "special_interest", "infection"),
    ],
)
def test_what_an_event_is_counted_under(fields: dict[str, Any], what: str, expected: Any) -> None:
    (found,) = derived(trial(event(start=day(1), **fields)))
    assert found[what] == expected


def test_contradictions_are_noted() -> None:
    assert notes(trial(event(serious=False, serious_hospital=True)), "is_serious")
    step = GradeChange(subject="P1", event=1, change=1, grade=4)
    data = trial(event(grade=2), step)
    assert derived(data)[0]["grade"] == 4
    assert notes(data, "grade")


@pytest.mark.parametrize(
    ("relation", "start", "verdict", "expected"),
    [
        ("probable", day(3), "dlt", True),
        ("probable", day(3), "not_dlt", False),
        ("probable", day(3), None, None),  # waits for adjudication
        ("not_related", day(3), None, False),
        ("probable", day(60), None, False),  # after the window
    ],
)
def test_dlts_are_those_that_people_judged(relation: Any, start: PartialDateTime, verdict: Any, expected: Any) -> None:
    adverse = event(start=start, grade=3, relation_to_product=relation, relation_to_procedure="not_related")
    verdicts = [
        DltAdjudication(subject="P1", event=1, adjudication=1, adjudicated=day(61), verdict=each)
        for each in ([verdict] if verdict else [])
    ]
    (found,) = derived(trial(adverse, *verdicts, as_of=date(2026, 8, 1)))
    assert found["is_dlt"] is expected


def moment(when: PartialDateTime | None, zone: str | None, known_by: date | None) -> Moment:
    """What is known of a time, programmed from the record itself."""
    if when is None or when.date.year is None:
        return Moment()
    year, month = when.date.year, when.date.month
    first = date(year, month or 1, when.date.day or 1)
    last = date(year, month or 12, when.date.day or monthrange(year, month or 12)[1])
    if when.hour is None:
        return Moment(first, min(last, known_by) if known_by and first <= known_by else last)
    site = ZoneInfo(zone) if zone else UTC
    written = datetime(year, month or 1, when.date.day or 1, when.hour, when.minute or 0, tzinfo=site)
    if zone and when.offset_minutes is not None:
        written = (written.replace(tzinfo=UTC) - timedelta(minutes=when.offset_minutes)).astimezone(site)
    return Moment(written.date(), written.date(), written)


@settings(max_examples=30)
@given(st.integers(0, 10**9), st.sampled_from([None, 30]))
def test_emergence_is_the_rule_of_safety_on_every_row(seed: int, window: int | None) -> None:
    data = any_trial(seed)
    grades = defaultdict(list)
    for change in data.records(GradeChange):
        grades[change.subject, change.event].append(change)
    given_to = defaultdict(list)
    for each in data.records(Dosing):
        is_given = each.given == "full" or (
            each.given is None
            and (each.dose_given or (each.dose_given is None and (each.procedure_start or each.product_start)))
        )
        if is_given:
            given_to[each.subject].append(each)
    found = {(each["subject"], each["number"]): each for each in derived(data, with_window(window))}
    for adverse in data.records(AdverseEvent):
        doses = given_to[adverse.subject]
        zone = next((each.zone for each in doses if each.zone), None)
        starts = [moment(each.procedure_start or each.product_start, zone, None) for each in doses]
        began, ended = moment(adverse.start, zone, None), moment(adverse.end, zone, None)
        course = EventCourse(
            began,
            Moment() if ended.before(began) else ended,
            tuple(
                GradeStep(step.grade, moment(step.changed, zone, None))
                for step in sorted(grades[adverse.subject, adverse.number], key=lambda each: each.change)
            ),
        )
        if not doses:
            expected = treatment_emergence(course, None)
        elif starts[_first(starts, doses)].is_missing:
            continue  # treated on a day that is not known: see the test of its own
        else:
            times = [each for each in starts if not each.is_missing]
            times += [end for each in doses if not (end := moment(each.product_end, zone, None)).is_missing]
            last = Moment(max(each.earliest for each in times), max(each.latest for each in times))  # type: ignore
            start = starts[_first(starts, doses)]
            expected = treatment_emergence(course, start, window_days=window, last_treatment=last)
        row = found[adverse.subject, adverse.number]
        assert (row["is_emergent"], row["emergence_rule"]) == (expected.answer, expected.rule)
        assert row["counts"] is expected.counts


def _first(starts: list[Moment], doses: list[Dosing]) -> int:
    """Which administration was the first."""
    return min(range(len(doses)), key=lambda place: (starts[place].earliest or date.max, doses[place].number))


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_days_emergence_and_periods_agree(seed: int) -> None:
    for row in derived(any_trial(seed)):
        first, last = row["first_day"], row["last_day"]
        assert (first is None) == (last is None)
        if first is None:
            continue
        assert first <= last
        if last < 0:
            assert row["period"] == Period.BEFORE.value
            assert not row["emergence_rule"].startswith("began at or after")
        if first > 0:
            assert row["period"] != Period.BEFORE.value
            # an event may end before it began, in records that contradict themselves
            assert row["is_emergent"] is True or row["emergence_rule"] == "ended before treatment started"
        if row["period"] is None:
            assert first < last or row["first_day"] > 30  # a partial date, or a partial end of the background treatment


def excerpt(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / "cdisc-pilot" / "sdtm" / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def bounds(text: str) -> tuple[str, str]:
    """The first and last day of a date that may lack its day or month."""
    parts = text.split("-")
    month = parts[1] if len(parts) > 1 else ""
    first = f"{parts[0]}-{month or '01'}-{parts[2] if len(parts) > 2 else '01'}"
    end = monthrange(int(parts[0]), int(month or 12))[1]
    return first, f"{parts[0]}-{month or '12'}-{parts[2] if len(parts) > 2 else end}"


def counted_by_hand(window: int) -> tuple[Counter[str], Counter[str]]:
    """People and events of each arm in the excerpt, from the files alone.

    Treatment begins with the first EXSTDTC and ends with the last EXSTDTC or EXENDTC; an event counts unless its last
    possible day is before treatment, or its first possible day later than the window after treatment.
    """
    arm = {row["USUBJID"]: row["ACTARM"] for row in excerpt("dm")}
    given: dict[str, list[str]] = defaultdict(list)
    for row in excerpt("ex"):
        given[row["USUBJID"]] += [text[:10] for text in (row["EXSTDTC"], row["EXENDTC"]) if text]
    events = []
    for row in excerpt("ae"):
        days = given.get(row["USUBJID"])
        if days:
            first, last = bounds(row["AESTDTC"])
            until = (date.fromisoformat(max(days)) + timedelta(days=window)).isoformat()
            if last >= min(days) and first <= until and not (row["AEENDTC"] and bounds(row["AEENDTC"])[1] < min(days)):
                events.append(row["USUBJID"])
    return Counter(arm[subject] for subject in set(events)), Counter(arm[subject] for subject in events)


@pytest.fixture(scope="module")
def pilot() -> TrialData:
    return read_sdtm(EXAMPLES / "cdisc-pilot" / "sdtm").trial_data


@pytest.mark.parametrize("window", [1, 5, 30])
def test_the_pilots_counts_are_those_of_its_files(pilot: TrialData, window: int) -> None:
    levels = pilot_protocol().dose_levels
    found = derive(with_window(window, pilot_protocol()), pilot)
    events = found[EventAnalysis].filter("counts").join(found[SubjectAnalysis], on="subject")
    people, several = (
        Counter({levels.label(level): count for level, count in frame.iter_rows()})
        for frame in (
            events.group_by("level").agg(pl.col("subject").n_unique()),
            events.group_by("level").agg(pl.len()),
        )
    )
    assert (people, several) == counted_by_hand(window)
    assert sum(several.values()) > 100


def test_an_end_before_its_own_start_hides_no_event() -> None:
    """A mistyped year of the end: the event still began after treatment, and a note says what was left out."""
    data = derive(reference_protocol(), trial(event(start=day(5), end=PartialDateTime(PartialDate(2000, 1, 1)))))
    (row,) = data.frames["events"].to_dicts()
    assert (row["is_emergent"], row["counts"]) == (True, True)
    assert any("before its own start" in text for text in data.frames["notes"]["note"])
