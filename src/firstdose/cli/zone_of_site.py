"""The time zone in which a site counts its days: that in which it was begun, kept in its folder."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from firstdose.cli.clock import instant
from firstdose.cli.inputs import InputError
from firstdose.dosing.known import zone_named
from firstdose.protocol.problems import printable
from firstdose.web import starting
from firstdose.web.configuration import DEFAULT_ZONE, ZONE_FILE, Configuration, keep_zone, kept_zone

DEMO_ZONE = "Europe/Rome"
"""Where the first site of the virtual trial is."""


def zone_to_keep(demo: bool, folder: Path, owner: str | None = None) -> str | None:
    """Say whose days are counted; the zone for `keep`, None if the folder of the site keeps it already.

    A site counts in the zone that it was begun in. Where the environment names another one, the start is refused once
    a dosing is recorded: windows and intervals would move unseen. The demonstration is where its trial is: its records
    name their zone, and two on one page would mislead. Raises InputError, and LedgerError for a file that is no zone's.
    """
    given, kept = os.environ.get("FIRSTDOSE_ZONE"), kept_zone(folder)
    if given is not None and zone_named(given) is None:
        raise InputError(
            f"FIRSTDOSE_ZONE: {printable(given)!r} is no time zone; write it as in FIRSTDOSE_ZONE=Europe/Rome"
        )
    if given is not None and kept is not None and given != kept:
        _refuse_if_dosed(given, kept, folder, owner)
    if given is None and kept is None and not demo:
        typer.echo(
            "FIRSTDOSE_ZONE is not set: the site keeps its days and times in UTC. Set it for a site elsewhere, as"
        )
        typer.echo("in FIRSTDOSE_ZONE=Europe/Rome: intervals and windows are counted in the days of the site.")
        return DEFAULT_ZONE
    zone = given or kept or DEMO_ZONE
    os.environ["FIRSTDOSE_ZONE"] = zone
    typer.echo(f"The site keeps its days and times in {zone}.")
    return None if zone == kept else zone


def _refuse_if_dosed(given: str, kept: str, folder: Path, owner: str | None) -> None:
    """InputError for another zone than the kept one where a dosing is recorded."""
    database = {} if owner is None else {"DATABASE_URL": owner}
    if _has_dosings(Configuration.of({**os.environ, "FIRSTDOSE_FOLDER": str(folder), **database})):
        raise InputError(
            f"FIRSTDOSE_ZONE is {printable(given)}, but this site counts its days in {printable(kept)} since it was "
            f"begun ({printable(str(folder / ZONE_FILE))}). Another zone moves DLT windows and intervals of people who "
            f"were dosed already. Leave the variable out, or set it to {printable(kept)}. To change the zone after "
            "all, tell everybody whom it concerns and write the new name into that file"
        )


def keep(configuration: Configuration, zone: str) -> None:
    """Keep the zone of a site that has its ledger, and tell it.

    One that nobody has named is kept only while no dosing is recorded: an older site may be elsewhere. Where the folder
    keeps no zone and cannot be written, the site goes on with the zone that it was given; an old zone is never left in
    a file while the site counts in another one. Raises OSError.
    """
    is_named, before = "FIRSTDOSE_ZONE" in os.environ, kept_zone(configuration.folder)
    file = printable(str(configuration.folder / ZONE_FILE))
    if not is_named and _has_dosings(configuration):
        return
    try:
        keep_zone(configuration.folder, zone)
    except OSError as problem:
        if before is not None:
            raise
        typer.echo(
            f"Warning: {file}: the zone cannot be kept there ({problem.strerror}). The site goes on in {zone}; start "
            f"it with FIRSTDOSE_ZONE={zone} each time, or let the account of the site write there",
            err=True,
        )
        return
    if before is not None:
        typer.echo(f"No dosing is recorded yet, so the zone may still change: {file} now says {zone}, not {before}.")
    elif not is_named:
        typer.echo(f"{zone} is now kept in {file}, for later starts too. Until the first dosing is recorded, a start")
        typer.echo("with FIRSTDOSE_ZONE changes it; after that, such a start is refused.")


def _has_dosings(configuration: Configuration) -> bool:
    """Whether a dosing is recorded, if only one that was removed; not where there is no ledger yet."""
    if not starting.has_ledger(configuration):
        return False
    ledger = starting.open_ledger(configuration, instant)
    try:
        return bool(ledger.records("dosings"))
    finally:
        ledger.close()
