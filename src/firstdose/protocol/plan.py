"""The whole protocol: its sections, and where in the file each key stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from firstdose.protocol.analysis_plan import (
    AnalysisSet,
    Conventions,
    Endpoint,
    Estimand,
    EventOfSpecialInterest,
    NaturalHistory,
)
from firstdose.protocol.attribution import Attribution
from firstdose.protocol.escalation import DoseLevels, Escalation
from firstdose.protocol.meaning import Meaning, Text, part
from firstdose.protocol.metabolism import Metabolism
from firstdose.protocol.population import Population
from firstdose.protocol.problems import Place, Places, and_around
from firstdose.protocol.product import BackgroundTreatment, Product
from firstdose.protocol.schedule import Schedule
from firstdose.protocol.trial import Trial


@part
class Assumption:
    """A statement of this file that is inferred or general knowledge, not read in a source."""

    path: Annotated[Text, Meaning("Key of the statement; items of a list count from 1.", example="escalation.dlt")]
    why: Annotated[Text, Meaning("What it rests on.")]


@part
class ProtocolSections:
    """The top-level keys of a protocol file. Only `trial`, `dose_levels` and `escalation` are required."""

    trial: Annotated[Trial, Meaning("The trial's identity.")]
    product: Annotated[Product | None, Meaning("The cell product.")] = None
    dose_levels: Annotated[DoseLevels, Meaning("The doses that may be given.")]
    escalation: Annotated[Escalation, Meaning("The rule of dose escalation.")]
    population: Annotated[Population | None, Meaning("Who may take part.")] = None
    schedule: Annotated[Schedule | None, Meaning("The schedule of activities.")] = None
    background_treatments: Annotated[
        tuple[BackgroundTreatment, ...], Meaning("Drugs that participants take around the product.")
    ] = ()
    events_of_special_interest: Annotated[
        tuple[EventOfSpecialInterest, ...], Meaning("Kinds of adverse events that the trial looks for.")
    ] = ()
    analysis_sets: Annotated[tuple[AnalysisSet, ...], Meaning("Sets of participants that analyses are made in.")] = ()
    endpoints: Annotated[tuple[Endpoint, ...], Meaning("What is measured for each objective.")] = ()
    estimands: Annotated[tuple[Estimand, ...], Meaning("What exactly is estimated.")] = ()
    natural_history: Annotated[
        tuple[NaturalHistory, ...], Meaning("The course of the disease without the product, as a benchmark.")
    ] = ()
    attribution: Annotated[
        Attribution, Meaning("Whether findings are due to the product or to the drug around it: how that is asked.")
    ] = Attribution()
    metabolism: Annotated[Metabolism | None, Meaning("How metabolites are analysed.")] = None
    conventions: Annotated[Conventions, Meaning("Choices made once and printed with every figure.")] = Conventions()
    assumed: Annotated[
        tuple[Assumption, ...],
        Meaning("Statements of this file that are assumed rather than read in a source."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Protocol(ProtocolSections):
    """A protocol that was read, with the place of each of its keys."""

    places: Places = field(default_factory=Places, repr=False, compare=False)

    def place(self, key: str) -> Place:
        """File and line of a key such as `escalation.guards[1]`; of the key around it if it is not stated."""
        return self.places.place(key)

    def assumption(self, key: str) -> Assumption | None:
        """The assumption that covers a key or a section around it."""
        around = set(and_around(key))
        return next((assumption for assumption in self.assumed if assumption.path in around), None)
