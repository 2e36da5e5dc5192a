"""What went along with the dose: calendar time, site, batch, storage and exposure to the drug. Shown first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.attribution.separation import is_one_dose_each, is_separated, share_of_ranks
from firstdose.analysis.dose_trends import ONE_DOSE, PERMUTATIONS, tested
from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.trough_draws import USED, draws_of, is_of, trough_rows
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.recorded import recorded
from firstdose.analysis.scores.measured import FloatArray, doses_in_doublings
from firstdose.methods.correlation_interval import spearman_interval
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records import Batch
from firstdose.records.partial_date_frames import earliest_day, latest_day
from firstdose.records.results import Result

CHAPTER = "attribution"
TABLE = "beside_the_dose"
SEED = 47_000
DATE, SITE, BATCH, STORAGE, TROUGH = "date_of_dosing", "site", "batch", "storage_age", "trough"
RUN = "run"
WORDS = {True: "yes", False: "no", None: "not known"}
DAYS_PER_YEAR = 365.25
FEWEST_FOR_CORRELATION = 3


@dataclass(frozen=True, eq=False)
class Beside:
    """The people given cells, in order: dose (people,), and beside it what else is known of them.

    ``first_day`` and ``last_day`` are the ordinal days on which treatment may have begun, ``first_age`` and
    ``last_age`` the days from manufacture to treatment, ``trough`` the mean trough; nan where nothing is known.
    """

    subjects: tuple[str, ...]
    dose: FloatArray
    first_day: FloatArray
    last_day: FloatArray
    first_age: FloatArray
    last_age: FloatArray
    site: tuple[str | None, ...]
    batch: tuple[str | None, ...]
    trough: FloatArray

    @property
    def years(self) -> FloatArray:
        """The calendar time of treatment in years since the first; nan where the day is not known."""
        exact = np.where(self.first_day == self.last_day, self.first_day, np.nan)
        known = exact[np.isfinite(exact)]
        return (exact - known.min()) / DAYS_PER_YEAR if known.size else exact


def beside_of(frame: Frame, treatment: BackgroundTreatment | None) -> Beside:
    """What is known of everybody who was given cells at a known level."""
    people = frame.people("treated").filter(pl.col("level").is_in([each for each in frame.levels if each > 0]))
    start = pl.col("treatment_start")
    dated = people.select("subject", "level", "centre", "batch", first=earliest_day(start), last=latest_day(start))
    batches = recorded(frame, Batch).select(
        "batch", made_first=earliest_day(pl.col("manufactured")), made_last=latest_day(pl.col("manufactured"))
    )
    rows = dated.join(batches, on="batch", how="left", maintain_order="left").with_columns(
        first_age=(pl.col("first") - pl.col("made_last")).dt.total_days(),
        last_age=(pl.col("last") - pl.col("made_first")).dt.total_days(),
        first_ordinal=(pl.col("first") - pl.date(1, 1, 1)).dt.total_days(),
        last_ordinal=(pl.col("last") - pl.date(1, 1, 1)).dt.total_days(),
    )
    means = mean_troughs(frame, treatment)
    subjects = tuple(rows["subject"])
    return Beside(
        subjects=subjects,
        dose=np.array([frame.dose(level) for level in rows["level"]], dtype=np.float64),
        first_day=_floats(rows["first_ordinal"]),
        last_day=_floats(rows["last_ordinal"]),
        first_age=_floats(rows["first_age"]),
        last_age=_floats(rows["last_age"]),
        site=tuple(rows["centre"]),
        batch=tuple(rows["batch"]),
        trough=np.array([means.get(each, np.nan) for each in subjects], dtype=np.float64),
    )


def mean_troughs(frame: Frame, treatment: BackgroundTreatment | None) -> dict[str, float]:
    """Each person's mean trough of a drug, of the draws that can be used."""
    if treatment is None:
        return {}
    own = trough_rows(frame).filter(is_of(treatment))
    if not own.height:
        return {}
    used = draws_of(frame, treatment, own).filter(pl.col("state") == USED)
    return dict(used.group_by("subject").agg(pl.col("in_unit").mean()).iter_rows())


def beside_the_dose(frame: Frame, beside: Beside, drug: str) -> Iterator[Result]:
    """Each of them against the dose: correlation or share, its test, and whether the two can be told apart at all."""
    quantities = {
        DATE: (beside.first_day, beside.last_day, ""),
        STORAGE: (beside.first_age, beside.last_age, "age of the batch when given, from the day it was made"),
        TROUGH: (beside.trough, beside.trough, f"mean trough of {drug}" if drug else "no drug with troughs"),
    }
    for number, (what, (first, last, within)) in enumerate(quantities.items()):
        yield from _quantity(frame, what, within, beside.dose, first, last, frame.seed + SEED + number)
    for number, (what, kinds) in enumerate({SITE: beside.site, BATCH: beside.batch}.items()):
        yield from _kinds(what, beside.dose, kinds, frame.seed + SEED + 10 + number)


