"""The time zone in which a site counts its days: that in which it was begun, kept in its folder."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from firstdose.cli.inputs import InputError
from firstdose.dosing.known import zone_named
from firstdose.protocol.problems import printable
from firstdose.web import starting
from firstdose.web.configuration import ZONE_FILE, Configuration, kept_zone

DEMO_ZONE = "Europe/Rome"
"""Where the first site of the virtual trial is."""


def zone_to_keep(demo: bool, folder: Path) -> str | None:
    """Say whose days are counted; the zone that is to be kept in the folder of the site, if it is not yet.

    A site counts in the zone that it was begun in. Where the environment names another one, the start is refused:
    windows and intervals would move unseen. The demonstration is where its trial is: its records name their zone, and
    two on one page would mislead. Raises InputError.
    """
    given, kept, file = os.environ.get("FIRSTDOSE_ZONE"), kept_zone(folder), printable(str(folder / ZONE_FILE))
    for name, where in ((given, "FIRSTDOSE_ZONE"), (kept, file)):
        _refuse_unknown_zone(name, where)
    if given is not None and kept is not None and given != kept:
        raise InputError(
            f"FIRSTDOSE_ZONE is {printable(given)}, but this site counts its days in {printable(kept)} since it was "
            f"begun ({file}). Another zone moves DLT windows and intervals of people who were dosed already. Leave the "
            f"variable out, or set it to {printable(kept)}. To change the zone after all, tell everybody whom it "
            "concerns and write the new name into that file"
        )
    if given is None and kept is None and not demo:
        typer.echo(
            "FIRSTDOSE_ZONE is not set: the site keeps its days and times in UTC. Set it for a site elsewhere, as"
        )
        typer.echo("in FIRSTDOSE_ZONE=Europe/Rome: intervals and windows are counted in the days of the site.")
        return None if _is_begun(folder) else "UTC"
    zone = given or kept or DEMO_ZONE
    os.environ["FIRSTDOSE_ZONE"] = zone
    typer.echo(f"The site keeps its days and times in {zone}.")
    return None if kept else zone


def _refuse_unknown_zone(name: str | None, where: str) -> None:
    """InputError for a zone that there is not."""
    if name is not None and zone_named(name) is None:
        raise InputError(f"{where}: {printable(name)!r} is no time zone; write it as in FIRSTDOSE_ZONE=Europe/Rome")


def _is_begun(folder: Path) -> bool:
    """Whether anything of the site was made already."""
    return starting.is_begun(Configuration.of({**os.environ, "FIRSTDOSE_FOLDER": str(folder)}))
