"""The parts of a scenario on laboratory values, troughs, vital signs and metabolites."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, Text, part
from firstdose.simulation.virtual.parameters import Amount, Count, Number, Positive, Share, Source, Spread

Fluid = Literal["cerebrospinal_fluid", "serum", "plasma"]


@part
class LaboratoryTest:
    """One laboratory test: its normal range, its values without treatment, and the effect of background treatment."""

    test: Annotated[Identifier, Meaning("Code of the test.", example="CREAT")]
    name: Annotated[Text, Meaning("Name of the test.", example="Creatinine")]
    category: Annotated[Text, Meaning("Category.", example="chemistry")]
    specimen: Annotated[Text, Meaning("Specimen.", example="serum")]
    unit: Annotated[Text, Meaning("Unit.", example="umol/L")]
    low: Annotated[float | None, Meaning("Lower limit of the normal range.")] = None
    high: Annotated[float | None, Meaning("Upper limit of the normal range.")] = None
    geometric_mean: Annotated[float, Meaning("Geometric mean without treatment.", above=0)]
    between_people: Annotated[float, Meaning("Standard deviation of the logarithm between people.", lowest=0)]
    within_people: Annotated[float, Meaning("The same between the visits of a person.", lowest=0)]
    ratio_on_treatment: Annotated[
        float, Meaning("Ratio of the values while background treatment is taken; 1 for no effect.", above=0)
    ] = 1.0
    decimals: Annotated[int, Meaning("Decimals that are reported.", lowest=0, highest=6)]
    source: Source


@part
class VitalSignTest:
    """One vital sign."""

    test: Annotated[Identifier, Meaning("Code of the test.", example="SYSBP")]
    name: Annotated[Text, Meaning("Name of the test.", example="Systolic Blood Pressure")]
    unit: Annotated[Text, Meaning("Unit.", example="mmHg")]
    mean: Annotated[float, Meaning("Mean.")]
    between_people: Annotated[float, Meaning("Standard deviation between people.", lowest=0)]
    within_people: Annotated[float, Meaning("Standard deviation between the visits of a person.", lowest=0)]
    added_on_treatment: Annotated[float, Meaning("What is added while background treatment is taken.")] = 0.0
    decimals: Annotated[int, Meaning("Decimals that are reported.", lowest=0, highest=6)]
    source: Source


@part
class Troughs:
    """Trough concentrations of the background treatments that have a target range."""

    centre_ratio: Annotated[
        Positive, Meaning("Geometric mean of the troughs over the geometric middle of the target range.")
    ]
    between_people: Annotated[Amount, Meaning("Standard deviation of the logarithm between people.")]
    within_people: Annotated[Amount, Meaning("The same between the visits of a person.")]
    ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio for each doubling of the dose of the product; 1 where troughs know nothing of it.")
    ]
    hours_since_intake: Annotated[Spread, Meaning("Hours from the last intake to the draw.")]


@part
class MetaboliteClass:
    """One class of metabolites: how many are measured, and how they change. Effects are in log2 units.

    Effects of time and dose grow from 0 at dosing as 1 - exp(-day / days) and are stated at their full size.
    """

    id: Annotated[Identifier, Meaning("Class.", example="acyl_carnitines")]
    metabolites: Annotated[Count, Meaning("Number of metabolites.")]
    slope_per_doubling: Annotated[Spread, Meaning("Effect of each doubling of the dose, and its spread in the class.")]
    effect_of_cells: Annotated[Spread, Meaning("Effect at the lowest dose, against no cells.")]
    effect_on_treatment: Annotated[Spread, Meaning("Effect while background treatment is taken.")]
    responding: Annotated[Share, Meaning("Share of its metabolites that have these effects; the others have none.")]


@part
class RunAssignment:
    """Which people are measured in one run; all samples of a person are in one, as far as it holds them."""

    value: Annotated[
        Literal["at_random", "in_order_of_dosing"],
        Meaning("At random, or in the order of dosing, so that run and dose go together."),
    ]
    source: Source


@part
class Metabolites:
    """Metabolites in the fluid that is sampled: effects, batches of measurement, and what cannot be measured."""

    fluid: Annotated[Fluid, Meaning("Fluid.")]
    classes: Annotated[tuple[MetaboliteClass, ...], Meaning("Classes of metabolites.", fewest_items=1)]
    days: Annotated[Positive, Meaning("Days in which an effect of the cells reaches 63 % of its full size.")]
    level: Annotated[Spread, Meaning("Log2 of the raw intensity, its mean and spread between metabolites.")]
    between_people: Annotated[Amount, Meaning("Standard deviation between people, log2.")]
    within_people: Annotated[Amount, Meaning("Standard deviation between visits of a person, log2.")]
    technical: Annotated[Amount, Meaning("Standard deviation of one measurement, log2.")]
    between_runs: Annotated[Amount, Meaning("Standard deviation between runs, log2.")]
    drift_in_run: Annotated[
        Amount, Meaning("Standard deviation of the change from the first to the last of a run, log2.")
    ]
    dilution: Annotated[Amount, Meaning("Standard deviation of the concentration of a whole sample, log2.")]
    samples_per_run: Annotated[Count, Meaning("Most study samples in one run.")]
    quality_control_every: Annotated[Count, Meaning("Study samples between two pooled quality controls.")]
    people_in_runs: Annotated[RunAssignment, Meaning("Which people are measured together.")]
    detection_limit: Annotated[
        Spread, Meaning("Limit of detection of a metabolite below its mean, in its standard deviations.")
    ]
    lost: Annotated[Share, Meaning("Share of values that are missing for another reason.")]


@part
class Laboratory:
    """Laboratory tests, vital signs and troughs."""

    tests: Annotated[tuple[LaboratoryTest, ...], Meaning("Laboratory tests.")] = ()
    vital_signs: Annotated[tuple[VitalSignTest, ...], Meaning("Vital signs.")] = ()
    troughs: Annotated[Troughs, Meaning("Troughs.")]
    hour_of_draw: Annotated[Number, Meaning("Mean hour of the day at which blood is drawn.")]
