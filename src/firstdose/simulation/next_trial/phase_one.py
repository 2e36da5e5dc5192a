"""Takes from the trial before what it can say about the next: leaving, missed visits, spread, safety, dose slope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from firstdose.methods.binomial import clopper_pearson
from firstdose.methods.rates import garwood
from firstdose.methods.straight_line import fit_slope
from firstdose.records.analysis_data import AnalysisData
from firstdose.simulation.next_trial.phase_one_classes import class_spread
from firstdose.simulation.next_trial.plan import MONTHS
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.spread import CAREFUL_WORDS, CERTAINTY, Spread, spread_within
from firstdose.simulation.next_trial.taken import SHARE, Taken

DAYS_IN_YEAR = 365.25
SHORTEST_YEARS = 0.7
"""Of a change of brain volume over less, the error of measurement is most."""
HALF_AN_EVENT = 0.5
BRAIN_VOLUME, EDSS = "brain_volume", "edss"


def with_phase_one(
    settings: NextTrialSettings,
    data: AnalysisData,
    results: pl.DataFrame | None = None,
    class_values: pl.DataFrame | None = None,
) -> tuple[NextTrialSettings, tuple[Taken, ...]]:
    """The settings with what the trial before says in the place of what was stated, and everything it says.

    ``results`` is the frame of its analysis, for slopes on the dose that are told and not used; ``class_values`` are
    those of classes of metabolites, with the columns of `CLASS_VALUES`.
    """
    taken = [*_leaving(settings, data), *_missed(settings, data), *_brain_volume(settings, data), *_safety(data)]
    if class_values is not None:
        taken += [*class_spread(settings, class_values)]
    if results is not None:
        taken += [*_slopes(settings, results)]
    changed = settings
    for each in taken:
        if each.key == "conduct.leaving_per_year":
            rate = replace(settings.conduct.leaving_per_year, value=each.put_in, source=_source(each))
            changed = replace(changed, conduct=replace(changed.conduct, leaving_per_year=rate))
        if each.key == "conduct.missed_visit":
            share = replace(settings.conduct.missed_visit, value=each.put_in, source=_source(each))
            changed = replace(changed, conduct=replace(changed.conduct, missed_visit=share))
        if each.key.endswith("change.sd"):
            changed = _with_spread(changed, each)
    return changed, tuple(taken)


def _source(taken: Taken) -> str:
    careful = f"; {CAREFUL_WORDS}, not {taken.figure(taken.value)} itself" if taken.used is not None else ""
    return f"the trial before: {taken.rests_on}{careful}"


def _with_spread(settings: NextTrialSettings, taken: Taken) -> NextTrialSettings:
    endpoints = []
    for number, endpoint in enumerate(settings.endpoints, start=1):
        if taken.key == f"endpoints[{number}].change.sd" and endpoint.change is not None:
            spread = replace(endpoint.change.sd, value=taken.put_in, source=_source(taken))
            endpoint = replace(endpoint, change=replace(endpoint.change, sd=spread))
        endpoints.append(endpoint)
    return replace(settings, endpoints=tuple(endpoints))


def _treated(data: AnalysisData) -> pl.DataFrame:
    return data.frames["subjects"].filter(pl.col("is_treated"))


def _leaving(settings: NextTrialSettings, data: AnalysisData) -> Iterator[Taken]:
    people = _treated(data).filter(pl.col("followed_to_day").is_not_null())
    years = float(people["followed_to_day"].clip(0).sum()) / DAYS_IN_YEAR
    if years <= 0:
        return
    left = people.filter(pl.coalesce("death_day", "left_day").is_not_null()).height
    lower, upper = garwood(left, years, certainty=CERTAINTY)
    rests_on = f"{left} left or died in {years:.1f} person-years"
    if not left:
        rests_on += "; half an event is counted, since a rate of 0 cannot be meant"
    yield Taken(
        "people who leave", max(left, HALF_AN_EVENT) / years, "per person-year", float(lower), float(upper), rests_on,
        "conduct.leaving_per_year", settings.conduct.leaving_per_year.value, people=people.height,
    )  # fmt: skip


def _missed(settings: NextTrialSettings, data: AnalysisData) -> Iterator[Taken]:
    ends = _treated(data).select("subject", "followed_to_day")
    visits = data.trial_data.frames["visits"].join(ends, on="subject", how="inner")
    due = visits.filter(
        (pl.col("planned_day") > 0)
        & (pl.col("planned_day") <= pl.col("followed_to_day"))
        & ~pl.col("unscheduled").fill_null(False)
        & pl.col("state").is_not_null()
    )
    if not due.height:
        return
    missed = due.filter(pl.col("state") == "missed").height
    rests_on = f"{missed} of {due.height} planned visits after dosing of {due['subject'].n_unique()} people"
    yield Taken(
        "visits that are missed", missed / due.height, SHARE, None, None,
        f"{rests_on}; no limits, since visits of one person go together",
        "conduct.missed_visit", settings.conduct.missed_visit.value, people=due["subject"].n_unique(),
    )  # fmt: skip


def _brain_volume(settings: NextTrialSettings, data: AnalysisData) -> Iterator[Taken]:
    """Its spread within doses, and its slope on doublings of the dose, from everybody's last long enough interval."""
    last = _last_changes(data)
    if last.height < 3:
        return
    yearly = (last["percentage_change"] / last["years"]).to_numpy()
    level, dose = last["level"].to_numpy(), last["dose_given"].to_numpy()
    found = spread_within(yearly, level)
    if found is not None:
        yield from _spread(settings, found)
    if len(np.unique(dose)) > 1:
        slope = fit_slope(np.log2(dose), yearly, certainty=CERTAINTY)
        yield Taken(
            "slope of brain volume on the dose, beside the drug", slope.estimate, "% a year per doubling",
            slope.lower, slope.upper,
            f"{len(yearly)} people; doses were escalated, not randomised, and nobody had none",
        )  # fmt: skip


