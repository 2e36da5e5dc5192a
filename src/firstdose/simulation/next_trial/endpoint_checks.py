"""Whether an endpoint can be seen, analysed and believed as its settings say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from firstdose.protocol.problems import ABSENT, Finding
from firstdose.simulation.next_trial.endpoints import Elicited, NextEndpoint, Prior
from firstdose.simulation.next_trial.settings import NextTrialSections

FEWEST_LEFT = 0.2
LOWEST_RATIO, HIGHEST_RATIO = 0.01, 100.0
MOST_SPREADS = 20.0
"""Effects and courses of so many standard deviations of a change need no trial: a unit is mistaken."""
LEAST_SD, MOST_SD = 1e-6, 1e6
MOST_SPREAD_OF_RATES = 5.0
FEWEST_WORSEN, MOST_WORSEN = 0.005, 0.995
"""Where fewer worsen by the last month, or more by the first visit, no two arms can be told apart."""
SECTION_OF = {
    "confirmed_worsening": "worsening",
    "edss_plus": "worsening",
    "brain_volume": "change",
    "metabolite_class": "change",
}


def check_endpoint(key: str, endpoint: NextEndpoint, settings: NextTrialSections) -> Iterator[Finding]:
    """Everything about one endpoint that cannot be."""
    wanted = SECTION_OF[endpoint.measure]
    other = "change" if wanted == "worsening" else "worsening"
    if getattr(endpoint, wanted) is None:
        yield Finding(f"{key}.{wanted}", ABSENT, f"{endpoint.measure} needs this section", f"add `{wanted}:`")
    if getattr(endpoint, other) is not None:
        rule = f"{endpoint.measure} is not described by this section"
        yield Finding(f"{key}.{other}", ABSENT, rule, f"remove it, or choose another measure than {endpoint.measure}")
    if getattr(endpoint, wanted) is None or getattr(endpoint, other) is not None:
        return
    yield from _check_visits(key, endpoint, settings)
    yield from _check_components(key, endpoint)
    yield from _check_effects(key, endpoint, settings)
    yield from _check_sizes(key, endpoint)
    yield from _check_course(key, endpoint)
    if endpoint.prior is not None:
        yield from _check_prior(f"{key}.prior", endpoint, endpoint.prior)
    yield from _check_strata(key, endpoint, settings)


def _check_visits(key: str, endpoint: NextEndpoint, settings: NextTrialSections) -> Iterator[Finding]:
    months = endpoint.visits_months
    if any(later <= earlier for earlier, later in pairwise(months)):
        yield Finding(f"{key}.visits_months", list(months), "must be in rising order, none twice", "sort them")
        return
    if endpoint.at_month not in months:
        yield Finding(
            f"{key}.at_month", endpoint.at_month, "there is no visit in this month", "add it to visits_months"
        )
    if endpoint.worsening is not None and endpoint.last_onset_month == 0:
        rule = (
            f"a worsening first seen in month {months[0]:g} would be confirmed in month "
            f"{months[0] + endpoint.worsening.confirmed_after_months:g}, but the last visit is in month "
            f"{months[-1]:g}: nobody could ever worsen"
        )
        fix = "follow people for longer, or confirm sooner"
        yield Finding(f"{key}.worsening.confirmed_after_months", endpoint.worsening.confirmed_after_months, rule, fix)
    conduct = settings.conduct
    left = math.exp(-conduct.leaving_per_year.value * months[-1] / 12)
    if left < FEWEST_LEFT:
        rule = f"only {100 * left:.0f} % would still be there in month {months[-1]:g}; such a trial shows nothing"
        fix = "write people who leave per person-year, such as 0.05"
        yield Finding("conduct.leaving_per_year.value", conduct.leaving_per_year.value, rule, fix)
    elif left * (1 - conduct.missed_visit.value) < FEWEST_LEFT:
        seen = 100 * left * (1 - conduct.missed_visit.value)
        rule = f"only {seen:.0f} % would be seen in month {months[-1]:g}; such a trial shows nothing"
        yield Finding("conduct.missed_visit.value", conduct.missed_visit.value, rule, "write a share, such as 0.05")


def _check_components(key: str, endpoint: NextEndpoint) -> Iterator[Finding]:
    if endpoint.worsening is None:
        return
    count = len(endpoint.worsening.components)
    if endpoint.measure == "confirmed_worsening" and count != 1:
        yield Finding(f"{key}.worsening.components", count, "confirmed_worsening has one component", "or use edss_plus")
    if endpoint.measure == "edss_plus" and count < 2:
        rule = "edss_plus is the first of several measures to worsen"
        yield Finding(f"{key}.worsening.components", count, rule, "add the timed walk and the nine-hole peg test")


def _check_effects(key: str, endpoint: NextEndpoint, settings: NextTrialSections) -> Iterator[Finding]:
    effects, wanted = endpoint.effects, {arm.cells for design in settings.designs for arm in design.arms if arm.cells}
    stated = [each.dose for each in effects.cells]
    if any(later <= earlier for earlier, later in pairwise(stated)):
        yield Finding(f"{key}.effects.cells", stated, "doses must be in rising order, none twice", "sort them")
    missing = sorted(wanted - set(stated))
    if missing:
        listed = ", ".join(f"{dose:g}" for dose in missing)
        rule = f"no effect is stated for {listed} {settings.dose_unit}, which an arm is given"
        yield Finding(f"{key}.effects.cells", stated, rule, "add the dose and its effect")
    values = {f"cells[{n}].value": each.value for n, each in enumerate(effects.cells, start=1)}
    values |= {f"{name}.value": getattr(effects, name).value for name in ("drug", "interaction", "procedure")}
    for name, value in values.items():
        if endpoint.is_ratio and value <= 0:
            rule = "effects on worsening are hazard ratios, which are above 0; 1 is no effect"
            yield Finding(f"{key}.effects.{name}", value, rule, "write a ratio")
        elif endpoint.is_ratio and not LOWEST_RATIO <= value <= HIGHEST_RATIO:
            rule = f"no treatment has a hazard ratio outside {LOWEST_RATIO:g} to {HIGHEST_RATIO:g}"
            yield Finding(f"{key}.effects.{name}", value, rule, "write a ratio such as 0.6; 1 is no effect")


def _check_sizes(key: str, endpoint: NextEndpoint) -> Iterator[Finding]:
    """Changes beside the spread between people: what is far larger is a mistaken unit."""
    change, effects = endpoint.change, endpoint.effects
    if change is None:
        return
    spread, years = change.sd.value, endpoint.at_month / 12 if change.course == "slope" else 1.0
    if not LEAST_SD <= spread <= MOST_SD:
        rule = f"no spread between people is outside {LEAST_SD:g} to {MOST_SD:g} {change.unit}"
        yield Finding(f"{key}.change.sd.value", spread, rule, "write the standard deviation of the change")
        return
    values = {f"effects.cells[{n}].value": each.value for n, each in enumerate(effects.cells, start=1)}
    values |= {f"effects.{name}.value": getattr(effects, name).value for name in ("drug", "interaction", "procedure")}
    values["change.natural_course.value"] = change.natural_course.value
    for name, value in values.items():
        times = abs(value) * years / spread
        if times > MOST_SPREADS:
            rule = (
                f"is {times:.3g} standard deviations of the change by month {endpoint.at_month:g}; more than "
                f"{MOST_SPREADS:g} need no trial, and say that a unit is mistaken"
            )
            yield Finding(f"{key}.{name}", value, rule, f"write it in {change.unit}, or correct change.sd")


def _check_course(key: str, endpoint: NextEndpoint) -> Iterator[Finding]:
    """Whether some worsen and some do not, without any treatment."""
    worsening = endpoint.worsening
    if worsening is None:
        return
    spread = worsening.spread_between_people.value
    if spread > MOST_SPREAD_OF_RATES:
        rule = f"people's own rates would differ by a factor of {math.exp(min(spread, 100.0)):.3g} and more"
        fix = "write the standard deviation of their logarithm, such as 0.5"
        yield Finding(f"{key}.worsening.spread_between_people.value", spread, rule, fix)
    yearly = sum(each.yearly_rate.value for each in worsening.components)
    last, first = (-math.expm1(-yearly * month / 12) for month in (endpoint.at_month, endpoint.visits_months[0]))
    where = f"{key}.worsening.components"
    fix = "write worsenings per person-year, such as 0.2"
    if last < FEWEST_WORSEN:
        rule = (
            f"only {100 * last:.2g} % would worsen by month {endpoint.at_month:g} without treatment: nothing to compare"
        )
        yield Finding(where, yearly, rule, fix)
    if first > MOST_WORSEN:
        rule = f"{100 * first:.4g} % would have worsened by the first visit, in every arm: nothing to compare"
        yield Finding(where, yearly, rule, fix)


def _check_prior(key: str, endpoint: NextEndpoint, prior: Prior) -> Iterator[Finding]:
    for name in ("cells", "drug", "interaction", "natural_course"):
        elicited: Elicited | None = getattr(prior, name)
        if elicited is None:
            continue
        if not elicited.lower < elicited.median < elicited.upper:
            rule = f"must lie between lower {elicited.lower:g} and upper {elicited.upper:g}"
            yield Finding(f"{key}.{name}.median", elicited.median, rule, "correct the three numbers")
        if endpoint.is_ratio and elicited.lower <= 0:
            yield Finding(f"{key}.{name}.lower", elicited.lower, "a hazard ratio is above 0", "write a ratio")
        elif endpoint.is_ratio and not LOWEST_RATIO <= elicited.lower <= elicited.upper <= HIGHEST_RATIO:
            side = "lower" if elicited.lower < LOWEST_RATIO else "upper"
            rule = f"no treatment has a hazard ratio outside {LOWEST_RATIO:g} to {HIGHEST_RATIO:g}"
            yield Finding(f"{key}.{name}.{side}", getattr(elicited, side), rule, "write a ratio")
    if prior.lower_doses.lowest > prior.lower_doses.highest:
        yield Finding(f"{key}.lower_doses", prior.lower_doses.lowest, "lowest is above highest", "exchange them")
    if prior.no_effect.value == 1:
        rule = "who is sure that the cells do nothing needs no trial: its assurance is the error allowed"
        yield Finding(f"{key}.no_effect.value", prior.no_effect.value, rule, "write a probability below 1")


def _check_strata(key: str, endpoint: NextEndpoint, settings: NextTrialSections) -> Iterator[Finding]:
    if endpoint.worsening is None or endpoint.worsening.analysis == "interval_censored":
        return
    for design in settings.designs:
        if any(len(comparison.pairs) > 1 for comparison in design.comparisons):
            rule = f"compares two arms, but a comparison of `{design.id}` has several pairs"
            fix = "write interval_censored, which takes strata, or leave one pair in each comparison"
            yield Finding(f"{key}.worsening.analysis", endpoint.worsening.analysis, rule, fix)
