"""A site to try: the reference protocol, a virtual trial entered as it happened, and an account for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import polars as pl

from firstdose.conduct.ledger import Author
from firstdose.conduct.retelling import retell
from firstdose.conduct.roles import ROLES, SYSTEM
from firstdose.protocol import read_protocol
from firstdose.records import Subject, TrialData, cut
from firstdose.records.partial_date_frames import is_day_before
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
from firstdose.web.configuration import Configuration
from firstdose.web.starting import Person, add_people, make_ledger

Step = Callable[[int, int], None]
UNDER_WAY = timedelta(days=700)
BEFORE_THE_FIRST_RECORD = datetime(2000, 1, 1, tzinfo=UTC)


def start(
    configuration: Configuration, example: str, seed: int, password: str, told: Step, today: date | None = None
) -> list[Person]:
    """Make the ledger, tell the virtual trial into it and make the accounts; these are returned.

    With ``today`` the trial has gone on for nearly two years by then, and what comes later has not happened; without it
    the trial took place when its scenario says, and is over.
    """
    with as_file(files("firstdose") / "examples") as examples:
        protocol_file = examples / example / "protocol.yaml"
        # What became known on a day is told in its evening, which today may not have come yet.
        trial_data = virtual_trial(protocol_file, seed, today and today - timedelta(days=1))
        told(1, 4)
        ledger = make_ledger(configuration, protocol_file.read_text("utf-8"), BEFORE_THE_FIRST_RECORD)
    told(2, 4)
    version = ledger.records("protocol_versions")[0].record
    people = _people(trial_data, password)
    add_people(ledger, people)
    told(3, 4)
    retell(ledger, Author("firstdose", SYSTEM, zone=configuration.zone), trial_data, version)
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
    return under_way(next(iter(virtual_trials(protocol, moved, seed=seed, numbers=[0]))).trial_data, today)


def under_way(trial_data: TrialData, today: date) -> TrialData:
    """What was known of a trial on a day: who had given consent by then, and slots as they stood then."""
    known = cut(trial_data, today)
    is_later = is_day_before(pl.lit(today.isoformat()), pl.col("consent")).fill_null(True)
    people = known.frames["subjects"].filter(~is_later)["subject"].to_list()
    frames = {
        name: frame.filter(pl.col("subject").is_in(people) | pl.col("subject").is_null())
        if "subject" in frame.columns
        else frame
        for name, frame in known.frames.items()
    }
    dosed = frames["dosings"]["subject"].to_list()
    is_to_come = (pl.col("state") == "dosed") & pl.col("subject").is_in(dosed).not_()
    state = pl.when(is_to_come).then(pl.lit("assigned")).otherwise("state").alias("state")
    frames["slots"] = frames["slots"].with_columns(state)
    return TrialData(frames, today)


def _people(trial_data: TrialData, password: str) -> list[Person]:
    """Somebody in each role, those of a site at the first one; two data managers, since a version takes two people."""
    sites = sorted({each.centre for each in trial_data.records(Subject) if each.centre})
    site = sites[0] if sites else "*"
    of_roles = [
        Person(name, role.title, name, site if role.is_of_site else "*", password) for name, role in ROLES.items()
    ]
    return [*of_roles, Person("data_manager_2", "Second data manager", "data_manager", "*", password)]
