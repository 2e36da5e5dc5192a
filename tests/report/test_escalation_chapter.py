"""The chapter on the escalation: what was irregular is named as in the pack, and what the committee saw is told."""

import re
from dataclasses import replace

import polars as pl
import pytest

from firstdose.dosing import course_of, history_of
from firstdose.records import TrialData
from firstdose.report.documents.blocks import Paragraph, Table
from firstdose.report.trial.decision_table import MOST_SEEN, decision_table
from firstdose.report.trial.escalation_chapter import escalation_chapter, moment_of
from firstdose.report.trial.irregular_dosings import irregular_dosings
from tests.report.reference_trial import protocol, raw, records


def told(trial_data: TrialData) -> list[str]:
    """The sentences of the chapter."""
    moment = moment_of(trial_data)
    history, courses = history_of(protocol(), trial_data, moment), course_of(protocol(), trial_data, moment)
    blocks = escalation_chapter(protocol(), trial_data, history, courses).blocks
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def seen(trial_data: TrialData) -> list[str]:
    """The column on what the committee saw."""
    table = decision_table(protocol(), trial_data, history_of(protocol(), trial_data, moment_of(trial_data)))
    place = table.columns.index("outcomes seen")
    return [row.cells[place].text for row in table.rows]


def irregular() -> TrialData:
    """The first person dosed is not confirmed, and the first cohort had one place less than people."""
    first = raw("dosings")[0]
    confirmed = pl.when(pl.col("subject") == first["subject"]).then(None).otherwise("eligibility_confirmed")
    places = pl.when(pl.col("cohort") == first["cohort"]).then(2).otherwise("size")
    frames = records().frames
    subjects = frames["subjects"].with_columns(eligibility_confirmed=confirmed)
    return records().replace({"subjects": subjects, "cohorts": frames["cohorts"].with_columns(size=places)})


def test_a_dosing_without_confirmed_eligibility_and_one_too_many_are_named() -> None:
    first = raw("dosings")[0]
    dosed = sum(row["cohort"] == first["cohort"] for row in raw("dosings"))
    sentences = told(irregular())
    assert f"Eligibility not confirmed: of those dosed, 1: {first['subject']}." in sentences
    assert f"More dosed than planned: cohort {first['cohort']}, {dosed} dosed in place of 2." in sentences
    assert not [text for text in told(records()) if "confirmed" in text or "More dosed" in text]
    assert not list(irregular_dosings(records(), course_of(protocol(), records(), moment_of(records()))))


def test_what_the_committee_saw_is_the_outcome_of_its_cohort_on_the_day_of_the_data() -> None:
    """Letters of the cohort under review, made here from the raw rows: T for an event judged a DLT by that day."""
    adjudications = [row for row in raw("dlt_adjudications") if row["verdict"] == "dlt"]
    for decision, letters in zip(raw("dose_decisions"), seen(records()), strict=True):
        people = [row["subject"] for row in raw("dosings") if row["cohort"] == decision["cohort"]]
        with_dlt = {row["subject"] for row in adjudications if row["adjudicated"][:10] <= decision["data_as_of"]}
        assert letters == "".join("T" if subject in with_dlt else "N" for subject in people)


def test_a_verdict_that_came_later_is_told_beside_what_was_seen() -> None:
    """The only DLT adjudicated after the decision: then it waited, now it is one."""
    frame = records().frames["dlt_adjudications"]
    dlt = frame.filter(verdict="dlt").row(0, named=True)
    is_it = (pl.col("subject") == dlt["subject"]) & (pl.col("event") == dlt["event"])
    later = frame.with_columns(adjudicated=pl.when(is_it).then(pl.lit("2021-01-04")).otherwise("adjudicated"))
    shown = seen(records().replace({"dlt_adjudications": later}))
    changed = [text for text in shown if "now" in text]
    assert len(changed) == 1
    assert re.fullmatch(r"[NT?]*[?][NT?]*, now [N]*T[N]*", changed[0])


def test_of_many_decisions_what_was_seen_is_told_of_the_last_ones() -> None:
    frame = records().frames["dose_decisions"]
    many = pl.concat([frame.with_columns(decision=pl.col("decision") + 100 * copy) for copy in range(4)])
    shown = seen(records().replace({"dose_decisions": many}))
    assert [bool(text) for text in shown] == [False] * (len(shown) - MOST_SEEN) + [True] * MOST_SEEN


@pytest.mark.parametrize(
    ("recorded", "day", "moment"),
    [
        ("2018-10-30", "30 October 2018", "30 October 2018"),
        ("2018-10-30T09:05:00+00:00", "30 October 2018", "30 October 2018, 09:05 UTC"),
        ("2018-10-30T09:05:00+01:00", "30 October 2018", "30 October 2018, 09:05"),
        ("2018-10", "October 2018", "October 2018"),
        (None, "not recorded", ""),
    ],
)
def test_days_and_moments_of_decisions_are_told_in_words(recorded: str | None, day: str, moment: str) -> None:
    frame = records().frames["dose_decisions"]
    dated = pl.when(pl.col("decision") == 1).then(pl.lit(recorded))
    frame = frame.with_columns(decided=dated.otherwise("decided"), data_as_of=dated.otherwise("data_as_of"))
    trial_data = records().replace({"dose_decisions": frame})
    table = decision_table(protocol(), trial_data, history_of(protocol(), trial_data, moment_of(trial_data)))
    places = [table.columns.index(column) for column in ("date", "data up to")]
    assert [table.rows[0].cells[place].text for place in places] == [day, moment]


def test_columns_in_which_nothing_is_recorded_are_left_out() -> None:
    frame = (
        records()
        .frames["dose_decisions"]
        .with_columns(data_as_of=pl.lit(None, pl.String), reason=pl.lit(None, pl.String))
    )
    trial_data = records().replace({"dose_decisions": frame})
    table: Table = decision_table(protocol(), trial_data, history_of(protocol(), trial_data, moment_of(trial_data)))
    assert table.columns == ("decision", "date", "recommended", "decided", "by")
    assert replace(table, rows=()).notes == ()
