"""Decisions of the reference trial at several dates, and the tables of their packs."""

import re
from datetime import date, datetime
from functools import cache

from firstdose.analysis import derive
from firstdose.records import TrialData, cut
from firstdose.records.results import Provenance
from firstdose.report.committee.figures import pack_results
from firstdose.report.committee.pack import Decision
from firstdose.report.documents.blocks import Document, Table
from tests.report.reference_trial import protocol, records

NAMES = "January February March April May June July August September October November December"
MONTHS = re.findall("[A-Z][a-z]+", NAMES)
DATES = {
    "before anybody": date(2018, 3, 1),
    "one dosed, its window open": date(2018, 5, 2),
    "a DLT and an open window": date(2019, 2, 20),
    "the middle": date(2019, 8, 15),
    "after the last": date(2021, 11, 20),
}


@cache
def decision_at(day: date) -> Decision:
    return decision_of(cut(records(), day))


def decision_of(trial_data: TrialData, moment: datetime | None = None) -> Decision:
    data = derive(protocol(), trial_data, moment)
    origin = Provenance(protocol().trial.id, "0" * 64, trial_data.content_hash, trial_data.as_of, 1, "0")
    return Decision.of(protocol(), data, pack_results(protocol(), data, seed=1, provenance=origin), moment)


def tables(document: Document) -> dict[str, Table]:
    return {
        block.caption: block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Table)
    }


def table_of(document: Document, start: str) -> Table:
    return next(table for caption, table in tables(document).items() if caption.startswith(start))
