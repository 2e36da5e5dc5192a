"""Who may do what: one table, for the pages and for everything that writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firstdose.records import RECORDS

Deed = Literal[
    "see_data",
    "see_names",
    "enter_data",
    "release_batches",
    "hold_slots",
    "record_dosing",
    "adjudicate",
    "ask_queries",
    "answer_queries",
    "check_sources",
    "code_terms",
    "sign_data",
    "sign_eligibility",
    "take_decisions",
    "prepare_decisions",
    "lock_data",
    "export_data",
    "see_pack",
    "see_audit",
    "see_people",
    "manage_people",
    "manage_versions",
]

DEEDS: dict[Deed, str] = {
    "see_data": "see the data of participants",
    "see_names": "see what identifies a participant directly",
    "enter_data": "enter and change data",
    "release_batches": "enter and release batches of cells",
    "hold_slots": "reserve and release slots",
    "record_dosing": "record that cells were given",
    "adjudicate": "judge whether an event is dose-limiting",
    "ask_queries": "ask and close queries",
    "answer_queries": "answer queries",
    "check_sources": "compare records with their source",
    "code_terms": "code terms against a dictionary",
    "sign_data": "sign data",
    "sign_eligibility": "confirm and sign eligibility",
    "take_decisions": "take and sign decisions on the dose",
    "prepare_decisions": "open cohorts and prepare decisions on the dose",
    "lock_data": "ask for a lock of the data, or confirm another's",
    "export_data": "export data",
    "see_pack": "see the safety committee's pack",
    "see_audit": "see the history of every entry",
    "see_people": "see who had which role, and when",
    "manage_people": "give and take roles",
    "manage_versions": "load and approve versions of the protocol",
}


@dataclass(frozen=True)
class Role:
    """A role: its title, and what it may do. One that is of a site sees only the participants of that site."""

    title: str
    may: frozenset[Deed]
    is_of_site: bool = True


def _role(title: str, *deeds: Deed, is_of_site: bool = True) -> Role:
    return Role(title, frozenset(deeds), is_of_site)


ROLES: dict[str, Role] = {
    "investigator": _role(
        "Investigator",
        "see_data",
        "see_names",
        "enter_data",
        "hold_slots",
        "record_dosing",
        "answer_queries",
        "sign_data",
        "sign_eligibility",
        "export_data",
        "see_audit",
    ),
    "coordinator": _role(
        "Study nurse or coordinator",
        "see_data",
        "see_names",
        "enter_data",
        "hold_slots",
        "record_dosing",
        "answer_queries",
        "see_audit",
    ),
    "pharmacist": _role("Pharmacist or cell laboratory", "see_data", "release_batches", "see_audit"),
    "monitor": _role("Monitor", "see_data", "see_names", "ask_queries", "check_sources", "see_audit"),
    "data_manager": _role(
        "Data manager",
        "see_data",
        "ask_queries",
        "code_terms",
        "lock_data",
        "export_data",
        "see_audit",
        "manage_versions",
        is_of_site=False,
    ),
    "statistician": _role(
        "Statistician",
        "see_data",
        "see_pack",
        "prepare_decisions",
        "lock_data",
        "export_data",
        "see_audit",
        is_of_site=False,
    ),
    "committee_member": _role(
        "Member of the safety committee", "see_pack", "adjudicate", "take_decisions", is_of_site=False
    ),
    "administrator": _role("Administrator", "see_people", "manage_people", "see_audit", is_of_site=False),
    "inspector": _role("Inspector", "see_data", "see_pack", "see_people", "see_audit", "export_data", is_of_site=False),
}
"""The administrator has no part in the data; who holds several roles acts in one of them at a time."""

ENTERED_BY: dict[str, Deed] = {
    **dict.fromkeys(RECORDS, "enter_data"),
    "batches": "release_batches",
    "batch_tests": "release_batches",
    "cohorts": "prepare_decisions",
    "slots": "hold_slots",
    "dosings": "record_dosing",
    "dlt_adjudications": "adjudicate",
    "dose_decisions": "take_decisions",
    "queries": "answer_queries",
    "source_checks": "check_sources",
    "signatures": "sign_data",
    "role_grants": "manage_people",
    "protocol_versions": "manage_versions",
    "data_locks": "lock_data",
    "waiting_places": "hold_slots",
    "prepared_decisions": "prepare_decisions",
    "judged_events": "adjudicate",
    "safety_reports": "enter_data",
    "codings": "code_terms",
    "held_events": "enter_data",
    "confirmed_without": "sign_eligibility",
    "opened_by_calendar": "prepare_decisions",
}
"""What one must be allowed to do to write a kind of record; it names every kind."""

SYSTEM = "system"
"""The role of what the program itself appends, such as a failed sign-in."""


def may(role: str, deed: Deed) -> bool:
    """Whether a role may do something; an unknown role may do nothing."""
    return role in ROLES and deed in ROLES[role].may
