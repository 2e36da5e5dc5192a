"""Reads a settings file, as strictly as a protocol file and with the same kind of problems."""

from __future__ import annotations

from os import PathLike, fspath

from firstdose.protocol.companion import at_places, read_companion, text_of_companion
from firstdose.simulation.next_trial.checks import check_settings
from firstdose.simulation.next_trial.settings import NextTrialSections, NextTrialSettings

WHAT = "settings"


def read_next_trial(path: str | PathLike[str]) -> NextTrialSettings:
    """Read a settings file; ProblemsFound holds every problem if there is any."""
    return next_trial_of(text_of_companion(path, WHAT), fspath(path))


def next_trial_of(text: str, file: str = WHAT) -> NextTrialSettings:
    """The settings that the text of a file states; `file` is the name that problems are reported under."""
    read = read_companion(text, file, WHAT, NextTrialSections, at_places(check_settings))
    return NextTrialSettings(**read.values, places=read.places)
