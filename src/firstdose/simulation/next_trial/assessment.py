"""The whole assessment of a next trial: power and assurance of every design, endpoint and number, and sample sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firstdose.simulation.machines import RunParts, in_this_process
from firstdose.simulation.next_trial.arms import ArmDesign
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.next_trial.figures import Assurance, Power, assurance_of, power_of
from firstdose.simulation.next_trial.identifiability import Identified, identified, single_arm
from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.sample_size import SampleSize, sample_size
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.taken import Taken

Progress = Callable[[int, int, str], None]

PHASE_ONE = "phase_one"
"""The design of the trial before, beside which the others stand."""
FEWEST_FAILING = 5.0
"""Simulated trials that may fail at the power asked for: of fewer, the share is hardly known."""


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Assessment:
    """All figures, in the order of the settings; ``notices`` are what must be told of the data that were taken."""

    settings: NextTrialSettings
    trials: int
    seed: int
    powers: tuple[Power, ...]
    assurances: tuple[Assurance, ...]
    sizes: tuple[SampleSize, ...]
    identified: dict[str, tuple[Identified, ...]]
    taken: tuple[Taken, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the figures cannot tell, in words."""
        wanted, failing = self.settings.aim.power, (1.0 - self.settings.aim.power) * self.trials
        if failing >= FEWEST_FAILING:
            return ()
        return (
            f"a power of {100 * wanted:.6g} % lets {failing:.2g} of {self.trials:,} simulated trials fail, too few to "
            "tell it from a higher or a lower one; simulate more trials, or ask for less power",
        )

    def as_json(self) -> dict[str, Any]:
        """Plain data: one document."""
        return {
            "name": self.settings.name,
            "seed": self.seed,
            "trials": self.trials,
            "one_sided_error": self.settings.aim.one_sided_error,
            "power_wanted": self.settings.aim.power,
            "power": [each.as_json() for each in self.powers],
            "assurance": [each.as_json() for each in self.assurances],
            "sample_size": [each.as_json() for each in self.sizes],
            "identified": {name: [each.as_json() for each in told] for name, told in self.identified.items()},
            "from_phase_one": [each.as_json() for each in self.taken],
            "notices": list(self.notices),
            "cautions": list(self.cautions),
        }


def assess(
    settings: NextTrialSettings,
    *,
    trials: int,
    seed: int,
    taken: tuple[Taken, ...] = (),
    run: RunParts = in_this_process,
    progress: Progress = silent,
) -> Assessment:
    """Simulate everything that the settings ask for; figures depend on the seed, not on where it is ``run``."""
    jobs = [
        Job(settings, design, endpoint, trials, seed) for design in settings.designs for endpoint in settings.endpoints
    ]
    found: dict[int, Part] = {}
    for place, part in run(played, jobs):
        found[place] = part
        progress(len(found), len(jobs), f"{jobs[place].design.id}, {jobs[place].endpoint.id}")
    parts = [found[place] for place in range(len(jobs))]
    return Assessment(
        settings,
        trials,
        seed,
        tuple(power for part in parts for power in part.powers),
        tuple(assurance for part in parts for assurance in part.assurances),
        tuple(part.size for part in parts),
        identified_by_design(settings),
        taken,
    )


@dataclass(frozen=True)
class Job:
    """One design with one endpoint, which is a piece of work of its own."""

    settings: NextTrialSettings
    design: ArmDesign
    endpoint: NextEndpoint
    trials: int
    seed: int


@dataclass(frozen=True)
class Part:
    """What became of it."""

    powers: tuple[Power, ...]
    assurances: tuple[Assurance, ...]
    size: SampleSize


def played(job: Job) -> Part:
    """Power and assurance at every number of participants, and the number that the power asked for needs."""
    plans = [Plan(job.settings, job.design, job.endpoint, number) for number in job.settings.participants]
    believed = plans if job.endpoint.prior is not None else []
    return Part(
        tuple(power_of(plan, job.trials, job.seed) for plan in plans),
        tuple(assurance_of(plan, job.trials, job.seed) for plan in believed),
        sample_size(job.settings, job.design, job.endpoint, job.trials, job.seed),
    )


def identified_by_design(settings: NextTrialSettings) -> dict[str, tuple[Identified, ...]]:
    """What each design tells up to its last visit, after the trial before, all of whose people had cells and drug."""
    until = max(endpoint.visits_months[-1] for endpoint in settings.endpoints)
    richest = max(settings.designs, key=lambda design: len(single_arm(design)))
    before = single_arm(richest)
    found = {PHASE_ONE: identified(before, until)} if before else {}
    return found | {design.id: identified(design.arms, until) for design in settings.designs}