def _spread(settings: NextTrialSettings, yearly: Spread) -> Iterator[Taken]:
    for number, endpoint in enumerate(settings.endpoints, start=1):
        if endpoint.measure != BRAIN_VOLUME or endpoint.change is None:
            continue
        years = endpoint.at_month / MONTHS
        found = yearly.times(years)
        yield Taken(
            f"spread of {endpoint.name}", found.value, endpoint.change.unit, found.lower, found.upper,
            f"yearly changes of {found.people} people within doses ({found.degrees_of_freedom} degrees of freedom), "
            f"times {years:g} years; that the spread grows with the time is assumed",
            f"endpoints[{number}].change.sd", endpoint.change.sd.value, found.careful, found.people,
        )  # fmt: skip


def _last_changes(data: AnalysisData) -> pl.DataFrame:
    """Each treated person's last change of brain volume over a long enough time, with level and dose."""
    scores = data.frames["scores"].filter((pl.col("measure") == BRAIN_VOLUME) & pl.col("value").is_not_null())
    parts = scores.filter(pl.col("part").is_in(["percentage_change", "years"]))
    if not parts.height:
        return pl.DataFrame()
    wide = parts.pivot(on="part", index=["subject", "day"], values="value")
    if not {"percentage_change", "years"} <= set(wide.columns):
        return pl.DataFrame()
    people = _treated(data).select("subject", "level", "dose_given").filter(pl.col("dose_given") > 0).drop_nulls()
    long_enough = wide.drop_nulls().filter(pl.col("years") >= SHORTEST_YEARS)
    return long_enough.sort("subject", "day").group_by("subject", maintain_order=True).last().join(people, on="subject")


def _slopes(settings: NextTrialSettings, results: pl.DataFrame) -> Iterator[Taken]:
    """How worsening and classes of metabolites go with the dose, from the analysis itself.

    A class is that whose name is the identifier of the endpoint.
    """
    for endpoint in settings.endpoints:
        if endpoint.measure == "metabolite_class":
            rows = results.filter(
                (pl.col("table") == "class_slopes")
                & (pl.col("statistic") == "slope of the class")
                & (pl.col("what") == endpoint.id)
            )
            what = "slope on the dose, beside the drug and after it"
        elif endpoint.measure == "confirmed_worsening":
            rows = results.filter(
                (pl.col("table") == "worsening_by_dose")
                & (pl.col("statistic") == "odds_ratio_per_doubling")
                & (pl.col("within") == EDSS)
            )
            what = "odds ratio per doubling of the dose, EDSS"
        else:
            continue
        for row in rows.filter(pl.col("value").is_not_null()).iter_rows(named=True):
            place = ", ".join(filter(None, (row["what"].replace("_", " "), row["when"])))
            unit = row["unit"] or ""
            rests_on = "the analysis of the trial before; doses were escalated, not randomised"
            yield Taken(f"{what}: {place}", row["value"], unit, row["lower"], row["upper"], rests_on)


def _safety(data: AnalysisData) -> Iterator[Taken]:
    """DLTs, and people with a serious adverse event: for information, with exact limits."""
    evaluable = data.frames["subjects"].filter(pl.col("is_dlt_evaluable") & pl.col("has_dlt").is_not_null())
    serious = data.frames["events"].filter(pl.col("counts") & pl.col("is_serious"))["subject"].n_unique()
    for what, count, of in (
        ("people with a dose-limiting toxicity", evaluable.filter(pl.col("has_dlt")).height, evaluable.height),
        ("people with a serious adverse event", serious, _treated(data).height),
    ):
        if of:
            lower, upper = clopper_pearson(of, count, certainty=CERTAINTY)
            yield Taken(what, count / of, SHARE, float(lower), float(upper), f"{count} of {of} people")
