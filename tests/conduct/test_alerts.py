"""What somebody should look at now: each kind of alert, when it comes and when it goes. Dates are counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firstdose.conduct.alerts import PARTS, Alert, Watched, alerts
from firstdose.conduct.catalogue import SafetyReport
from firstdose.conduct.staleness import StaleDecision
from firstdose.conduct.troughs import against
from firstdose.protocol.product import TroughTarget
from firstdose.records import Death, Dosing, LabResult, TrialData, Visit
from tests.dosing.trial import Trial, at, protocol, time

MORE = """background_treatments:
  - id: tacrolimus
    drug: tacrolimus
    start_day: 0
    stop_day: 183
    trough_target: {lowest: 5, highest: 10, unit: ng/mL}
schedule:
  visits:
    - {id: M1, name: Month 1, day: 30, window: [7, 7]}
"""
PLAN = protocol(lambda text: text + MORE)
DOSED = Trial().person("P1").cohort("C1", 1).slot("C1", 1, "P1").dosed("P1", "2026-03-02T10:00", "C1", 1)
SEEN = DOSED.plus(Visit(subject="P1", visit="M1", state="done", start=time("2026-04-01")))


def found(trial: Trial, moment: str, **more: Any) -> dict[str, Alert]:
    listed = alerts(Watched(PLAN, trial.data, at(moment), **more))
    for part in PARTS:
        frames = {kind: frame for kind, frame in trial.data.frames.items() if kind in part.rests_on}
        restricted = Watched(PLAN, TrialData(frames, trial.data.as_of), at(moment), **more)
        assert set(part.find(restricted)) <= set(listed), part.name
        assert len(list(part.find(restricted))) == len(list(part.find(Watched(PLAN, trial.data, at(moment), **more))))
    assert len({each.kind for each in listed}) == len(listed), "one of a kind in these tests"
    return {each.kind: each for each in listed}


def trough(number: int, drawn: str | None, **facts: Any) -> LabResult:
    known: dict[str, Any] = {"test": "TACRO", "category": "trough", "analyte": "tacrolimus", "unit": "ng/mL"}
    return LabResult(subject="P1", number=number, drawn=time(drawn), **(known | facts))


def test_nothing_is_listed_where_nothing_is_to_be_looked_at() -> None:
    assert found(SEEN, "2026-05-20T12:00") == {}


def test_a_dosing_that_is_prepared_is_listed_until_it_is_recorded() -> None:
    """Whether P2 was given cells, nobody knows."""
    prepared = Dosing(subject="P2", number=1, cohort="C1", level_assigned=1, dose_assigned=5.0, batch="B7")
    alert = found(SEEN.person("P2").slot("C1", 2, "P2").plus(prepared), "2026-04-05T12:00")["prepared_dosing"]
    assert (alert.who, alert.weight, alert.record) == ("P2", "now", ("dosings", "P2/1"))
    assert alert.words == "a dosing from batch B7 is prepared: record what was given, or cancel it if nothing was"
    for told in ({"given": "none"}, {"procedure_start": time("2026-04-05T10:00")}, {"product_start": time("2026-04")}):
        recorded = replace(prepared, **told)
        assert "prepared_dosing" not in found(SEEN.person("P2").plus(recorded), "2026-04-05T12:00")


def test_a_visit_is_listed_as_its_window_ends_and_when_it_is_overdue() -> None:
    assert "visit_closing" not in found(DOSED, "2026-04-05T23:59")
    closing = found(DOSED, "2026-04-06T00:00")["visit_closing"]
    assert (closing.who, closing.until) == ("P1", at("2026-04-09T00:00"))
    overdue = found(DOSED, "2026-04-09T00:00")
    assert overdue.keys() == {"visit_overdue"}
    assert overdue["visit_overdue"].words == "Month 1 is overdue"
    assert overdue["visit_overdue"].when == "its window ended on 8 April 2026"
    assert closing.when == "open until the end of 8 April 2026"


def test_the_end_of_a_dlt_window_is_listed_until_it_is_over() -> None:
    """Day 28 after 2 March is 30 March; the window ends with it, at midnight in summer time."""
    assert "dlt_window" not in found(SEEN, "2026-03-27T23:59")
    window = found(SEEN, "2026-03-29T12:00")["dlt_window"]
    assert window.until == at("2026-03-31T00:00")
    assert window.when == "until the end of 30 March 2026"
    assert "dlt_window" not in found(SEEN, "2026-03-31T00:01")


def test_an_event_that_may_be_a_dlt_waits_for_a_verdict() -> None:
    trial = SEEN.event("P1", "2026-03-10T08:00")
    waiting = found(trial, "2026-04-20T12:00")
    assert waiting["possible_dlt"].weight == "now"
    assert waiting["possible_dlt"].since == at("2026-03-10T08:00")
    assert waiting["possible_dlt"].record == ("adverse_events", "P1/1")
    judged = trial.verdict("P1", "dlt", "2026-04-10T12:00")
    assert found(judged, "2026-04-20T12:00")["dlt"].weight == "note"
    assert found(judged, "2026-04-09T12:00").keys() == {"possible_dlt"}
    assert found(trial.verdict("P1", "not_dlt", "2026-04-10T12:00"), "2026-04-20T12:00") == {}


def test_a_death_in_the_window_that_nobody_judged_is_listed_until_the_cause_is_judged() -> None:
    """P1 was dosed on 2 March; the window's last day is 30 March. A death after it is no matter of the window."""
    died = SEEN.plus(Death(subject="P1", died=time("2026-03-20")))
    listed = found(died, "2026-04-20T12:00")
    alert = listed["unjudged_death"]
    assert (alert.who, alert.weight, alert.when) == ("P1", "now", "died on 20 March 2026")
    assert alert.record == ("deaths", "P1")
    assert alert.words.startswith("died before the DLT window was over and counts as not evaluable: no verdict says")
    cause: dict[str, Any] = {"outcome": "fatal", "end": time("2026-03-20"), "grade": 5}
    judged = died.event("P1", "2026-03-18", **cause).verdict("P1", "not_dlt", "2026-04-10T12:00")
    assert "unjudged_death" not in found(judged, "2026-04-20T12:00")
    later = SEEN.plus(Death(subject="P1", died=time("2026-04-02")))
    assert "unjudged_death" not in found(later, "2026-04-20T12:00")


