"""What trials in time say of doses assigned and given: who was assigned and given what, DLT rates, feasibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from firstdose.methods.binomial import clopper_pearson
from firstdose.methods.products import serial_product
from firstdose.protocol.meaning import Meaning
from firstdose.simulation.calendar.clocks import Clocks
from firstdose.simulation.calendar.conditions import Calendar, CountedAt
from firstdose.simulation.calendar.draws import Floats
from firstdose.simulation.simulated_sums import Tally

Counts = NDArray[np.int64]
COUNTED = ("assigned", "given", "as_assigned", "dlts_assigned", "dlts_given", "free_below")
ROUNDING = 1e-9


@dataclass(frozen=True)
class DoseFigures:
    """Doses assigned and given in the trials of one scenario. Lists are by level; None where nobody was."""

    outcomes_count_at: Annotated[CountedAt, Meaning("At which level outcomes count: assigned, given or live_trial.")]
    mean_assigned: Annotated[list[float], Meaning("Mean number of participants to whom the level was assigned.")]
    mean_given: Annotated[list[float], Meaning("Mean number of participants who were given the level's dose.")]
    mean_without_dlt_below: Annotated[
        list[float], Meaning("Mean number to whom the level was assigned, who were given less and had no DLT.")
    ]
    dlt_rate_assigned: Annotated[list[float | None], Meaning("DLTs a participant to whom the level was assigned.")]
    dlt_rate_given: Annotated[list[float | None], Meaning("DLTs a participant who was given the level's dose.")]
    dlt_rate_counted: Annotated[
        list[float | None], Meaning("DLTs an evaluable participant, as the trial counts them at the level.")
    ]
    share_given: Annotated[
        list[float | None], Meaning("Share of those to whom the level was assigned who were given its dose.")
    ]
    share_given_lower: Annotated[
        list[float | None], Meaning("Lower limit of its exact (Clopper-Pearson) 95 % interval, from all trials.")
    ]
    share_given_upper: Annotated[list[float | None], Meaning("Upper limit of that interval.")]
    trial_lower: Annotated[
        list[float | None],
        Meaning("Mean lower limit of the exact 95 % interval that a single trial gives, of trials with the level."),
    ]
    trial_upper: Annotated[list[float | None], Meaning("Mean upper limit of that interval.")]
    feasible_share: Annotated[
        float | None, Meaning("The share that must be able to be given a feasible level; null where none is stated.")
    ]
    highest_feasible: Annotated[
        int | None, Meaning("The highest level that the chances of a shortfall leave feasible; null without a share.")
    ]
    highest_found_feasible: Annotated[
        list[float] | None,
        Meaning(
            "Probability that a trial finds none, level 1, 2, ... to be the highest feasible: the share given is "
            "reached there and at every level below that was assigned; null without a share."
        ),
    ]
    selected_feasible: Annotated[
        float | None, Meaning("Probability that a level is selected that is feasible; null without a share.")
    ]
    standard_errors: Annotated[
        dict[str, list[float | None]], Meaning("Monte Carlo standard errors of the means and of the DLT rates.")
    ]


@dataclass(frozen=True)
class DoseTally:
    """Trials of one truth added up, in whole numbers, so that parts add up to the same bits.

    ``sums`` and ``products`` are those of `COUNTED`, levels within each. ``pairs`` counts trials at each level by
    participants assigned and of these given its dose; ``found`` by the highest level found feasible.
    """

    trials: int
    sums: Floats
    products: Floats
    pairs: Counts
    found: Counts

    def plus(self, other: DoseTally) -> DoseTally:
        """The tally of both sets of trials."""
        most = max(self.pairs.shape[1], other.pairs.shape[1])
        return DoseTally(
            self.trials + other.trials,
            self.sums + other.sums,
            self.products + other.products,
            _wide(self.pairs, most) + _wide(other.pairs, most),
            self.found + other.found,
        )


def tally_doses(clocks: Clocks) -> DoseTally | None:
    """What was assigned and given in trials that have ended; None where nobody can be given less than assigned."""
    making, doses = clocks.calendar.manufacturing, clocks.doses
    if making is None or doses is None:
        return None
    trials, levels = doses.trials, clocks.rule.frame.levels
    assigned, given = doses.levels
    toxic = clocks.people.is_toxic[: len(assigned)]
    same = given == assigned

    def counted(level: NDArray[np.int16], chosen: NDArray[np.bool_]) -> Counts:
        """How many of the chosen are at each level, shape (trials, levels)."""
        trial = np.nonzero(chosen)[1]
        cells = np.bincount(trial * levels + level[chosen] - 1, minlength=trials * levels)
        return cells.reshape(trials, levels)

    dosed = assigned > 0
    columns = [
        counted(assigned, dosed),
        counted(given, dosed),
        counted(assigned, dosed & same),
        counted(assigned, dosed & toxic),
        counted(given, dosed & toxic),
        counted(assigned, dosed & ~same & ~toxic),
    ]
    values = np.concatenate(columns, axis=1, dtype=np.float64)
    planned, able = columns[0], columns[2]
    most = int(planned.max(initial=0))
    pairs = np.zeros((levels, most + 1, most + 1), dtype=np.int64)
    for level in range(levels):
        np.add.at(pairs[level], (planned[:, level], able[:, level]), 1)
    found = _highest_found(planned, able, making.feasible_share)
    return DoseTally(
        trials, values.sum(axis=0), serial_product(values.T, values), pairs, np.bincount(found, minlength=levels + 1)
    )


def _highest_found(assigned: Counts, able: Counts, least: float | None) -> Counts:
    """The highest level that each trial finds feasible, 0 where none is; shape (trials,)."""
    if least is None:
        return np.zeros(len(assigned), dtype=np.int64)
    fails = (assigned > 0) & (able < least * assigned - ROUNDING)
    below = np.logical_or.accumulate(fails, axis=1)
    reached = (assigned > 0) & ~below
    return np.asarray(np.where(reached, np.arange(1, assigned.shape[1] + 1), 0).max(axis=1))


def _wide(pairs: Counts, most: int) -> Counts:
    more = most - pairs.shape[1]
    return np.pad(pairs, ((0, 0), (0, more), (0, more)))


def dose_figures(tally: DoseTally, seen: Tally, calendar: Calendar) -> DoseFigures:
    """The figures of one scenario; ``seen`` is what its trials counted."""
    making = calendar.manufacturing
    assert making is not None
    levels = len(tally.pairs)
    places = {name: slice(number * levels, (number + 1) * levels) for number, name in enumerate(COUNTED)}
    mean = {name: tally.sums[place] / tally.trials for name, place in places.items()}
    participants, dlts = (seen.sums[seen.places[name]] for name in ("participants", "dlts"))
    planned, able = (tally.sums[places[name]].astype(np.int64) for name in ("assigned", "as_assigned"))
    lower, upper = clopper_pearson(planned, able)
    trial_lower, trial_upper = _limits_of_single_trials(tally.pairs)
    errors = _errors(tally, places)
    feasible = None
    if making.feasible_share is not None:
        chances = np.array(making.chances_of_shortfall(levels))
        feasible = 1.0 - chances >= making.feasible_share - ROUNDING
    selected = seen.sums[seen.places["selected"]] / seen.trials
    return DoseFigures(
        outcomes_count_at=calendar.outcomes_count_at,
        mean_assigned=mean["assigned"].tolist(),
        mean_given=mean["given"].tolist(),
        mean_without_dlt_below=mean["free_below"].tolist(),
        dlt_rate_assigned=_shares(mean["dlts_assigned"], mean["assigned"]),
        dlt_rate_given=_shares(mean["dlts_given"], mean["given"]),
        dlt_rate_counted=_shares(dlts, participants),
        share_given=_shares(mean["as_assigned"], mean["assigned"]),
        share_given_lower=_where(lower, planned > 0),
        share_given_upper=_where(upper, planned > 0),
        trial_lower=_where(trial_lower, planned > 0),
        trial_upper=_where(trial_upper, planned > 0),
        feasible_share=making.feasible_share,
        highest_feasible=None if feasible is None else int(feasible.sum()),
        highest_found_feasible=None if feasible is None else (tally.found / tally.trials).tolist(),
        selected_feasible=None if feasible is None else float(selected[1:][feasible].sum()),
        standard_errors=errors,
    )


def _shares(part: Floats, whole: Floats) -> list[float | None]:
    """The ratio where there is anybody."""
    return [float(some / people) if people > 0 else None for some, people in zip(part, whole, strict=True)]


def _where(values: Floats, known: NDArray[np.bool_]) -> list[float | None]:
    return [float(value) if is_known else None for value, is_known in zip(values, known, strict=True)]


def _limits_of_single_trials(pairs: Counts) -> tuple[Floats, Floats]:
    """The mean limits over trials in which anybody was assigned to the level, shape (levels,); 0 where none was."""
    most = pairs.shape[1]
    planned, able = np.meshgrid(np.arange(most), np.arange(most), indexing="ij")
    possible = (able <= planned) & (planned > 0)
    trials = np.maximum(pairs[:, possible].sum(axis=1), 1)
    limits = clopper_pearson(planned[possible], able[possible])
    lower, upper = ((pairs[:, possible] * limit).sum(axis=1) / trials for limit in limits)
    return lower, upper


def _errors(tally: DoseTally, places: dict[str, slice]) -> dict[str, list[float | None]]:
    """Standard errors of the means, and of DLT rates as ratios by the delta method."""
    if tally.trials < 2:
        return {}
    covariance = (tally.products - np.outer(tally.sums, tally.sums) / tally.trials) / (tally.trials - 1)
    means, columns = tally.sums / tally.trials, np.eye(len(tally.sums))

    def error(weights: Floats) -> float:
        return float(np.sqrt(max(float(weights @ covariance @ weights), 0.0) / tally.trials))

    found: dict[str, list[float | None]] = {}
    for name, column in (
        ("mean_assigned", "assigned"), ("mean_given", "given"), ("mean_without_dlt_below", "free_below"),
    ):  # fmt: skip
        found[name] = [error(row) for row in columns[places[column]]]
    for name, column, whole in (
        ("dlt_rate_assigned", "dlts_assigned", "assigned"), ("dlt_rate_given", "dlts_given", "given"),
    ):  # fmt: skip
        found[name] = [
            error((part - means @ part / (means @ people) * people) / (means @ people)) if means @ people > 0 else None
            for part, people in zip(columns[places[column]], columns[places[whole]], strict=True)
        ]
    return found