def runs_beside(frame: Frame, fluids: Sequence[Prepared]) -> Iterator[Result]:
    """The run of measurement against the dose at each visit of each fluid, where samples were measured in several."""
    for prepared in fluids:
        if np.unique(prepared.batches).size < 2:
            continue
        for number, visit in enumerate(prepared.visit_order):
            here = prepared.visits == visit
            runs = tuple(str(each) for each in prepared.batches[here])
            for each in _kinds(RUN, prepared.doses[here], runs, frame.seed + SEED + 20 + number):
                yield each._replace(within=prepared.fluid, when=visit)


def _quantity(
    frame: Frame, what: str, within: str, dose: FloatArray, first: FloatArray, last: FloatArray, seed: int
) -> Iterator[Result]:
    """A quantity: Spearman's correlation with the dose, its variance inflation, and whether doses overlap in it."""
    place: dict[str, Any] = {"chapter": CHAPTER, "table": TABLE, "what": what, "population": "treated"}
    known = np.isfinite(first) & (first == last)
    value, given = first[known], dose[known]
    yield _people(place, int(known.sum()), len(dose), within)
    warning = _too_little(given, value)
    if warning:
        yield Result(**place, statistic="correlation", warning=warning)
    else:
        found, error = tested("spearman", value, given, seed)
        method = "spearman_exact" if error is None else "spearman_simulated"
        limits = spearman_interval(found.statistic, len(value), frame.certainty)
        yield Result(
            **place,
            statistic="correlation",
            value=found.statistic,
            lower=limits[0] if limits else None,
            upper=limits[1] if limits else None,
            confidence=frame.certainty if limits else None,
            method="bonett_wright" if limits else method,
        )
        yield Result(
            **place, statistic="share_of_rank_variance", value=found.statistic**2, format="proportion", method=method
        )
        yield Result(**place, statistic="p_distance", value=found.p_distance, format="p_value", method=method)
        shared = float(np.corrcoef(doses_in_doublings(given), value)[0, 1]) ** 2
        inflation = 1 / (1 - shared) if shared < 1 - 1e-12 else None
        told = "" if inflation else "the two lie on a line exactly, so no slope can be told from the other"
        yield Result(**place, statistic="variance_inflation", value=inflation, warning=told)
    apart = is_separated(dose, first, last) if np.unique(dose).size > 1 and np.isfinite(last).any() else None
    yield _separated(place, apart, dose, bool(np.isfinite(last).any()))


def _kinds(what: str, dose: FloatArray, kinds: tuple[str | None, ...], seed: int) -> Iterator[Result]:
    """Kinds: the share of the dose's ranks between them, its test, and whether any kind was met at two doses."""
    place: dict[str, Any] = {"chapter": CHAPTER, "table": TABLE, "what": what, "population": "treated"}
    known = np.array([each is not None for each in kinds], dtype=np.bool_)
    named = [each for each in kinds if each is not None]
    yield _people(place, len(named), len(dose), "")
    yield Result(**place, statistic="kinds", value=float(len(set(named))), format="count")
    try:
        found = share_of_ranks(dose[known], named, permutations=PERMUTATIONS, seed=seed)
    except ValueError:
        told = "everybody is of one kind" if len(set(named)) == 1 else ONE_DOSE
        yield Result(**place, statistic="share_of_rank_variance", warning=told if named else "nothing is recorded")
    else:
        method = "kruskal_wallis_permuted"
        yield Result(**place, statistic="share_of_rank_variance", value=found.share, format="proportion", method=method)
        yield Result(**place, statistic="p_increasing", value=found.p, format="p_value", method=method)
        yield Result(**place, statistic="monte_carlo_error", value=found.error, method=method)
    apart = is_one_dose_each(dose, kinds) if len(set(named)) > 1 and np.unique(dose).size > 1 else None
    if len(set(named)) == 1 and known.all():
        apart = False
    yield _separated(place, apart, dose, bool(named))


def _people(place: dict[str, Any], known: int, of: int, within: str) -> Result:
    warning = f"not known exactly of {of - known} of {of} people" if known < of else ""
    return Result(
        **place, statistic="people", value=float(known), of=float(of), format="count", unit="people",
        text=within, warning=warning,
    )  # fmt: skip


def _separated(place: dict[str, Any], apart: bool | None, dose: FloatArray, any_known: bool) -> Result:
    warning = "" if any_known else "nothing is recorded"
    if np.unique(dose).size < 2:
        warning = ONE_DOSE
    value = None if apart is None else float(apart)
    return Result(
        **place, statistic="separated", value=value, text=WORDS[apart], format="text", warning=warning,
        method="complete_separation" if value is not None else "",
    )  # fmt: skip


def _too_little(dose: FloatArray, value: FloatArray) -> str:
    if len(value) < FEWEST_FOR_CORRELATION:
        return f"not estimable: known of {len(value)} people"
    if np.unique(dose).size < 2:
        return ONE_DOSE
    return "every value is the same, so there is no correlation" if np.unique(value).size < 2 else ""


def _floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