def test_a_death_that_an_event_alone_tells_of_is_listed_with_it() -> None:
    facts: dict[str, Any] = {"outcome": "fatal", "end": time("2026-03-20"), "relation_to_product": "not_related"}
    alert = found(SEEN.event("P1", "2026-03-18", **facts, relation_to_procedure="not_related"), "2026-04-20T12:00")
    assert alert["unjudged_death"].record == ("adverse_events", "P1/1")
    assert alert["unjudged_death"].when == "died on 20 March 2026"


@pytest.mark.parametrize(
    ("start", "when"),
    [
        ("2026-03-10T00:10", "began on 10 March 2026"),
        ("2026-03-10", "began on 10 March 2026"),
        ("2026-03", "began in March 2026 (the day is not known)"),
        ("2026", "began in 2026 (the day is not known)"),
    ],
)
@pytest.mark.parametrize("zone", [None, ZoneInfo("UTC"), ZoneInfo("Europe/Rome")])
def test_a_date_is_told_as_it_was_entered_and_never_a_day_early(start: str, when: str, zone: tzinfo | None) -> None:
    nowhere = SEEN.changed(Dosing, lambda each: True, zone=None) if zone is None else SEEN
    moment = datetime(2026, 4, 20, 12, tzinfo=UTC)
    listed = alerts(Watched(PLAN, nowhere.event("P1", start).data, moment, zone=zone))
    assert [each.when for each in listed if each.kind == "possible_dlt"] == [when]


def test_a_report_of_which_it_is_not_known_whether_it_is_late_says_between_what() -> None:
    facts: dict[str, Any] = {"serious": True, "expectedness": "expected", "relation_to_product": "not_related"}
    trial = SEEN.event("P1", "2026-04-20", **facts, aware=time("2026-04-21"))
    perhaps = found(trial, "2026-04-22T12:00")["safety_report"]
    assert perhaps.when == (
        "the time for it may have ended already, as it is not known exactly when the sponsor became aware: it ends "
        "at the earliest 22 April 2026, 00:00 (Europe/Rome) and at the latest 22 April 2026, 23:59 (Europe/Rome)"
    )
    assert found(trial, "2026-04-23T00:00")["safety_report"].when.startswith("overdue since 22 April 2026, 23:59")


