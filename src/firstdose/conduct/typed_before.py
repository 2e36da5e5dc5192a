"""A dosing that is said to have started before it was prepared: a slip, or paper first and the entry later.

Nothing is wrong with the second, so that it is no departure; which of the two it is, only people know.
"""

from __future__ import annotations

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.participants import zone_of
from firstdose.dosing.known import Span, last_meant
from firstdose.records import Dosing
from firstdose.records.date_words import instant_words, recorded_words


def before_its_preparation(work: Work, actual: Dosing, start: Span, stored: StoredRecord | None) -> str:
    """What is asked about a dosing that surely started before it was prepared; empty where there is nothing to ask.

    ``stored`` is the record of the preparation, None where it was not prepared.
    """
    started = actual.procedure_start or actual.product_start
    latest = last_meant(started, start)
    if stored is None or started is None or latest is None or start.first is None:
        return ""
    prepared, zone = work.history(stored.record_type, stored.record)[0].instant, zone_of(work)
    if latest >= prepared:
        return ""
    said = instant_words(start.first, zone) if started.minute is not None else recorded_words(started)
    return (
        f"the dosing of {actual.subject} is said to have started before it was prepared here: {said}, prepared "
        f"{instant_words(prepared, zone)}. Correct the time; or, if it is right, say why it was prepared only "
        "afterwards, such as that it was written on paper first. It is then recorded, and is no departure"
    )
