"""Where what the protocol asks for before a dosing, and is not recorded yet, is recorded."""

from __future__ import annotations

from django.urls import reverse

from firstdose.conduct.criteria import protocol_followed_by
from firstdose.conduct.criterion_names import AGE, EDSS, EDSS_CHANGE, HISTORY, SUBJECTS
from firstdose.conduct.criterion_values import BEFORE, value_in
from firstdose.conduct.identity import name_of
from firstdose.conduct.not_recorded import NotRecorded
from firstdose.protocol.schedule import Schedule
from firstdose.records import RECORDS, columns_of
from firstdose.web.acting import TrialRequest

FIELDS = {AGE: "birth", EDSS_CHANGE: BEFORE}
"""The field of a form that a computed value rests on, where it is not the one of its name."""
STEP = "edss"
"""The measure that the EDSS is a step of."""


def with_addresses(
    request: TrialRequest, subject: str, missing: tuple[NotRecorded, ...]
) -> list[tuple[NotRecorded, str | None]]:
    """Each thing that is not recorded with the form that asks for it; None where the role has none for it."""
    ledger = request.trial.ledger
    schedule = protocol_followed_by(ledger, subject, request.trial.protocol).schedule
    return [(each, _address(request, subject, each, schedule)) for each in missing]


def _address(request: TrialRequest, subject: str, missing: NotRecorded, schedule: Schedule | None) -> str | None:
    """The form that asks for one thing."""
    kind, _, name = missing.key.partition(" ")
    if kind == "visit":
        return reverse("visit", kwargs={"subject": subject, "visit": name})
    if kind == "measure":
        return _of_measure(subject, name, schedule)
    history = request.trial.ledger.record(HISTORY, name_of(HISTORY, subject))
    if name == EDSS or (name == EDSS_CHANGE and value_in(history, BEFORE) is not None):
        return _of_measure(subject, STEP, schedule)
    return _of_field(request, subject, FIELDS.get(name, name))


def _of_measure(subject: str, measure: str, schedule: Schedule | None) -> str | None:
    """The form of a measure at the last visit before the dosing that asks for it."""
    if schedule is None:
        return None
    activities = {each.id for each in schedule.activities if each.measure == measure}
    plans = [each for each in schedule.visits if each.day < 0 and activities & set(each.activities)]
    if not plans:
        return None
    last = max(plans, key=lambda each: each.day)
    return reverse("measure", kwargs={"subject": subject, "visit": last.id, "measure": measure})


def _of_field(request: TrialRequest, subject: str, field: str) -> str | None:
    """The form of the person, or of the history of the disease, at a field of it."""
    kind = next((each for each in (SUBJECTS, HISTORY) if field in columns_of(RECORDS[each])), None)
    if kind is None:
        return None
    stored = request.trial.ledger.record(kind, name_of(kind, subject))
    parts = {"subject": subject, "record_type": kind}
    if stored.exists:
        return reverse("record", kwargs={**parts, "record": stored.record}) + f"#field-{field}"
    return reverse("new_record", kwargs=parts) + f"#field-{field}" if request.acting.may("enter_data") else None