def test_a_report_of_a_serious_event_is_listed_until_it_is_sent() -> None:
    facts: dict[str, Any] = {"serious": True, "expectedness": "expected", "relation_to_product": "not_related"}
    trial = SEEN.event("P1", "2026-04-20", **facts, aware=time("2026-04-21T10:00"))
    report = found(trial, "2026-04-21T12:00")["safety_report"]
    assert (report.weight, report.until) == ("now", at("2026-04-22T10:00"))
    late = found(trial, "2026-04-22T12:00")["safety_report"]
    assert late.when == "overdue since 22 April 2026, 10:00 (Europe/Rome)"
    sent = SafetyReport(subject="P1", event=1, report=1, kind="within_24_hours", sent=time("2026-04-22T11:00"))
    assert found(trial, "2026-04-22T12:00", reports=[sent]) == {}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"result": 5.0}, "within"),
        ({"result": 10.0}, "within"),
        ({"result": 4.9}, "below"),
        ({"result": 10.1}, "above"),
        ({"result": 0.0105, "unit": "ug/mL"}, "above"),
        ({"result": 7.0, "unit": "mg"}, "unknown"),
        ({"result": 7.0, "unit": None}, "unknown"),
        ({"result_text": "<2"}, "below"),
        ({"result_text": "<6"}, "unknown"),
        ({"result_text": "> 30"}, "above"),
        ({"result_text": "haemolysed"}, "unknown"),
        ({"result": 1.0, "detection_limit": 1.0}, "below"),
    ],
)
def test_a_trough_is_held_against_the_range_of_the_protocol(facts: dict[str, Any], expected: str) -> None:
    target = TroughTarget(lowest=5, highest=10, unit="ng/mL")
    assert against(trough(1, "2026-03-10", **facts), target, "tacrolimus") == expected


def test_a_trough_out_of_range_is_listed_until_a_later_one_is_within() -> None:
    low = SEEN.plus(trough(7, "2026-04-10T08:00", result=3.0))
    listed = found(low, "2026-04-20T12:00")["trough"]
    assert "tacrolimus trough 3.0 ng/mL: below the range of 5 to 10 ng/mL" in listed.words
    assert (listed.since, listed.record) == (at("2026-04-10T08:00"), ("lab_results", "P1/7"))
    assert found(low.plus(trough(8, "2026-04-17T08:00", result=7.0)), "2026-04-20T12:00") == {}
    assert "trough" in found(low.plus(trough(8, "2026-04-17T08:00", result=7.0)), "2026-04-15T12:00")
    assert "trough" in found(low.plus(trough(6, "2026-03-12T08:00", result=7.0)), "2026-04-20T12:00")
    assert found(SEEN.plus(trough(9, "2026-10-10", result=0.0)), "2026-10-20T12:00") == {}, "stopped by plan"
    other = trough(7, "2026-04-10", result=3.0, analyte="sirolimus")
    assert found(SEEN.plus(other), "2026-04-20T12:00") == {}


def test_item_40_a_decision_that_the_data_no_longer_bear_comes_first() -> None:
    stale = [StaleDecision(2, (), (), is_latest=True)]
    listed = alerts(Watched(PLAN, SEEN.event("P1", "2026-03-10T08:00").data, at("2026-04-20T12:00")), stale)
    assert [each.kind for each in listed] == ["possible_dlt", "stale_decision"], "this one halts nothing"
    assert listed[1].record == ("dose_decisions", "2")


def test_the_most_pressing_is_first_then_what_is_too_late_soonest() -> None:
    trial = DOSED.event("P1", "2026-03-10T08:00", serious=True, aware=time("2026-04-07T10:00"), number=1)
    trial = trial.plus(trough(7, "2026-04-01", result=3.0))
    listed = alerts(Watched(PLAN, trial.data, at("2026-04-07T12:00")))
    weights = ["now", "soon", "note"]
    keys = [(weights.index(each.weight), each.until is None, each.until or at("2026-04-07T12:00")) for each in listed]
    assert keys == sorted(keys)
    assert {"possible_dlt", "safety_report", "trough", "visit_closing"} <= {each.kind for each in listed}
