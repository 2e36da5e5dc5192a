"""The parts of a scenario on disability, function, MRI and neurofilament."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Meaning, Text, part
from firstdose.simulation.virtual.parameters import (
    Amount,
    AmountsByStep,
    Number,
    Positive,
    Share,
    SharesByStep,
    Source,
    Spread,
)


@part
class YearlyTransitions:
    """Probabilities of moving between whole EDSS steps within a year: one row for each step, without the cells."""

    steps: Annotated[
        tuple[int, ...], Meaning("Whole steps in rising order; step 6 stands for 6.0 and 6.5.", fewest_items=1)
    ]
    rows: Annotated[
        tuple[tuple[Annotated[float, Meaning("A probability.", lowest=0, highest=1)], ...], ...],
        Meaning("For each step the probabilities of being at each of the steps a year later.", fewest_items=1),
    ]
    source: Source


@part
class MeasurementError:
    """How often a rating of the EDSS differs from the true step."""

    half_step: Annotated[float, Meaning("Share of ratings off by one half step, up or down.", lowest=0, highest=1)]
    whole_step: Annotated[float, Meaning("Share of ratings off by two half steps.", lowest=0, highest=1)]
    source: Source


@part
class Disability:
    """The latent course of the EDSS, and how it is measured."""

    yearly_transitions: Annotated[YearlyTransitions, Meaning("Natural course between whole steps.")]
    half_step_per_year: Annotated[
        Share, Meaning("Probability of moving from a whole step to its upper half within a year.")
    ]
    enters_upper_half: Annotated[Share, Meaning("Share of moves to a higher whole step that lead to its upper half.")]
    measurement_error: Annotated[MeasurementError, Meaning("Error of one rating.")]
    hazard_ratio_of_cells: Annotated[
        Positive, Meaning("Ratio of the rates of worsening after dosing at the lowest dose; 1 for no effect.")
    ]
    hazard_ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio of the rates of worsening for each doubling of the dose; 1 for no effect.")
    ]


@part
class TimedTest:
    """A test whose result is a time, which some are unable to perform."""

    unable: Annotated[SharesByStep, Meaning("Share of people who are unable to perform it, by EDSS step.")]
    seconds: Annotated[AmountsByStep, Meaning("Geometric mean of the time, by EDSS step.")]
    between_people: Annotated[Amount, Meaning("Standard deviation of the logarithm of the time between people.")]
    within_people: Annotated[Amount, Meaning("The same between the visits of a person.")]
    between_trials: Annotated[Amount, Meaning("The same between two trials at one visit.")]
    ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio of the time one year after dosing for each doubling of the dose; 1 for no effect.")
    ]


@part
class SymbolDigit:
    """The symbol digit modalities test."""

    correct: Annotated[AmountsByStep, Meaning("Mean number of right answers, by EDSS step.")]
    between_people: Annotated[Amount, Meaning("Standard deviation between people.")]
    within_people: Annotated[Amount, Meaning("Standard deviation between the visits of a person.")]
    practice: Annotated[Number, Meaning("Right answers gained by practice from one test to the next.")]
    unable: Annotated[SharesByStep, Meaning("Share of people who are unable to perform it, by EDSS step.")]


@part
class Barthel:
    """The Barthel index."""

    points: Annotated[AmountsByStep, Meaning("Mean number of points, by EDSS step.")]
    between_people: Annotated[Amount, Meaning("Standard deviation between people, in points.")]
    within_people: Annotated[Amount, Meaning("Standard deviation between the visits of a person, in points.")]


@part
class BrainVolume:
    """Brain volume change against the last scan before dosing."""

    yearly_change_percent: Annotated[Spread, Meaning("Change per cent per year, its mean and spread between people.")]
    measurement_sd: Annotated[Amount, Meaning("Standard deviation of one measured change, in per cent.")]
    slope_per_doubling: Annotated[
        Number, Meaning("Change per cent per year that is added for each doubling of the dose; 0 for no effect.")
    ]
    scanner_shift_sd: Annotated[Amount, Meaning("Standard deviation of the shift by another scanner, in per cent.")]
    steroid_change_percent: Annotated[Number, Meaning("Change within 30 days after steroids (pseudo-atrophy), in %.")]


@part
class Lesions:
    """New T2 and enhancing lesions."""

    new_per_year: Annotated[Amount, Meaning("New T2 lesions per year.")]
    between_people: Annotated[Amount, Meaning("Variance of the gamma frailty, of mean 1, of a person's lesion rates.")]
    enhancing_per_scan: Annotated[Amount, Meaning("Enhancing lesions per scan.")]
    ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio of both after dosing for each doubling of the dose; 1 for no effect.")
    ]
    contrast: Annotated[Share, Meaning("Share of scans with contrast agent.")]


@part
class Imaging:
    """Scans, and what is read from them."""

    brain_volume: Annotated[BrainVolume, Meaning("Brain volume change.")]
    lesions: Annotated[Lesions, Meaning("Lesion counts.")]
    scanner_changed: Annotated[Share, Meaning("Share of people who are scanned on another scanner at some time.")]
    other_scanner: Annotated[Text, Meaning("Name of that scanner.")]
    reader_blinded: Annotated[Share, Meaning("Share of scans whose reader does not know the dose.")]
    limited_quality: Annotated[Share, Meaning("Share of scans of limited quality.")]


@part
class Neurofilament:
    """Neurofilament light chain."""

    geometric_mean: Annotated[Positive, Meaning("Geometric mean, in pg/mL.")]
    between_people: Annotated[Amount, Meaning("Standard deviation of the logarithm between people.")]
    within_people: Annotated[Amount, Meaning("The same between the visits of a person.")]
    between_replicates: Annotated[Amount, Meaning("The same between two replicates.")]
    ratio_at_one_month: Annotated[
        Positive, Meaning("Ratio to the person's level 30 days after the procedure; the rise halves every 30 days.")
    ]
    ratio_per_doubling: Annotated[
        Positive, Meaning("Ratio one year after dosing for each doubling of the dose; 1 for no effect.")
    ]
    limit_of_quantification: Annotated[Positive, Meaning("Lower limit of quantification, in pg/mL.")]
    fluid: Annotated[Literal["serum", "plasma", "csf"], Meaning("What it is measured in.", example="plasma")]


@part
class Function:
    """Tests and scales beside the EDSS."""

    timed_walk: Annotated[TimedTest, Meaning("Timed 25-foot walk.")]
    nine_hole_peg: Annotated[TimedTest, Meaning("Nine-hole peg test; the other hand is slower.")]
    other_hand_ratio: Annotated[Positive, Meaning("Time of the other hand over that of the dominant one.")]
    symbol_digit: Annotated[SymbolDigit, Meaning("Symbol digit modalities test.")]
    barthel: Annotated[Barthel, Meaning("Barthel index.")]
