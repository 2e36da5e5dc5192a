"""Dosings that are prepared beside each other though days must lie between two participants."""

from __future__ import annotations

from datetime import date, timedelta

from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol


def prepared_beside(protocol: Protocol, records: Records, subject: str, today: date) -> str:
    """Why somebody's dosing is not prepared, or given, now: another's is prepared too; empty where none is.

    What is prepared may be given any moment, and the interval counts from the day on which it is.
    """
    apart = protocol.escalation.interval_between_participants_days
    others = [each for each in records.dosings if each != subject and records.planned(each)]
    if not apart or not others:
        return ""
    days = "1 day" if apart == 1 else f"{apart} days"
    earliest = today + timedelta(days=apart)
    who = ", ".join(others)
    return (
        f"a dosing of {who} is prepared and not recorded yet, and {days} must lie between two participants: "
        f"if it is given today, {subject} can be dosed from {earliest:%Y-%m-%d} at the earliest; "
        "record it or cancel it first"
    )
