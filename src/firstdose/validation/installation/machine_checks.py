"""What the machine itself must offer: the program as it was installed, a clock that goes on, the data of time zones."""

from __future__ import annotations

import base64
import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstdose.validation.installation.check import Check, Departure, NotChecked, counted, expect

PART = "The machine"
PROGRAM = "firstdose"
CHANGES = (
    ("Europe/Rome", "2026-03-29T01:00", 60, 120),
    ("America/New_York", "2026-11-01T06:00", -240, -300),
    ("Australia/Sydney", "2026-04-04T16:00", 660, 600),
    ("Asia/Kolkata", "2026-06-01T00:00", 330, 330),
)
"""Zone, an instant in UTC, and the minutes from UTC before and from then on, by the laws of these countries."""
WATCHED_SECONDS = 0.2
TOLERATED_SECONDS = 0.1
TRIES = 3
FIRST_RELEASE = datetime(2026, 1, 1, tzinfo=UTC)

Clock = Callable[[], datetime]


def checks(clock: Clock) -> tuple[Check, ...]:
    """The checks of the machine."""
    return (
        Check(
            "program_files",
            PART,
            "EU Annex 11, 21 CFR 11.10(a): what runs is what was installed",
            "The SHA-256 of every file of the program is compared with the list that the installation left",
            "All files are there, and equal",
            program_files,
        ),
        Check(
            "time_zones",
            PART,
            "ICH E6(R3) Annex 1, 4: times are unambiguous, with their zone",
            f"The offsets of {len(CHANGES)} zones are asked for, a second before and at a change of clocks",
            "They are those that are known",
            time_zones,
        ),
        Check(
            "clock",
            PART,
            "21 CFR 11.10(e): entries bear the time at which they were made",
            "The clock is watched beside the one that counts the seconds since the start of the machine",
            "It has not been set back behind the program's release, and both go on alike",
            partial(clock_goes_on, clock),
        ),
    )


def program_files() -> str:
    """Compare the installed files with their list."""
    found = distribution(PROGRAM)
    listed = [each for each in found.files or () if each.hash is not None and each.hash.mode == "sha256"]
    own = [each for each in listed if each.parts[0] == PROGRAM]
    if not own:
        raise NotChecked(
            f"the program runs from a folder of sources ({_place_of(found)}), of which no list of files was left"
        )
    different = []
    for each in own:
        try:
            content = Path(str(each.locate())).read_bytes()
        except OSError:
            different.append(f"{each} (missing)")
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if each.hash is not None and digest != each.hash.value:
            different.append(str(each))
    expect(not different, f"other than installed: {', '.join(different[:5])}")
    return f"{counted(len(own), 'file')} equal"


def _place_of(found: Distribution) -> str:
    return str(sys.modules[PROGRAM].__path__[0]) if PROGRAM in sys.modules else found.name


def time_zones() -> str:
    """Ask for the offsets around changes of clocks."""
    for name, text, before, after in CHANGES:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError):
            raise Departure(
                f"nothing is known of {name}: install the package tzdata of Python or of the system"
            ) from None
        offsets = [_minutes(each, zone) for each in (moment - timedelta(seconds=1), moment)]
        expect(offsets == [before, after], f"{name}: {offsets} minutes from UTC, expected {[before, after]}")
    return f"{', '.join(name for name, *_ in CHANGES)}: as known"


def _minutes(moment: datetime, zone: ZoneInfo) -> float:
    offset = moment.astimezone(zone).utcoffset()
    return offset.total_seconds() / 60 if offset is not None else float("nan")


def clock_goes_on(clock: Clock) -> str:
    """Watch the clock for a moment; again if something else held the program up meanwhile."""
    for _ in range(TRIES):
        began, first = time.monotonic(), clock()
        time.sleep(WATCHED_SECONDS)
        ended, last = time.monotonic(), clock()
        expect(first >= FIRST_RELEASE, f"the clock says {first:%Y-%m-%d %H:%M} UTC, before the program was there")
        apart = abs((last - first).total_seconds() - (ended - began))
        if apart < TOLERATED_SECONDS:
            return f"{last.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC; over {ended - began:.1f} s {apart:.3f} s apart"
    raise Departure(f"in {ended - began:.2f} seconds the clock went on by {last - first}")
