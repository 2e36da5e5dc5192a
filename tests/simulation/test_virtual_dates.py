"""Virtual trials are possible in every date: an independent look at the order of things in their records."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from firstdose.records import AdverseEvent, CriterionAnswer, Death, Dosing, Medication, Subject, Visit
from tests.simulation.virtual_records import KINDS, day_of, earliest_of, ends_of, rows, trials
from tests.simulation.virtual_trials import protocol


@pytest.mark.parametrize("name", KINDS)
def test_every_date_is_possible(name: str) -> None:
    of = protocol(name)
    run_in = (of.schedule.run_in_days or 0) if of.schedule else 0
    deaths = leavers = 0
    for trial in trials(name, 12):
        data, ends = trial.trial_data, ends_of(trial.trial_data)
        assert data.as_of is not None
        consent = {row["subject"]: date.fromisoformat(row["consent"]) for row in rows(data, Subject)}
        dosed = {row["subject"]: row for row in rows(data, Dosing)}
        for subject, row in dosed.items():
            day = day_of(row["procedure_start"])
            assert day is not None
            assert day - consent[subject] >= timedelta(days=max(run_in, 1))
            assert row["procedure_start"] < row["product_start"] < row["product_end"]
            assert subject not in ends or ends[subject] > day
            assert day.weekday() < 5
        for row in rows(data, Visit):
            start = day_of(row["start"])
            assert (start is None) == (row["state"] == "missed")
            if start is not None:
                assert consent[row["subject"]] <= start <= ends.get(row["subject"], data.as_of) <= data.as_of
        for row in rows(data, AdverseEvent):
            last = ends.get(row["subject"], data.as_of)
            assert earliest_of(row["start"]) <= last
            if row["end"] is not None:
                assert earliest_of(row["end"]) <= last
            start = day_of(row["start"])
            if start is not None:
                assert start >= consent[row["subject"]]
                begun = day_of(dosed[row["subject"]]["procedure_start"])
                assert begun is not None
                if start < begun:
                    assert row["relation_to_product"] == row["relation_to_procedure"] == "not_related"
        for row in rows(data, Medication):
            assert earliest_of(row["start"]) <= ends.get(row["subject"], data.as_of)
        died = {row["subject"]: row["died"] for row in rows(data, Death)}
        assert all(ends[subject].isoformat() == day for subject, day in died.items())
        deaths, leavers = deaths + len(died), leavers + len(ends)
    assert deaths
    assert leavers > deaths


def test_the_month_of_birth_agrees_with_the_age_at_consent() -> None:
    """An age known to a tenth of a year, and a month of birth: some day of the month gives that age."""
    for trial in trials("nsc-spms", 12):
        for row in rows(trial.trial_data, Subject):
            consent, first = date.fromisoformat(row["consent"]), date.fromisoformat(f"{row['birth']}-01")
            oldest = (consent - first).days / 365.25
            assert oldest - 31 / 365.25 - 0.06 <= row["age_years"] <= oldest + 0.06


def test_answers_to_criteria_rest_on_the_age_that_is_recorded() -> None:
    """Of those kept out too: by the criterion of age (18 to 60 years) they are a year past its bound."""
    outside = 0
    for trial in trials("nsc-spms", 12):
        age = {row["subject"]: row["age_years"] for row in rows(trial.trial_data, Subject)}
        for row in rows(trial.trial_data, CriterionAnswer):
            if row["criterion"] == "I4":
                assert row["value"] == f"age_years {age[row['subject']]:g}"
                assert row["answer"] == ("yes" if 18 <= age[row["subject"]] <= 60 else "no")
                outside += row["answer"] == "no"
                assert row["answer"] == "yes" or age[row["subject"]] == 61
    assert outside


def test_visits_keep_their_windows_and_the_working_week() -> None:
    windows = {visit.id: visit for visit in protocol().schedule.every_visit}  # type: ignore[union-attr]
    for trial in trials("nsc-spms", 12):
        begun = {row["subject"]: day_of(row["procedure_start"]) for row in rows(trial.trial_data, Dosing)}
        for row in rows(trial.trial_data, Visit):
            start, zero, visit = day_of(row["start"]), begun[row["subject"]], windows[row["visit"]]
            if start is not None and zero is not None:
                assert visit.first_day <= (start - zero).days <= visit.last_day
                assert row["planned_day"] == visit.day
                assert start.weekday() < 5 or sum(visit.window) < 2
