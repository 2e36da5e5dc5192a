"""The parts of a next trial's settings that say what is measured, how it changes, and what is believed of effects."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, Text, part
from firstdose.simulation.virtual.parameters import Amount, Between, Number, Positive, Share, Source

Measure = Literal["confirmed_worsening", "edss_plus", "brain_volume", "metabolite_class"]


@part
class CellsEffect:
    """The effect of one dose of cells."""

    dose: Annotated[float, Meaning("Dose, in the dose unit.", above=0, example=24)]
    value: Annotated[float, Meaning("Effect: a hazard ratio for worsening, a difference for a change.", example=0.6)]


@part
class Effects:
    """What is true in the trial: hazard ratios of worsening (1: no effect), differences of a change (0: no effect)."""

    cells: Annotated[tuple[CellsEffect, ...], Meaning("Effect of the cells at each dose, without the drug.")]
    drug: Annotated[Number, Meaning("Effect of the drug while it is taken, without cells.")]
    interaction: Annotated[Number, Meaning("What the drug adds to (or multiplies) the cells' effect while taken.")]
    procedure: Annotated[Number, Meaning("Effect of the injection itself, sham or not.")]
    source: Source


@part
class Component:
    """One measure whose confirmed worsening counts."""

    name: Annotated[Text, Meaning("Name of the measure.", example="EDSS")]
    yearly_rate: Annotated[Positive, Meaning("Worsenings per person-year without any treatment.")]
    share_of_effect: Annotated[float, Meaning("Share of the effects (log scale) that it shows.", lowest=0)] = 1.0


@part
class Worsening:
    """Time to the first confirmed worsening, seen at visits only."""

    components: Annotated[tuple[Component, ...], Meaning("Measures; the first to worsen counts.", fewest_items=1)]
    spread_between_people: Annotated[
        Amount, Meaning("Standard deviation of the logarithm of people's own rates; 0 if all are alike.")
    ]
    confirmed_after_months: Annotated[
        float, Meaning("Months after which a later visit confirms a worsening.", unit="months", above=0, example=6)
    ]
    analysis: Annotated[
        Literal["interval_censored", "firth", "exact"],
        Meaning("The test: log-rank for interval-censored times; Firth's logistic or Fisher's exact on who worsened."),
    ] = "interval_censored"


@part
class Change:
    """A measured change at the last month, adjusted for the baseline by analysis of covariance."""

    unit: Annotated[Text, Meaning("Unit of the change.", example="%")]
    better: Annotated[Literal["higher", "lower"], Meaning("Which direction is better.")]
    course: Annotated[
        Literal["slope", "level"],
        Meaning("Whether effects are yearly slopes, which add up, or levels, which hold while their cause lasts."),
    ]
    natural_course: Annotated[Number, Meaning("Change without any treatment: per year for a slope.")]
    sd: Annotated[Positive, Meaning("Standard deviation of the change between people of one arm.")]
    baseline_correlation: Annotated[float, Meaning("Correlation of the change with the baseline.", above=-1, below=1)]


@part
class Elicited:
    """What experts believe: the median, and the range that holds the value with a stated probability.

    Each side of the median is half of a normal distribution (of the logarithm for ratios), so that all three hold.
    """

    median: Annotated[float, Meaning("As likely above as below.")]
    lower: Annotated[float, Meaning("Lower end of the range.")]
    upper: Annotated[float, Meaning("Upper end of the range.")]
    certainty: Annotated[float, Meaning("Probability of the range.", above=0, below=1)] = 0.9
    source: Source


@part
class Prior:
    """What is believed of the effects before the trial, and by whom; the phase I gives none for efficacy."""

    elicited_from: Annotated[Text, Meaning("Whose belief it is, and how it was asked for.")]
    no_effect: Annotated[Share, Meaning("Probability that the cells have no effect at any dose.")]
    cells: Annotated[Elicited, Meaning("Effect of the highest dose, if the cells have one.")]
    lower_doses: Annotated[Between, Meaning("Share of that effect (log scale for ratios) at the lowest dose.")]
    drug: Annotated[Elicited, Meaning("Effect of the drug while it is taken.")]
    interaction: Annotated[Elicited | None, Meaning("What the drug adds to (or multiplies) the cells' effect.")] = None
    natural_course: Annotated[
        Elicited | None, Meaning("The course without treatment: a ratio to the rates stated, or a difference.")
    ] = None


@part
class NextEndpoint:
    """One endpoint of the next trial."""

    id: Annotated[Identifier, Meaning("Short identifier of the endpoint.", example="worsening")]
    name: Annotated[Text, Meaning("The endpoint in words.")]
    measure: Annotated[Measure, Meaning("What is measured.")]
    at_month: Annotated[float, Meaning("Last month that counts.", unit="months", above=0, highest=120, example=24)]
    visits_months: Annotated[
        tuple[Annotated[float, Meaning("A month.", unit="months", above=0, highest=120)], ...],
        Meaning("Months of the visits after the start, in rising order.", fewest_items=1, example=[6, 12, 18, 24]),
    ]
    effects: Annotated[Effects, Meaning("The effects that power is computed for.")]
    worsening: Annotated[Worsening | None, Meaning("For confirmed_worsening and edss_plus.")] = None
    change: Annotated[Change | None, Meaning("For brain_volume and metabolite_class.")] = None
    prior: Annotated[Prior | None, Meaning("Belief about the effects; without it there is no assurance.")] = None

    @property
    def is_ratio(self) -> bool:
        """Whether effects are hazard ratios."""
        return self.worsening is not None

    @property
    def last_onset_month(self) -> float:
        """Last planned visit at which a worsening that counts could still be confirmed; 0 if there is none."""
        if self.worsening is None:
            return self.at_month
        latest = min(self.at_month, self.visits_months[-1] - self.worsening.confirmed_after_months)
        return max((month for month in self.visits_months if month <= latest), default=0.0)
