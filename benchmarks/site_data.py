"""The site that is measured: `python -m benchmarks.site_data FOLDER` makes it, about 100 people and 58,000 entries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from firstdose.conduct.ledger import Author
from firstdose.conduct.retelling import retell
from firstdose.protocol import read_protocol
from firstdose.records import TrialData
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials

TRIALS = 5
SEED = 1
EXAMPLE = Path(__file__).parents[1] / "examples" / "nsc-spms"
OF_THE_TRIAL = ("batches", "batch_tests", "dose_decisions", "cohorts", "slots")
"""Records that are taken from the first virtual trial alone; those of the others are of more participants."""
PASSWORD = "measured at work"
ACCOUNTS = 10
SITES = ("01", "02", "03")


def make_site(folder: Path) -> None:
    """Tell several virtual trials into one ledger, their participants renamed, and make the accounts."""
    from firstdose.web import starting

    configuration = starting.prepare(folder)
    starting.make_tables()
    text = (EXAMPLE / "protocol.yaml").read_text("utf-8")
    ledger = starting.make_ledger(configuration, text, datetime(2000, 1, 1, tzinfo=UTC))
    protocol, scenario = read_protocol(EXAMPLE / "protocol.yaml"), read_scenario(EXAMPLE / "scenario.yaml")
    for number, trial in enumerate(virtual_trials(protocol, scenario, seed=SEED, numbers=range(TRIALS))):
        retell(ledger, Author("measured", "system"), TrialData(dict(renamed(trial.trial_data, number))))
    people = [
        starting.Person(f"nurse{number}", f"Nurse {number}", "coordinator", SITES[number % len(SITES)], PASSWORD)
        for number in range(ACCOUNTS)
    ]
    starting.add_people(ledger, people)


def renamed(trial_data: TrialData, number: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """The frames of a virtual trial with names of its own for participants and samples."""
    for name, frame in trial_data.frames.items():
        if number and name in OF_THE_TRIAL:
            continue
        keys = [
            key for key in ("subject", "sample") if key in frame.columns and (key == "subject" or name == "samples")
        ]
        yield name, frame.with_columns((pl.lit(f"T{number}-") + pl.col(key)).alias(key) for key in keys)


if __name__ == "__main__":
    make_site(Path(sys.argv[1]))
