"""What the committee's pack tells of what it rests on: silence, open windows, assumptions, days not over."""

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
from scipy.stats import beta

from firstdose.analysis import derive
from firstdose.designs.building import build_design
from firstdose.designs.history import Cohort, History
from firstdose.dosing.last_seen import FOLLOW_UP
from firstdose.records import NAMES, Dosing, TrialData, cut
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import SubjectAnalysis
from firstdose.report.committee.pack import WITHOUT_DLT, Decision, committee_document
from firstdose.report.documents.blocks import Facts
from tests.report.committee_decisions import DATES, MONTHS, decision_at, decision_of
from tests.report.reference_trial import DAY, protocol, raw, records


def quality_of(decision: Decision) -> dict[str, str]:
    chapter = next(each for each in committee_document(decision, DAY).chapters if each.identifier == "quality")
    facts = chapter.blocks[0]
    assert isinstance(facts, Facts)
    return dict(facts.items)


def silenced(subject: str) -> TrialData:
    """The trial without anything of a person after the day of dosing but the dosing itself."""
    found = records()
    dropped = ("dosings", "subjects", "slots", "criterion_answers")
    held = {name: frame for name, frame in found.frames.items() if "subject" in frame.columns and name not in dropped}
    return found.replace({name: frame.filter(pl.col("subject") != subject) for name, frame in held.items()})


def test_silence_after_dosing_is_named_in_the_pack() -> None:
    subject = raw("dosings")[0]["subject"]
    assert "Over by the calendar alone" not in quality_of(decision_at(DATES["after the last"]))
    decision = decision_of(silenced(subject))
    words = "nothing is recorded after day 0; that the window of 28 days passed without a DLT is by the calendar alone"
    assert quality_of(decision)["Over by the calendar alone"] == f"1: {subject} ({words})"
    assert f"{subject}: {words}" in decision.advice.recommendation.flags
    assert subject in {course.subject for course in decision.notable}


def test_events_that_wait_and_windows_that_are_open_are_named() -> None:
    frame = records().frames["dlt_adjudications"].with_columns(verdict=pl.lit("undecided"))
    waiting = quality_of(decision_of(records().replace({"dlt_adjudications": frame})))["Events awaiting adjudication"]
    first = frame.row(0, named=True)
    assert f"{first['subject']} " in waiting
    assert f"(event {first['event']})" in waiting
    day = DATES["one dosed, its window open"]
    start = date.fromisoformat(raw("dosings")[0]["procedure_start"][:10])
    until = start + timedelta(days=28)
    told = quality_of(decision_at(day))["Windows not settled"]
    assert f"the window is open, until {until.day} {MONTHS[until.month - 1]} {until.year}" in told


def test_what_was_assumed_who_was_not_confirmed_and_who_is_one_too_many_are_named() -> None:
    subject = raw("dosings")[0]["subject"]
    people = (
        records()
        .frames["subjects"]
        .with_columns(
            eligibility_confirmed=pl.when(pl.col("subject") == subject)
            .then(pl.lit(None, pl.String))
            .otherwise("eligibility_confirmed")
        )
    )
    cohorts = records().frames["cohorts"].with_columns(size=pl.lit(1, pl.Int64))
    quality = quality_of(decision_of(records().replace({"subjects": people, "cohorts": cohorts})))
    assert quality["Eligibility not confirmed"] == f"of those dosed, 1: {subject}"
    in_first = sum(row["cohort"] == raw("dosings")[0]["cohort"] for row in raw("dosings"))
    assert f"{in_first} dosed in place of 1" in quality["More dosed than planned"]
    decision = decision_at(DATES["after the last"])
    told = quality_of(decision)
    assert not {"Eligibility not confirmed", "More dosed than planned"} & told.keys()
    notes = decision.data.frames["notes"]
    first = notes.row(0, named=True)
    assert told["Assumptions noted"].startswith(f"{notes.height}: {first['kind'].replace('_', ' ')} {first['record']}")
    onset = notes.filter(what="disease_years")
    more = f"subjects {onset['record'][0]} and {onset.height - 1} others: {onset['note'][0]}"
    assert more in told["Assumptions noted"]


def test_while_outcomes_are_open_the_probability_has_a_range() -> None:
    """Both ends by scipy's own Beta tail: the two open ones without a DLT, and both with one."""
    from firstdose.dosing import TrialHistory
    from firstdose.report.committee.next_step_chapter import evidence_table

    rule, target = build_design(protocol()), protocol().escalation.target_dlt_rate
    assert target is not None
    shown = evidence_table(protocol(), TrialHistory(History((Cohort(1, "T??"),)), (), (), (), ()), rule)
    low, high = beta.sf(target, 1 + 1, 1 + 2), beta.sf(target, 1 + 3, 1 + 0)
    expected = f"{100 * low:.1f}\u00a0% to {100 * high:.1f}\u00a0%"
    assert (shown.columns[6], shown.rows[0].cells[6].text) == ("P once all is settled", expected)
    assert any("Beware while outcomes are open" in note for note in shown.notes)
    settled = evidence_table(protocol(), TrialHistory(History((Cohort(1, "TNN"),)), (), (), (), ()), rule)
    assert len(settled.columns) == 6


def test_the_pack_of_a_moment_counts_the_days_of_a_window_as_the_site_does() -> None:
    """On day 14 it is day 14 of 28, and on the last day the window is open: the day of the data is not over."""
    first = min(records().records(Dosing), key=lambda each: str(each.product_start))
    assert first.product_start is not None
    day_0 = first.product_start.date.earliest
    assert day_0 is not None
    for day in (0, 14, 28):
        moment = datetime.combine(day_0 + timedelta(days=day), time(12), UTC)
        decision = decision_of(cut(records(), moment.date()), moment)
        (course,) = [each for each in decision.courses if each.subject == first.subject]
        assert course.evaluability.reasons == (f"day {day} of 28: the window is open",)
        assert evaluable(decision.data) == [], "the tables of the analysis count to the same moment"
    assert evaluable(derive(protocol(), cut(records(), moment.date()))) == [first.subject], "at the end of that day"


def evaluable(data: AnalysisData) -> list[str]:
    """Who counts in the tables of DLTs and boundaries."""
    return data[SubjectAnalysis].filter("is_dlt_evaluable")["subject"].to_list()


def test_where_somebody_counts_by_the_calendar_alone_there_is_a_place_to_say_how_they_are_known() -> None:
    def places(trial_data: TrialData) -> str:
        return str(committee_document(decision_of(trial_data), DAY).chapters[-1])

    assert WITHOUT_DLT in places(silenced(raw("dosings")[0]["subject"]))
    assert WITHOUT_DLT in places(records().replace({NAMES[kind]: records()[kind].clear() for kind in FOLLOW_UP}))
    assert WITHOUT_DLT not in places(records())
