"""A site to try: the reference protocol, a virtual trial entered as it happened, and an account for each role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.retelling import retell
from firstdose.conduct.roles import ROLES, SYSTEM
from firstdose.protocol import read_protocol
from firstdose.records import Subject, TrialData
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
from firstdose.web.configuration import Configuration
from firstdose.web.starting import Person, add_people, make_ledger

Step = Callable[[int, int], None]
BEFORE_THE_FIRST_RECORD = datetime(2000, 1, 1, tzinfo=UTC)


def start(configuration: Configuration, example: str, seed: int, password: str, told: Step) -> list[Person]:
    """Make the ledger, tell the virtual trial into it and make the accounts; these are returned."""
    with as_file(files("firstdose") / "examples") as examples:
        protocol_file = examples / example / "protocol.yaml"
        trial_data = _virtual(protocol_file, seed)
        told(1, 4)
        ledger = make_ledger(configuration, protocol_file.read_text("utf-8"), BEFORE_THE_FIRST_RECORD)
    told(2, 4)
    version = ledger.records("protocol_versions")[0].record
    retell(ledger, Author("firstdose", SYSTEM, zone=configuration.zone), trial_data, version)
    told(3, 4)
    people = _people(trial_data, password)
    latest = datetime.combine(trial_data.as_of or datetime.now(UTC).date(), datetime.min.time(), UTC)
    add_people(Ledger(ledger.database, ledger.key, lambda: latest + timedelta(days=1)), people)
    told(4, 4)
    return people


def _virtual(protocol_file: Path, seed: int) -> TrialData:
    """The records of a virtual trial."""
    protocol = read_protocol(protocol_file)
    scenario = read_scenario(protocol_file.with_name("scenario.yaml"))
    return next(iter(virtual_trials(protocol, scenario, seed=seed, numbers=[0]))).trial_data


def _people(trial_data: TrialData, password: str) -> list[Person]:
    """Somebody in each role; those of a site are at the first one."""
    sites = sorted({each.centre for each in trial_data.records(Subject) if each.centre})
    site = sites[0] if sites else "*"
    return [Person(name, role.title, name, site if role.is_of_site else "*", password) for name, role in ROLES.items()]
