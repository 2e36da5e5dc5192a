"""Virtual trials: the same whatever else is made, without contradiction, possible in every date, and by the rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.history import parse_outcomes
from firstdose.dosing import history_of, recommendation
from firstdose.measures import MEASURES, Missing
from firstdose.measures.recorded import answers_of
from firstdose.protocol import Protocol
from firstdose.records import (
    AdverseEvent,
    Assessment,
    Cohort,
    CriterionAnswer,
    Death,
    DltAdjudication,
    DoseDecision,
    Dosing,
    LabResult,
    Medication,
    Slot,
    Subject,
    TrialData,
    Visit,
    check_trial_data,
    cut,
    read_folder,
)
from firstdose.records.frames import schema_of
from firstdose.simulation.virtual_trial import (
    Scenario,
    TrialNeverEnds,
    VirtualTrial,
    virtual_trial,
    virtual_trials,
    write_virtual_trial,
)
from tests.simulation.virtual_trials import changed, default, eventful, protocol

SEED = 20260314
KINDS = ("nsc-spms", "sentinel-3plus3", "car-t-boin")


@cache
def trials(name: str, count: int, kind: str = "eventful") -> tuple[VirtualTrial, ...]:
    """Some virtual trials of a protocol."""
    scenario = eventful() if kind == "eventful" else default()
    return tuple(virtual_trials(protocol(name), scenario, seed=SEED, numbers=range(count)))


def visit_names(of: Protocol) -> list[str]:
    return [visit.id for visit in of.schedule.every_visit] if of.schedule else []


def print_of(trial: VirtualTrial) -> tuple[str, ...]:
    """Everything in a trial, as text that shows every bit."""
    frames = (trial.abundances, trial.features, trial.runs, *trial.truth.frames().values())
    return (trial.trial_data.content_hash, *(frame.write_csv() for frame in frames), repr(trial.truth.figures))


def prints(numbers: list[int], seed: int = SEED) -> list[tuple[str, ...]]:
    """What several trials hold; a function of its own, so that other processes can call it."""
    return [print_of(each) for each in virtual_trials(protocol(), eventful(), seed=seed, numbers=numbers)]


def test_a_trial_is_the_same_alone_in_any_order_and_in_another_process() -> None:
    together = prints([0, 1, 2])
    assert [print_of(virtual_trial(protocol(), eventful(), seed=SEED, number=2))] == together[2:]
    assert prints([2, 0, 1]) == [together[2], together[0], together[1]]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(prints, [1]).result() == together[1:2]


def test_other_numbers_and_seeds_are_other_trials() -> None:
    found = [*prints([0, 1]), *prints([0], SEED + 1)]
    assert len({each[0] for each in found}) == 3
    for seed, number in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="at least 0"):
            virtual_trial(protocol(), default(), seed=seed, number=number)


def test_frames_come_with_the_schema_of_their_records() -> None:
    for name, frame in trials("nsc-spms", 1)[0].trial_data.frames.items():
        record_type = next(kind for kind in RECORD_TYPES if RECORD_TYPES[kind] == name)
        assert frame.schema == schema_of(record_type), name


RECORD_TYPES: dict[Any, str] = {}


@pytest.fixture(autouse=True, scope="module")
def _record_types() -> None:
    from firstdose.records import NAMES

    RECORD_TYPES.update(NAMES)


OWN_NAMES = ("subject", "batch", "cohort", "sample", "replaces")
OWN_NUMBERS = ("decision",)


def together(several: Iterable[VirtualTrial]) -> TrialData:
    """Trials as one, each with its own identifiers, so that many are checked in the time of one."""
    parts: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for number, trial in enumerate(several):
        for name, frame in trial.trial_data.frames.items():
            own = {each: pl.lit(f"{number}-") + pl.col(each) for each in OWN_NAMES if each in frame.columns}
            own |= {each: pl.col(each) + 1000 * number for each in OWN_NUMBERS if each in frame.columns}
            parts[name].append(frame.with_columns(**own))
    return TrialData({name: pl.concat(frames) for name, frames in parts.items()})


@pytest.mark.parametrize(("kind", "count"), [("default", 50), ("eventful", 25)])
def test_many_trials_hold_no_contradiction(kind: str, count: int) -> None:
    scenario = eventful() if kind == "eventful" else default()
    several = (virtual_trial(protocol(), scenario, seed=seed) for seed in range(count))
    assert list(check_trial_data(together(several), visit_names(protocol()))) == []


@pytest.mark.parametrize("name", KINDS[1:])
def test_nor_do_trials_of_other_protocols(name: str) -> None:
    assert list(check_trial_data(together(trials(name, 12)), visit_names(protocol(name)))) == []


def test_joined_trials_would_show_a_contradiction() -> None:
    trial = trials("nsc-spms", 12)[0]
    late = trial.trial_data[AdverseEvent].with_columns(end=pl.lit("1999-01-01"))
    broken = replace(trial, trial_data=trial.trial_data.replace({"adverse_events": late}))
    rules = check_trial_data(together([trial, broken])).by_rule()
    assert rules["should not be before start"] == late.height


@pytest.mark.parametrize("days", [0, 20])
def test_the_data_end_with_the_cut(days: int) -> None:
    scenario = changed(eventful(), conduct__cut_days_after_last_dosing=days)
    for trial in virtual_trials(protocol(), scenario, seed=SEED, numbers=range(3)):
        data = trial.trial_data
        assert data.as_of is not None
        last = data[Dosing]["product_start"].str.slice(0, 10).max()
        assert data.as_of == date.fromisoformat(str(last)) + timedelta(days=days)
        assert cut(data, data.as_of) == data


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_what_is_written_is_read_back_without_a_problem(file_format: Any, tmp_path: Path) -> None:
    trial = trials("nsc-spms", 12)[3]
    write_virtual_trial(trial, tmp_path / "trial", file_format, eventful())
    reading = read_folder(tmp_path / "trial", visits=visit_names(protocol()))
    assert list(reading.problems) == []
    assert reading.notes == ()
    assert reading.trial_data == trial.trial_data
    written = pl.read_csv(tmp_path / "trial" / "metabolites" / "abundances.csv")
    assert written.equals(trial.abundances)
    assert pl.read_csv(tmp_path / "trial" / "truth" / "people.csv").height == trial.truth.people.height
    assert (tmp_path / "trial" / "truth" / "scenario.json").is_file()


# ------------------------------------------------------------------ an independent look at the order of things


def day_of(text: str | None) -> date | None:
    """The day of a text, if all of it is known."""
    return date.fromisoformat(text[:10]) if text and len(text) >= 10 else None


def earliest_of(text: str) -> date:
    parts = [int(part) for part in text[:10].split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def rows(data: TrialData, record_type: type) -> Iterator[dict[str, Any]]:
    return data[record_type].iter_rows(named=True)


def ends_of(data: TrialData) -> dict[str, date]:
    """The last day of participation."""
    return {
        row["subject"]: date.fromisoformat(row["participation_end"])
        for row in rows(data, Subject)
        if row["participation_end"]
    }


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


def outcomes_by_hand(of: Protocol, data: TrialData) -> dict[str, tuple[str, date]]:
    """The letter of each person dosed and the day on which it was known, from the records alone."""
    dlt, tolerance = of.escalation.dlt, of.product.dose_tolerance if of.product else None
    assert dlt is not None
    ends, found = ends_of(data), {}
    verdicts: dict[str, list[date]] = defaultdict(list)
    for row in rows(data, DltAdjudication):
        if row["verdict"] == "dlt":
            verdicts[row["subject"]].append(date.fromisoformat(row["adjudicated"]))
    for row in rows(data, Dosing):
        subject, zero = row["subject"], day_of(row["procedure_start"])
        assert zero is not None
        closes = zero + timedelta(days=dlt.window_days + 1)
        share = 0.0 if tolerance is None else tolerance.below / 100
        is_short = row["dose_given"] < row["dose_assigned"] * (1 - share) - 1e-9
        has_left = subject in ends and ends[subject] <= zero + timedelta(days=dlt.window_days)
        if verdicts[subject]:
            found[subject] = ("T", min(verdicts[subject]))
        elif has_left:
            found[subject] = ("-", ends[subject])
        else:
            found[subject] = ("-" if is_short else "N", closes)
    return found


def words_by_hand(
    of: Protocol, cohort: dict[str, Any], members: list[dict[str, Any]], letters: dict[str, tuple[str, date]]
) -> list[str]:
    """A cohort in the notation of outcomes: DLTs after a dose that is another level's stand there, before the rest,
    with a plus as parts of it."""
    tolerance = of.product.dose_tolerance if of.product else None
    own = ""
    apart: dict[int, str] = defaultdict(str)
    for row in members:
        letter, share = letters[row["subject"]][0], row["dose_given"]
        fitting = [
            level
            for level, dose in enumerate(of.dose_levels.values, start=1)
            if tolerance and dose * (1 - tolerance.below / 100) <= share <= dose * (1 + tolerance.above / 100)
        ]
        if letter == "T" and fitting and fitting[0] != cohort["dose_level"]:
            apart[fitting[0]] += letter
        else:
            own += letter
    found = [f"{level}{letters}" for level, letters in apart.items()] + [f"{cohort['dose_level']}{own}"] * bool(own)
    return [f"{part}+" for part in found[:-1]] + found[-1:]


@pytest.mark.parametrize("name", KINDS)
def test_the_records_tell_the_history_that_the_rule_was_asked_of(name: str) -> None:
    of = protocol(name)
    rule = build_design(of)
    replaced = 0
    for trial in trials(name, 12):
        data, letters = trial.trial_data, outcomes_by_hand(of, trial.trial_data)
        words = []
        decisions = {row["cohort"]: row for row in rows(data, DoseDecision)}
        for cohort in rows(data, Cohort):
            members = [row for row in rows(data, Dosing) if row["cohort"] == cohort["cohort"]]
            members.sort(key=lambda row: row["procedure_start"])
            assert {row["level_assigned"] for row in members} == {cohort["dose_level"]}
            if cohort["kind"] == "expansion":
                continue
            words += words_by_hand(of, cohort, members, letters)
            advice = rule.decide(parse_outcomes(" ".join(words), len(of.dose_levels.values)))
            decision = decisions[cohort["cohort"]]
            taken = (decision["action"], decision["next_level"], decision["recommended_level"])
            assert taken == (advice.action, advice.next_level, advice.recommended_level)
            assert decision["recommendation"] == advice.reason
            assert all(letters[row["subject"]][1] <= date.fromisoformat(decision["decided"]) for row in members)
        assert " ".join(words) == trial.truth.figures["outcomes"]
        slots = data[Slot]
        assert set(slots.filter(pl.col("state") == "dosed")["subject"]) <= set(data[Dosing]["subject"])
        for row in slots.filter(pl.col("replaces").is_not_null()).iter_rows(named=True):
            assert letters[row["replaces"]][0] == "-"
            replaced += 1
    assert replaced


@pytest.mark.parametrize("name", KINDS)
def test_the_history_of_the_records_is_the_one_that_the_trial_followed(name: str) -> None:
    """The live trial's own functions read from the records what the simulated trial had gone by, decision by decision.

    Doses fall short so often that some DLTs count at another level than their cohort's.
    """
    of = protocol(name)
    scenario = changed(eventful(), toxicity__rate_at_lowest_dose=0.3, product__short_dose=0.3)
    at_another_level = 0
    for trial in virtual_trials(of, scenario, seed=SEED, numbers=range(70)):
        data = trial.trial_data
        assert data.as_of is not None
        found = history_of(of, data, end_of(data.as_of))
        assert str(found.history) == trial.truth.figures["outcomes"]
        assert not found.missing
        at_another_level += len(found.cohorts) > len({each.number for each in found.cohorts})
        for row in rows(data, DoseDecision):
            advice = recommendation(of, data, end_of(date.fromisoformat(row["decided"])))
            assert (advice.action, advice.next_level) == (row["action"], row["next_level"])
    assert at_another_level or name != "nsc-spms"


def end_of(day: date) -> datetime:
    """The first instant at which a day is over everywhere."""
    return datetime.combine(day + timedelta(days=1), time(12), UTC)


@pytest.mark.parametrize("name", KINDS)
def test_nobody_is_dosed_before_the_protocol_allows_it(name: str) -> None:
    """The rules of time, written out once more: stagger, sentinel, windows and decisions of the cohorts before."""
    of = protocol(name)
    escalation, gates = of.escalation, 0
    assert escalation.dlt is not None
    for trial in trials(name, 12):
        data, known = trial.trial_data, outcomes_by_hand(of, trial.trial_data)
        people = sorted(
            (date.fromisoformat(row["procedure_start"][:10]), int(row["cohort"]), row["subject"])
            for row in rows(data, Dosing)
        )
        decided = {int(row["cohort"]): date.fromisoformat(row["decided"]) for row in rows(data, DoseDecision)}
        for place, (day, cohort, subject) in enumerate(people):
            earlier = people[:place]
            stagger = escalation.interval_between_participants_days or 0
            assert all(day - other >= timedelta(days=stagger) for other, _, _ in earlier)
            before = [(other, who) for other, number, who in earlier if number < cohort]
            gap = escalation.interval_between_cohorts_days or 0
            assert all(day - other >= timedelta(days=gap) for other, _ in before)
            for _, who in before:
                assert day >= known[who][1]
            if cohort > 1:
                assert day >= decided[cohort - 1]
            mates = [(other, who) for other, number, who in earlier if number == cohort]
            if escalation.sentinel and mates:
                assert day - mates[0][0] >= timedelta(days=escalation.sentinel.interval_days)
                sentinel = mates[0][1]
                if known[sentinel][0] == "T" and known[sentinel][1] <= day:
                    assert escalation.sentinel.on_dlt == "committee_review"
            gates += bool(earlier)
            assert subject not in {who for _, _, who in earlier}
    assert gates > 20


def test_a_sentinel_with_a_dlt_ends_its_cohort_where_the_protocol_says_so() -> None:
    of = protocol("car-t-boin")
    assert of.escalation.sentinel is not None
    sentinel = replace(of.escalation.sentinel, on_dlt="end_cohort")
    ending = replace(of, escalation=replace(of.escalation, sentinel=sentinel, interval_between_participants_days=40))
    scenario = changed(default(), toxicity__rate_at_lowest_dose=0.5, toxicity__odds_ratio_per_doubling=1.0)
    cohorts = [
        cohort[1:]
        for trial in virtual_trials(ending, scenario, seed=SEED, numbers=range(6))
        for cohort in trial.truth.figures["outcomes"].split()
    ]
    assert "T" in cohorts
    assert all(len(cohort.replace("-", "")) >= 3 for cohort in cohorts if not cohort.lstrip("-").startswith("T"))


def test_dosing_stops_inside_a_cohort_once_its_decision_is_settled() -> None:
    of = protocol("sentinel-3plus3")
    scenario = changed(default(), toxicity__rate_at_lowest_dose=0.6, conduct__referred_per_month=0.7)
    cohorts = {
        cohort
        for trial in virtual_trials(of, scenario, seed=SEED, numbers=range(12))
        for cohort in trial.truth.figures["outcomes"].split()
    }
    assert "1TT" in cohorts
    going_on = replace(of, escalation=replace(of.escalation, stop_within_cohort=False))
    for trial in virtual_trials(going_on, scenario, seed=SEED, numbers=range(6)):
        assert all(len(cohort.replace("-", "")) == 4 for cohort in trial.truth.figures["outcomes"].split())


def test_a_trial_for_which_nobody_comes_is_an_error() -> None:
    scenario = changed(default(), attendance__withdrawal_per_year=400)
    with pytest.raises(TrialNeverEnds, match="places of the trial are still open"):
        virtual_trial(protocol(), scenario, seed=1)


# ------------------------------------------------------------------ what is recorded at visits


def test_recorded_answers_are_possible_agree_with_each_other_and_score() -> None:
    states: dict[tuple[str, str], int] = defaultdict(int)
    for trial in trials("nsc-spms", 12)[:3]:
        for (measure, _, _), answers in trial.trial_data[Assessment].group_by("measure", "subject", "visit"):
            of = MEASURES[str(measure)]
            given = answers_of(of, answers.iter_rows(named=True))
            assert of.check(given) == []
            result = of.score(given)
            states[of.name, type(result).__name__] += 1
            if isinstance(result, Missing):
                assert set(answers["performed"]) == {"not_done"}
    assert {name for name, _ in states} == set(MEASURES)
    assert states["timed_walk", "UnableToPerform"] > states["timed_walk", "Score"] > 0


def test_measures_are_recorded_where_the_protocol_plans_them() -> None:
    schedule = protocol().schedule
    assert schedule is not None
    measures = {activity.id: activity.measure for activity in schedule.activities if activity.measure}
    planned = {
        (visit.id, measures[each]) for visit in schedule.every_visit for each in visit.activities if each in measures
    }
    for trial in trials("nsc-spms", 12)[:3]:
        found = set(trial.trial_data[Assessment].select("visit", "measure").unique().iter_rows())
        assert found <= planned
    assert {measure for _, measure in found} == {measure for _, measure in planned}


def test_troughs_say_when_they_were_drawn_and_when_the_drug_was_taken() -> None:
    for trial in trials("nsc-spms", 12)[:3]:
        troughs = trial.trial_data[LabResult].filter(pl.col("category") == "trough")
        assert set(troughs["test"]) == {"TACRO"}
        assert set(troughs["analyte"]) == {"tacrolimus"}
        assert set(troughs["unit"]) == {"ng/mL"}
        times = troughs.select(pl.col("drawn", "last_intake").str.to_datetime("%Y-%m-%dT%H:%M"))
        hours = (times["drawn"] - times["last_intake"]).dt.total_minutes() / 60
        assert 8 < hours.min() < hours.max() < 16  # type: ignore[operator]
        stops = dict(trial.truth.people.select("subject", "background_stop_day").iter_rows())
        zero = {row["subject"]: earliest_of(row["procedure_start"]) for row in rows(trial.trial_data, Dosing)}
        for subject, drawn in troughs.select("subject", "drawn").iter_rows():
            assert (date.fromisoformat(drawn[:10]) - zero[subject]).days <= stops[subject]
        taken = trial.trial_data[Medication].filter(pl.col("background_treatment") == "tacrolimus")
        last = taken.drop_nulls("end").group_by("subject").agg(pl.col("end").max())
        for subject, end in last.iter_rows():
            assert (date.fromisoformat(end) - zero[subject]).days == stops[subject]


def test_metabolites_belong_to_samples_and_their_runs() -> None:
    trial = trials("nsc-spms", 12)[0]
    assert trial.abundances.columns == ["sample", *trial.features["name"]]
    assert trial.abundances["sample"].to_list() == trial.runs["sample"].to_list()
    assert trial.runs["sample"].is_unique().all()
    study = trial.runs.filter(pl.col("kind") == "study").sort("sample")
    samples = trial.trial_data.frames["samples"].sort("sample")
    assert study.select("sample", "run").equals(samples.select("sample", "run"))
    assert set(samples["visit"]) <= {"M0", "M3", "M12"}
    for _, run in trial.runs.group_by("run"):
        ordered = run.sort("run_order")
        assert ordered["run_order"].to_list() == list(range(1, run.height + 1))
        assert ordered["kind"][0] == ordered["kind"][-1] == "pooled_qc"
    limits = dict(trial.features.select("name", "detection_limit").iter_rows())
    for name in trial.features["name"]:
        lowest = trial.abundances[name].min()
        assert lowest is None or lowest >= limits[name] - 0.11
    truth = trial.truth.metabolites
    assert truth.select("name", "class").equals(trial.features.select("name", "class"))


def test_a_protocol_without_a_schedule_has_no_visits() -> None:
    trial = trials("sentinel-3plus3", 12)[0]
    assert trial.trial_data[Visit].height == trial.trial_data[Assessment].height == 0
    assert trial.abundances.height == 0
    assert "images" in trial.truth.figures["not_in_the_protocol"]
    assert trial.trial_data[AdverseEvent].height


def test_a_scenario_by_level_has_those_rates() -> None:
    from firstdose.simulation.virtual.scenario_safety import RatesByLevel

    rates = RatesByLevel(values=(0.0, 0.0, 1.0, 1.0), source="assumed")
    scenario: Scenario = replace(default(), toxicity=replace(default().toxicity, rates_by_level=rates))
    scenario = changed(scenario, attendance__withdrawal_per_year=0, attendance__death_per_year=0, product__short_dose=0)
    scenario = replace(
        scenario, product=replace(scenario.product, given_ratio=replace(scenario.product.given_ratio, mean=1.0, sd=0.0))
    )
    trial = virtual_trial(protocol(), scenario, seed=3)
    assert trial.truth.figures["outcomes"] == "1NNN 2NNN 3TTT 2NNN"
    assert trial.truth.levels["dlt_probability"].to_list() == [0.0, 0.0, 1.0, 1.0]
