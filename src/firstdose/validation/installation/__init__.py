"""Checks of an installation, each made for real on the user's machine: ledger, dosing, and what they stand on.

Ledgers and trials are made up for the checks, in databases of their own, through the same functions as in a trial.
"""

from __future__ import annotations

from firstdose.validation.installation.check import Check, Departure, Finding, NotChecked, expect
from firstdose.validation.installation.examining import Installation, examine

__all__ = ["Check", "Departure", "Finding", "Installation", "NotChecked", "examine", "expect"]
