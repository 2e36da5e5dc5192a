"""The parts of a scenario on how the trial is run: recruitment, centres, participants, product, attendance."""

from __future__ import annotations

from typing import Annotated

from firstdose.protocol.meaning import Identifier, Meaning, Text, part
from firstdose.simulation.virtual.parameters import (
    Amount,
    Between,
    BoundedSpread,
    Count,
    Day,
    Days,
    Distribution,
    Positive,
    Share,
    Source,
    Spread,
)


@part
class Centre:
    """One hospital, and the share of participants that it recruits."""

    id: Annotated[Identifier, Meaning("Short identifier of the centre.", example="01")]
    country: Annotated[Text, Meaning("Country.")]
    zone: Annotated[Identifier, Meaning("Time zone.", example="Europe/Rome")]
    share: Annotated[float, Meaning("Share of participants; the shares of all centres are scaled to 1.", above=0)]
    scanner: Annotated[Text, Meaning("Name of its MRI scanner.")]
    field_tesla: Annotated[float, Meaning("Field strength of the scanner.", unit="T", above=0, highest=20)]
    source: Source


@part
class Conduct:
    """Recruitment, the pace of decisions, and the end of the data."""

    subject_prefix: Annotated[Identifier, Meaning("What the identifiers of subjects begin with.", example="NSC")]
    first_referral: Annotated[Day, Meaning("Day on which the first person is referred.")]
    referred_per_month: Annotated[Positive, Meaning("People referred to the trial per month.")]
    screening_failure: Annotated[Share, Meaning("Share of the people referred who do not meet the criteria.")]
    screening_days: Annotated[Days, Meaning("Days from consent to the answer whether the criteria are met.")]
    withdrawn_before_dosing: Annotated[Share, Meaning("Share of the eligible who withdraw before they are dosed.")]
    centres: Annotated[tuple[Centre, ...], Meaning("Hospitals.", fewest_items=1)]
    adjudication_days: Annotated[Days, Meaning("Days from the start of an event to its adjudication.")]
    undecided_at_first: Annotated[Share, Meaning("Share of adjudications that are undecided at first.")]
    decision_days: Annotated[Days, Meaning("Days from the last outcome of a cohort to the decision on the next.")]
    cut_days_after_last_dosing: Annotated[Count, Meaning("Days from the last dosing to the data cut.")]


@part
class People:
    """Who takes part."""

    age_years: Annotated[BoundedSpread, Meaning("Age at consent, in years.")]
    female: Annotated[Share, Meaning("Share of women.")]
    disease_years: Annotated[BoundedSpread, Meaning("Years since the first symptoms.")]
    progressive_years: Annotated[BoundedSpread, Meaning("Years since the start of progression.")]
    edss_at_entry: Annotated[Distribution, Meaning("True EDSS step at the start of the run-in.")]
    edss_rise_over_2_years: Annotated[Distribution, Meaning("Rise of the EDSS over the two years before.")]
    diagnosis: Annotated[Text, Meaning("The diagnosis as it is recorded.")]


@part
class GivenProduct:
    """Batches, and how much of the assigned dose is given."""

    given_ratio: Annotated[Spread, Meaning("Dose given over dose assigned; kept within the protocol's tolerance.")]
    short_dose: Annotated[Share, Meaning("Share of dosings that are interrupted, so that the dose falls short.")]
    short_ratio: Annotated[Between, Meaning("Dose given over dose assigned where it falls short.")]
    volume_ml: Annotated[Positive, Meaning("Volume of a full dose, in mL.")]
    viability_percent: Annotated[BoundedSpread, Meaning("Viability at release, in %.")]
    viability_lost: Annotated[Between, Meaning("Viability lost between release and dosing, in %.")]
    participants_per_batch: Annotated[Count, Meaning("Most participants dosed from one batch.")]
    batch_rejected: Annotated[Share, Meaning("Share of batches that fail a release test.")]
    shelf_life_days: Annotated[Days, Meaning("Days from manufacture to expiry.")]
    release_days: Annotated[Days, Meaning("Days from manufacture to release.")]


@part
class Attendance:
    """Visits that take place, and how participation ends early."""

    visit_day_sd: Annotated[Amount, Meaning("Standard deviation of the day of a visit within its window, in days.")]
    missed_visit: Annotated[Share, Meaning("Share of the visits after dosing that are missed.")]
    activity_not_done: Annotated[Share, Meaning("Share of activities at attended visits that are not done.")]
    withdrawal_per_year: Annotated[Amount, Meaning("Withdrawals per person-year after dosing.")]
    lost_share: Annotated[Share, Meaning("Share of those who leave that are lost to follow-up.")]
    death_per_year: Annotated[Amount, Meaning("Deaths per person-year after dosing; may be 0.")]
    fatal_term: Annotated[Text, Meaning("Preferred term of the event that deaths are due to.", example="Pneumonia")]
    fatal_class: Annotated[Text, Meaning("System organ class of that event.")]
