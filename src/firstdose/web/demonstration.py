"""A site to try: the reference protocol, a virtual trial entered as it happened, and an account for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import polars as pl

from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.queries import Asked, ask
from firstdose.conduct.retelling import retell
from firstdose.conduct.roles import ROLES, SYSTEM
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import Subject, TrialData, occurred_by
from firstdose.records.occurred import of_those_in_trial
from firstdose.records.partial_date_frames import is_day_before
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
from firstdose.web.configuration import Configuration
from firstdose.web.starting import Person, add_people, make_ledger

Step = Callable[[int, int], None]
UNDER_WAY = timedelta(days=700)
BEFORE_THE_FIRST_RECORD = timedelta(days=1)
NOON = time(12, tzinfo=UTC)
MEMBER = "committee_member"
IS_IT_OVER = "No end is recorded: is this event over? Enter its end, or answer that it goes on."


def start(
    configuration: Configuration, example: str, seed: int, password: str, told: Step, present: datetime | None = None
) -> list[Person]:
    """Make the ledger, tell the virtual trial into it and make the accounts; these are returned.

    With ``present`` the trial has gone on for nearly two years by then, what comes later has not happened, and no entry
    bears a later moment; without it the trial took place when its scenario says, and is over.
    """
    today = present and present.astimezone(UTC).date()
    with as_file(files("firstdose") / "examples") as examples:
        protocol_file = examples / example / "protocol.yaml"
        # What became known on a day is told in its evening, which today may not have come yet.
        trial_data = virtual_trial(protocol_file, seed, today and today - timedelta(days=1))
        told(1, 4)
        begun = datetime.combine(first_day(trial_data) - BEFORE_THE_FIRST_RECORD, NOON)
        ledger = make_ledger(configuration, protocol_file.read_text("utf-8"), begun)
        protocol = read_protocol(protocol_file)
    told(2, 4)
    version = ledger.records("protocol_versions")[0].record
    people = _people(trial_data, protocol, password)
    add_people(ledger, people)
    told(3, 4)
    of_program = Author("firstdose", SYSTEM, zone=configuration.zone)
    retell(ledger, of_program, trial_data, version, since=begun, present=present)
    if present is not None:
        ask_about_events(Ledger(ledger.database, ledger.key, lambda: present), protocol)
    told(4, 4)
    return people


def virtual_trial(protocol_file: Path, seed: int, today: date | None) -> TrialData:
    """The records of a virtual trial, over or under way."""
    protocol = read_protocol(protocol_file)
    scenario = read_scenario(protocol_file.with_name("scenario.yaml"))
    if today is None:
        return next(iter(virtual_trials(protocol, scenario, seed=seed, numbers=[0]))).trial_data
    first = replace(scenario.conduct.first_referral, value=today - UNDER_WAY)
    moved = replace(scenario, conduct=replace(scenario.conduct, first_referral=first))
    return with_free_slot(
        under_way(next(iter(virtual_trials(protocol, moved, seed=seed, numbers=[0]))).trial_data, today)
    )


def first_day(trial_data: TrialData) -> date:
    """The day on which a trial began: the first consent, or the first cohort."""
    days = pl.concat([trial_data.frames["subjects"]["consent"], trial_data.frames["cohorts"]["opened"]])
    first = days.drop_nulls().str.slice(0, 10).str.to_date().min()
    assert isinstance(first, date), "every virtual trial has people"
    return first


def with_free_slot(trial_data: TrialData) -> TrialData:
    """The same with a slot to reserve: whoever got the last one of those who were not dosed is still in screening."""
    slots = trial_data.frames["slots"].with_row_index("row")
    waiting = slots.filter(pl.col("state") == "assigned").sort("assigned")
    if not waiting.height:
        return trial_data
    is_last = pl.col("row") == waiting["row"][-1]
    free = {"state": "open", "subject": None, "assigned": None}
    columns = [pl.when(is_last).then(pl.lit(text)).otherwise(name).alias(name) for name, text in free.items()]
    return trial_data.replace({"slots": slots.with_columns(columns).drop("row")})


def ask_about_events(ledger: Ledger, protocol: Protocol) -> None:
    """Let a data manager ask about the events of which no end is recorded."""
    open_events = [each for each in ledger.records("adverse_events") if "end" not in each.fields]
    with Desk(ledger, protocol).work(Author("data_manager", "data_manager")) as work:
        ask(work, *(Asked("adverse_events", each.record, IS_IT_OVER, "end") for each in open_events))


def under_way(trial_data: TrialData, today: date) -> TrialData:
    """What was known of a trial on a day: who had given consent, slots as they stood, and which visits were missed."""
    known = occurred_by(trial_data, today)
    people = known.frames["subjects"]
    has_no_day = is_day_before(pl.lit(today.isoformat()), pl.col("consent")).is_null()
    frames = dict(of_those_in_trial(known, people.filter(has_no_day)["subject"]).frames)
    dosed = frames["dosings"]["subject"].to_list()
    is_to_come = (pl.col("state") == "dosed") & pl.col("subject").is_in(dosed).not_()
    state = pl.when(is_to_come).then(pl.lit("assigned")).otherwise("state").alias("state")
    frames["slots"] = frames["slots"].with_columns(state)
    frames["visits"] = _visits_by(frames["visits"], frames["dosings"], today)
    return TrialData(frames, today)


def _visits_by(visits: pl.DataFrame, dosings: pl.DataFrame, today: date) -> pl.DataFrame:
    """The visits without those that were to be missed later: they have no date, but a planned day after the dosing."""
    day_0 = dosings.group_by("subject").agg(pl.col("product_start").str.slice(0, 10).str.to_date().min().alias("day_0"))
    is_over = pl.col("day_0") + pl.duration(days=pl.col("planned_day")) < today
    is_known = (pl.col("state") != "missed").fill_null(True) | is_over.fill_null(False)
    return visits.join(day_0, on="subject", how="left", maintain_order="left").filter(is_known).drop("day_0")


def _people(trial_data: TrialData, protocol: Protocol, password: str) -> list[Person]:
    """Somebody in each role, those of a site at the first one; two data managers, since a version takes two people.

    The committee has as many members as its quorum needs.
    """
    sites = sorted({each.centre for each in trial_data.records(Subject) if each.centre})
    site = sites[0] if sites else "*"
    of_roles = [
        Person(name, role.title, name, site if role.is_of_site else "*", password) for name, role in ROLES.items()
    ]
    review = protocol.escalation.committee_review
    others = [
        Person(f"{MEMBER}_{number}", f"Member {number}", MEMBER, "*", password)
        for number in range(2, 1 + ((review and review.quorum) or 1))
    ]
    return [*of_roles, *others, Person("data_manager_2", "Second data manager", "data_manager", "*", password)]
