"""The whole scenario: everything that is true in a virtual trial and does not stand in its protocol."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from firstdose.protocol.meaning import Identifier, Meaning, Text, part
from firstdose.protocol.problems import Places
from firstdose.simulation.virtual.parameters import Share, Spread
from firstdose.simulation.virtual.scenario_conduct import Attendance, Conduct, GivenProduct, People
from firstdose.simulation.virtual.scenario_laboratory import Laboratory, Metabolites
from firstdose.simulation.virtual.scenario_measures import Disability, Function, Imaging, Neurofilament
from firstdose.simulation.virtual.scenario_safety import AdverseEvents, Relapses, Toxicity, Treatments

NULL = "no effect of dose"


@part
class Links:
    """Which activities of the protocol yield which records; what a protocol does not have is not simulated.

    Activities with a measure need no link.
    """

    laboratory: Annotated[tuple[Identifier, ...], Meaning("Laboratory tests.", example=["laboratory"])] = ()
    vital_signs: Annotated[tuple[Identifier, ...], Meaning("Vital signs.", example=["examination"])] = ()
    troughs: Annotated[tuple[Identifier, ...], Meaning("Troughs of background treatments.", example=["trough"])] = ()
    images: Annotated[tuple[Identifier, ...], Meaning("MRI.", example=["mri"])] = ()
    samples: Annotated[tuple[Identifier, ...], Meaning("Samples for metabolites.", example=["csf"])] = ()
    eligibility: Annotated[tuple[Identifier, ...], Meaning("Criteria of eligibility.", example=["eligibility"])] = ()


@part
class Imperfections:
    """What goes wrong in the records, if it is asked for: each is listed in the truth."""

    applied: Annotated[bool, Meaning("Whether records are spoilt at all.")]
    late_visit: Annotated[Share, Meaning("Share of visits within 90 days before the cut not yet entered.")]
    wrong_unit: Annotated[Share, Meaning("Share of laboratory results recorded in another unit.")]
    swapped_dates: Annotated[Share, Meaning("Share of adverse events and drugs whose start and end are exchanged.")]
    duplicate_row: Annotated[Share, Meaning("Share of laboratory results that are entered twice.")]
    impossible_value: Annotated[Share, Meaning("Share of rows of several kinds with a value that cannot be.")]
    wrong_visit: Annotated[Share, Meaning("Share of assessments recorded under a visit that is not planned.")]
    month_for_day: Annotated[Share, Meaning("Share of dates of laboratory results whose month and day are exchanged.")]


@part
class ScenarioSections:
    """The top-level keys of a scenario file."""

    name: Annotated[Text, Meaning("What is true in this scenario, in a few words.")]
    description: Annotated[Text | None, Meaning("More about it.")] = None
    conduct: Annotated[Conduct, Meaning("How the trial is run.")]
    people: Annotated[People, Meaning("Who takes part.")]
    product: Annotated[GivenProduct, Meaning("What is given.")]
    attendance: Annotated[Attendance, Meaning("Visits, and early ends.")]
    toxicity: Annotated[Toxicity, Meaning("Dose-limiting toxicity.")]
    adverse_events: Annotated[AdverseEvents, Meaning("Other adverse events.")]
    treatments: Annotated[Treatments, Meaning("Treatments other than the product.")]
    relapses: Annotated[Relapses, Meaning("Relapses.")]
    disability: Annotated[Disability, Meaning("The course of the EDSS.")]
    function: Annotated[Function, Meaning("Other tests and scales.")]
    imaging: Annotated[Imaging, Meaning("MRI.")]
    neurofilament: Annotated[Neurofilament, Meaning("Neurofilament.")]
    laboratory: Annotated[Laboratory, Meaning("Laboratory values and vital signs.")]
    metabolites: Annotated[Metabolites, Meaning("Metabolites.")]
    activities: Annotated[Links, Meaning("Activities of the protocol and the records that they yield.")] = Links()
    imperfections: Annotated[Imperfections | None, Meaning("Errors in the records.")] = None


@dataclass(frozen=True, kw_only=True)
class Scenario(ScenarioSections):
    """A scenario that was read, with the place of each of its keys."""

    places: Places = field(default_factory=Places, repr=False, compare=False)

    def without_dose_effects(self) -> Scenario:
        """The same with nothing that depends on the dose: the null of every dose-response analysis."""
        changed = replace(
            self,
            name=f"{self.name}; {NULL}",
            toxicity=replace(
                self.toxicity,
                odds_ratio_per_doubling=_neutral(self.toxicity.odds_ratio_per_doubling),
                rates_by_level=None,
            ),
            adverse_events=replace(
                self.adverse_events,
                causes=tuple(
                    replace(each, ratio_per_doubling=_neutral(each.ratio_per_doubling))
                    for each in self.adverse_events.causes
                ),
            ),
            disability=replace(
                self.disability, hazard_ratio_per_doubling=_neutral(self.disability.hazard_ratio_per_doubling)
            ),
            neurofilament=replace(
                self.neurofilament, ratio_per_doubling=_neutral(self.neurofilament.ratio_per_doubling)
            ),
        )
        return replace(
            changed,
            function=_null_function(self.function),
            imaging=_null_imaging(self.imaging),
            laboratory=replace(
                self.laboratory,
                troughs=replace(
                    self.laboratory.troughs, ratio_per_doubling=_neutral(self.laboratory.troughs.ratio_per_doubling)
                ),
            ),
            metabolites=replace(
                self.metabolites,
                classes=tuple(
                    replace(each, slope_per_doubling=Spread(mean=0.0, sd=0.0, source=NULL))
                    for each in self.metabolites.classes
                ),
            ),
        )

    def with_imperfections(self) -> Scenario:
        """The same with the errors in the records that the file describes; ValueError if it describes none."""
        if self.imperfections is None:
            raise ValueError("the scenario has no section `imperfections`")
        return replace(self, imperfections=replace(self.imperfections, applied=True))


def _neutral(parameter: Any) -> Any:
    """A ratio of 1."""
    return replace(parameter, value=1.0, source=NULL)


def _null_function(function: Function) -> Function:
    """Tests that know nothing of the dose."""
    walk, peg = function.timed_walk, function.nine_hole_peg
    return replace(
        function,
        timed_walk=replace(walk, ratio_per_doubling=_neutral(walk.ratio_per_doubling)),
        nine_hole_peg=replace(peg, ratio_per_doubling=_neutral(peg.ratio_per_doubling)),
    )


def _null_imaging(imaging: Imaging) -> Imaging:
    """Scans that know nothing of the dose."""
    volume, lesions = imaging.brain_volume, imaging.lesions
    return replace(
        imaging,
        brain_volume=replace(volume, slope_per_doubling=replace(volume.slope_per_doubling, value=0.0, source=NULL)),
        lesions=replace(lesions, ratio_per_doubling=_neutral(lesions.ratio_per_doubling)),
    )
