"""People: sets, levels, doses, DLTs, follow-up; each case with what its records say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from firstdose.analysis.deriving.derive import derive
from firstdose.records import (
    Assessment,
    CriterionAnswer,
    Death,
    Deviation,
    DiseaseHistory,
    Disposition,
    DltAdjudication,
    Slot,
    TrialData,
    Visit,
)
from firstdose.records.derived import AnalysisNote, EventAnalysis
from tests.analysis.derived_people import derived, notes
from tests.analysis.trial_records import at, day, dosing, event, on, person, pilot_protocol, reference_protocol, trial


def answer(criterion: str, given: Any) -> CriterionAnswer:
    return CriterionAnswer(subject="P1", criterion=criterion, answer=given)


ALL_MET = [answer(f"I{number}", "yes") for number in range(1, 6)]


@pytest.mark.parametrize(
    ("records", "is_enrolled", "remark"),
    [
        (ALL_MET, True, None),
        ([person(eligibility_confirmed=None), *ALL_MET], True, None),
        ([person(eligibility_confirmed=None), *ALL_MET[:3]], True, "without an answer, taken as met: I4, I5"),
        ([*ALL_MET[1:], answer("I1", "no")], False, "inclusion criterion I1 answered no"),
        ([person(eligibility_confirmed=None), answer("I1", "unknown")], False, "not known whether met: I1"),
        ([answer("I1", "unknown")], True, None),  # the investigator confirmed eligibility
        ([answer("I1", "not_applicable")], True, None),
        ([person(eligibility_confirmed=None)], True, "no answers to the criteria are recorded; taken as met"),
        ([person(consent=None)], True, "no consent is recorded; assumed, as the person was treated"),
        ([person(consent=None), dosing(given="none")], False, "no consent is recorded"),
        ([Disposition(subject="P1", number=1, event="SCREEN FAILURE")], False, "failed screening"),
    ],
)
def test_enrolled_is_who_consented_and_met_the_criteria(records: list[Any], is_enrolled: bool, remark: str) -> None:
    data = trial(*records)
    assert derived(data)["is_enrolled"] is is_enrolled
    assert (remark is None and not notes(data, "is_enrolled")) or remark in notes(data, "is_enrolled")


def test_an_exclusion_criterion_that_is_met_keeps_a_person_out() -> None:
    protocol = reference_protocol()
    assert protocol.population is not None
    (first, *rest) = protocol.population.criteria
    criteria = (replace(first, kind="exclusion"), *rest)
    excluding = replace(protocol, population=replace(protocol.population, criteria=criteria))
    assert derived(trial(answer("I1", "yes")), excluding)["is_enrolled"] is False
    assert derived(trial(answer("I1", "no")), excluding)["is_enrolled"] is True


@pytest.mark.parametrize(
    ("fields", "is_treated"),
    [
        ({}, True),
        ({"given": "partial", "dose_given": 1.0}, True),
        ({"given": "none", "dose_given": 0.0}, False),
        ({"given": None, "dose_given": 0.0}, False),
        ({"given": None, "dose_given": None}, True),  # a dosing that began, of an amount that is not recorded
        ({"given": None, "dose_given": None, "procedure_start": None, "product_start": None}, False),  # planned
    ],
)
def test_treated_is_who_was_given_anything(fields: dict[str, Any], is_treated: bool) -> None:
    found = derived(trial(dosing(**fields)))
    assert found["is_treated"] is is_treated
    assert found["is_per_protocol"] is is_treated
    assert (found["treatment_start"] is not None) is is_treated


def test_placebo_is_a_treatment_where_the_protocol_has_a_control() -> None:
    data = trial(person(arm="placebo", arm_given="Placebo"), dosing(given=None, dose_given=0.0, dose_unit="mg"))
    found = derived(data, pilot_protocol())
    assert (found["is_treated"], found["level"], found["dose_given"]) == (True, 0, 0.0)


@pytest.mark.parametrize(
    ("assigned", "dose", "level", "reason"),
    [
        (1, 5.0, 1, None),
        (1, 4.5, 1, None),  # 10 % below
        (1, 4.4, 1, "the dose given (4.4) is that of no level; the level assigned"),
        (1, 9.5, 2, "the dose given, 9.5, counts as that of level 2"),
        (2, 12.9, 2, "the dose given (12.9) is that of no level; the level assigned"),
        (9, 12.9, None, "the level assigned (9) is none of the protocol's"),
        (9, 24.0, 4, "the dose given, 24, counts as that of level 4"),
    ],
)
def test_people_count_at_the_level_of_the_dose_given(
    assigned: int, dose: float, level: int | None, reason: str | None
) -> None:
    """The tolerance of the protocol is 10 % on both sides; its doses are 5, 10, 16 and 24."""
    found = derived(trial(dosing(level_assigned=assigned, dose_given=dose)))
    assert (found["level"], found["level_reason"]) == (level, reason)
    assert (found["level_assigned"], found["dose_given"]) == (assigned, dose)


def test_a_dose_in_another_unit_is_not_known() -> None:
    found = derived(trial(dosing(dose_given=5e6, dose_unit="cells")))
    assert found["dose_given"] is None
    assert (found["level"], found["level_reason"]) == (1, "the dose given is not known; the level assigned")


def test_who_holds_a_slot_and_is_not_dosed_counts_at_no_level() -> None:
    slot = Slot(cohort="C1", slot=1, subject="P1", state="assigned")
    found = derived(TrialData.of([person(), slot, Visit(subject="P1", visit="R3", start=day(-91))]))
    assert (found["level"], found["is_treated"], found["is_dlt_evaluable"]) == (None, False, False)


@pytest.mark.parametrize(
    ("planned", "given", "level", "reason"),
    [
        ("Xanomeline Low Dose", "Xanomeline Low Dose", 1, None),
        ("xanomeline  high dose", None, 2, None),
        ("Xanomeline High Dose", "Xanomeline Low Dose", 1, "the arm given, Xanomeline Low Dose; planned was"),
        ("Xanomeline High Dose", "Something else", None, "the arm (Something else) is none of the protocol's"),
        (None, None, None, "the arm (not recorded) is none of the protocol's"),
    ],
)
def test_without_an_escalation_the_arm_given_tells_the_level(
    planned: str | None, given: str | None, level: int | None, reason: str | None
) -> None:
    record = dosing(level_assigned=None, dose_unit="mg", dose_given=54.0)
    found = derived(trial(person(arm=planned, arm_given=given), record), pilot_protocol())
    assert found["level"] == level
    assert (found["level_reason"] or "").startswith(reason or "")
    assert bool(found["level_reason"]) is bool(reason)
    assert found["dose_given"] == 54.0


SEVERE = event(1, start=day(3, "12:00"), grade=3, relation_to_product="probable", relation_to_procedure="not_related")
IS_DLT = DltAdjudication(subject="P1", event=1, adjudication=1, adjudicated=day(5, "10:00"), verdict="dlt")


@pytest.mark.parametrize(
    ("records", "as_of", "evaluable", "has_dlt", "words"),
    [
        ([], date(2026, 4, 7), True, False, "evaluable: the full dose"),  # the end of day 28
        ([], date(2026, 4, 6), None, False, "pending: day 28 of 28"),
        ([SEVERE, IS_DLT], date(2026, 3, 20), True, True, "evaluable: a DLT"),
        ([SEVERE], date(2026, 6, 1), None, None, "pending: an event waits for adjudication"),
        ([dosing(dose_given=3.0)], date(2026, 6, 1), False, False, "not evaluable: given 3 of 5"),
        ([dosing(given="none", dose_given=0.0)], date(2026, 6, 1), False, False, "not evaluable"),
    ],
)
def test_dlts_are_those_of_dosing_at_the_end_of_the_day_of_the_data(
    records: list[Any], as_of: date, evaluable: bool | None, has_dlt: bool | None, words: str
) -> None:
    found = derived(trial(*records, as_of=as_of))
    assert (found["is_dlt_evaluable"], found["has_dlt"]) == (evaluable, has_dlt)
    assert found["evaluability"].startswith(words)


def test_without_a_day_of_the_data_the_last_recorded_day_counts() -> None:
    visit = Visit(subject="P1", visit="M1", start=day(29))
    assert derived(trial(visit))["is_dlt_evaluable"] is True
    assert derived(trial())["is_dlt_evaluable"] is None


def test_without_a_definition_nobody_is_evaluable_or_not() -> None:
    protocol = reference_protocol()
    without = replace(protocol, escalation=replace(protocol.escalation, dlt=None, evaluable=None))
    found = derived(trial(SEVERE, IS_DLT), without)
    assert found["is_dlt_evaluable"] is found["has_dlt"] is found["evaluability"] is None


@pytest.mark.parametrize(("degree", "expected"), [("minor", True), ("major", False), ("critical", False), (None, True)])
def test_a_major_deviation_takes_out_of_the_per_protocol_set(degree: Any, expected: bool) -> None:
    deviation = Deviation(subject="P1", number=1, description="a visit too late", degree=degree)
    assert derived(trial(deviation))["is_per_protocol"] is expected


def test_follow_up_is_known_to_the_last_day_of_anything() -> None:
    records = [
        Visit(subject="P1", visit="M1", start=day(30)),
        Visit(subject="P1", visit="M2", start=day(61), state="missed"),
        Assessment(subject="P1", number=1, measure="edss", item="step", assessed=day(70), performed="not_done"),
    ]
    assert derived(trial(*records))["followed_to_day"] == 30
    assert derived(trial(*records, event(start=day(33))))["followed_to_day"] == 33
    assert derived(trial(*records, event(start=at("2026-05"))))["followed_to_day"] == 52  # the first of May
    assert derived(trial(*records, event(start=day(33)), as_of=date(2026, 4, 9)))["followed_to_day"] == 30


def test_nobody_is_followed_beyond_their_death() -> None:
    records = [Visit(subject="P1", visit="M1", start=day(30)), event(start=day(10), end=day(90))]
    assert derived(trial(*records))["followed_to_day"] == 90
    assert derived(trial(*records, Death(subject="P1", died=day(60))))["followed_to_day"] == 60
    in_april = Death(subject="P1", died=at("2026-04"))  # day 22 to 51
    assert derived(trial(*records, in_april))["followed_to_day"] == 51
    assert derived(trial(*records, Death(subject="P1")))["followed_to_day"] == 90


@pytest.mark.parametrize(
    ("fields", "because", "left_day"),
    [
        ({"event": "COMPLETED", "category": "DISPOSITION EVENT"}, None, None),
        ({"event": "completed"}, None, None),
        ({"event": "Completed the first year", "category": "DISPOSITION EVENT"}, None, None),
        ({"event": "RANDOMIZED", "category": "PROTOCOL MILESTONE"}, None, None),
        ({"event": "FINAL LAB VISIT", "category": "OTHER EVENT"}, None, None),
        ({"event": "SPONSOR DECISION", "category": "DISPOSITION EVENT"}, "SPONSOR DECISION", 40),
        ({"event": "withdrawal_by_subject"}, "withdrawal_by_subject", 40),
        ({"event": "DEATH", "term": "death"}, "DEATH", 40),
        ({"event": "LOST TO FOLLOW-UP", "term": "moved away"}, "LOST TO FOLLOW-UP: moved away", 40),
        ({"event": "LOST TO FOLLOW-UP", "occurred": at("2026-04")}, "LOST TO FOLLOW-UP", None),
        ({"event": "moved"}, None, None),  # no known word: noted
    ],
)
def test_leaving_is_an_end_before_completion(fields: dict[str, Any], because: str | None, left_day: int | None) -> None:
    usual: dict[str, Any] = {"subject": "P1", "number": 1, "occurred": day(40)}
    data = trial(Disposition(**usual | fields))
    found = derived(data)
    assert (found["left_because"], found["left_day"]) == (because, left_day)
    assert bool(notes(data, "left_because")) is (fields["event"] == "moved")


def test_the_first_of_several_ends_counts() -> None:
    ends = [
        Disposition(subject="P1", number=1, event="DEATH", occurred=day(90)),
        Disposition(subject="P1", number=2, event="WITHDRAWAL BY SUBJECT", occurred=day(60)),
    ]
    assert derived(trial(*ends))["left_day"] == 60


def test_the_day_of_death_is_known_or_noted() -> None:
    assert derived(trial(Death(subject="P1", died=day(50))))["death_day"] == 50
    partly = trial(Death(subject="P1", died=at("2026-05")))
    assert derived(partly)["death_day"] is None
    assert notes(partly, "death_day")


@pytest.mark.parametrize(
    ("fields", "age"),
    [
        ({"age_years": 41.0, "birth": on("1970-01-01")}, 41.0),
        ({"birth": on("1980-12-01")}, 45.0),
        ({"birth": on("1980-12-02")}, 44.0),
        ({"birth": on("1980-12")}, None),  # consent was on 1 December: 44 or 45
        ({"birth": on("1980-11")}, 45.0),
        ({}, None),
    ],
)
def test_age_is_that_at_consent_where_the_dates_tell_it(fields: dict[str, Any], age: float | None) -> None:
    assert derived(trial(person(**fields)))["age_years"] == age


def test_time_since_onset_of_a_year_counts_from_its_middle_and_is_noted() -> None:
    known = trial(DiseaseHistory(subject="P1", diagnosis="MS", onset=on("2005-12-01")))
    partly = trial(DiseaseHistory(subject="P1", diagnosis="MS", onset=on("2005")))
    assert derived(known)["disease_years"] == pytest.approx((date(2025, 12, 1) - date(2005, 12, 1)).days / 365.25)
    assert not notes(known, "disease_years")
    middle = ((date(2025, 12, 1) - date(2005, 1, 1)).days + (date(2025, 12, 1) - date(2005, 12, 31)).days) / 2
    assert derived(partly)["disease_years"] == pytest.approx(middle / 365.25)
    assert notes(partly, "disease_years")


def test_several_administrations_are_one_treatment() -> None:
    first = dosing(batch="B1", product_end=None)
    second = dosing(
        number=2, batch="B2", procedure_start=day(14, "09:00"), product_start=day(14, "10:00"), product_end=day(15)
    )
    found = derived(trial(second, first))
    assert (found["batch"], found["treatment_last_day"]) == ("B1; B2", 15)
    assert found["treatment_start"] == "2026-03-10T09:00"


def test_a_start_that_is_not_known_is_noted_and_no_day_is_made_up() -> None:
    data = trial(dosing(procedure_start=None, product_start=None), event(start=day(3)))
    found = derived(data)
    assert (found["is_treated"], found["treatment_start"], found["followed_to_day"]) == (True, None, None)
    assert notes(data, "treatment_start")


def test_a_dosing_without_a_zone_has_that_of_its_centre() -> None:
    """Half past eleven in the evening UTC is the next day in Rome."""
    people = [person("P1", centre="01"), person("P2", centre="01"), person("P3", centre="02")]
    late = {"procedure_start": at("2026-03-10T23:30+00:00"), "product_start": None, "product_end": None}
    dosings = [dosing("P1"), dosing("P2", zone=None, **late), dosing("P3", zone=None, **late)]
    events = [event(1, name, start=at("2026-03-11")) for name in ("P2", "P3")]
    found = derive(reference_protocol(), trial(*people, *dosings, *events))
    assert found[EventAnalysis]["first_day"].to_list() == [0, 1]
    assert found[AnalysisNote].filter(what="treatment_start")["record"].to_list() == ["P3/1"]
