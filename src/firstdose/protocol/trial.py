"""The trial itself: its identity, sponsor, version, centres and sources."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, Text, part

Phase = Literal["1", "1a", "1b", "1/2", "2"]


@part
class Registration:
    """One entry of the trial in a public register."""

    registry: Annotated[Text, Meaning("Name of the register.", example="ClinicalTrials.gov")]
    id: Annotated[Identifier, Meaning("Number of the trial in that register.", example="NCT03282760")]


@part
class Centre:
    """One hospital that takes part."""

    id: Annotated[Identifier, Meaning("Short identifier of the centre.", example="01")]
    name: Annotated[Text, Meaning("Name of the hospital.")]
    country: Annotated[Text | None, Meaning("Country.", example="Italy")] = None


@part
class Trial:
    """What the title page says."""

    id: Annotated[Identifier, Meaning("Sponsor's protocol identifier.", example="EXAMPLE-1")]
    title: Annotated[Text, Meaning("Full title.")]
    short_title: Annotated[Text | None, Meaning("Short title.")] = None
    acronym: Annotated[Text | None, Meaning("Acronym.")] = None
    phase: Annotated[Phase | None, Meaning("Trial phase, in quotes.", example="1")] = None
    condition: Annotated[Text | None, Meaning("Disease or condition studied.")] = None
    sponsor: Annotated[Text | None, Meaning("Sponsor's name.")] = None
    registrations: Annotated[tuple[Registration, ...], Meaning("Entries in public registers.")] = ()
    version: Annotated[Text | None, Meaning("Version of the protocol, in quotes.", example="1.0")] = None
    version_date: Annotated[date | None, Meaning("Date of this version.", example="2026-01-31")] = None
    amendment: Annotated[Text | None, Meaning("Identifier of the amendment, none for the original protocol.")] = None
    centres: Annotated[tuple[Centre, ...], Meaning("Hospitals that take part.")] = ()
    countries: Annotated[tuple[Text, ...], Meaning("Countries of the trial.", example=["Italy", "Switzerland"])] = ()
    planned_centres: Annotated[int | None, Meaning("Number of centres planned.", lowest=1)] = None
    planned_participants: Annotated[
        tuple[int, int] | None, Meaning("Fewest and most participants planned.", example=[15, 24])
    ] = None
    planned_accrual_months: Annotated[float | None, Meaning("Time planned for accrual.", unit="months", above=0)] = None
    references: Annotated[tuple[Text, ...], Meaning("Publications and deposits that belong to the trial.")] = ()
