"""Every address of the site, with what one must be allowed to do: the one table. A page not in it does not exist."""

from __future__ import annotations

from firstdose.web.guarding import Route
from firstdose.web.pages import (
    adjudications,
    audit,
    decisions,
    doses,
    eligibility,
    home,
    participants,
    people,
    record_forms,
    roles,
    trial_records,
)

ROUTES: tuple[Route, ...] = (
    Route("", "home", home.home),
    Route("role/", "role", roles.choose, send=()),
    Route("ledger/", "ledger", audit.audit, see=("see_audit",)),
    Route("doses/", "doses", doses.doses, see=("see_data",), send=("prepare_decisions",)),
    Route(
        "doses/<str:subject>/",
        "dose",
        doses.one,
        see=("see_data",),
        send=("hold_slots", "record_dosing"),
    ),
    Route("decisions/", "decisions", decisions.decisions, see=("see_pack",), send=("prepare_decisions",)),
    Route("decisions/<int:preparation>/", "decision", decisions.one, see=("see_pack",), send=("take_decisions",)),
    Route("verdicts/", "adjudications", adjudications.adjudications, see=("see_pack",), send=("adjudicate",)),
    Route("people/", "people", people.people, see=("manage_people",), send=("manage_people",)),
    Route("trial/<str:record_type>/", "trial_records", trial_records.listing, see=("see_data",)),
    Route(
        "trial/<str:record_type>/new/",
        "new_trial_record",
        trial_records.new,
        see=("see_data",),
        send=("release_batches",),
    ),
    Route(
        "trial/<str:record_type>/<path:record>/",
        "trial_record",
        trial_records.one,
        see=("see_data",),
        send=("release_batches",),
    ),
    Route("participants/", "participants", participants.listing, see=("see_data",)),
    Route("participants/new/", "new_participant", participants.new, see=("see_data",), send=("enter_data",)),
    Route("participants/<str:subject>/", "participant", participants.one, see=("see_data",)),
    Route(
        "participants/<str:subject>/eligibility/",
        "eligibility",
        eligibility.eligibility,
        see=("see_data",),
        send=("enter_data", "sign_eligibility"),
    ),
    Route(
        "participants/<str:subject>/<str:record_type>/",
        "records",
        record_forms.records_of_subject,
        see=("see_data",),
    ),
    Route(
        "participants/<str:subject>/<str:record_type>/new/",
        "new_record",
        record_forms.new,
        see=("see_data",),
        send=("enter_data", "record_dosing"),
    ),
    Route(
        "participants/<str:subject>/<str:record_type>/check/",
        "check_record",
        record_forms.check,
        see=("see_data",),
        send=("enter_data", "record_dosing"),
    ),
    Route(
        "participants/<str:subject>/<str:record_type>/<path:record>/history/",
        "history",
        record_forms.history,
        see=("see_audit",),
    ),
    Route(
        "participants/<str:subject>/<str:record_type>/<path:record>/",
        "record",
        record_forms.one,
        see=("see_data",),
        send=("enter_data", "record_dosing"),
    ),
)
