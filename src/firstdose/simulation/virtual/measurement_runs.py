"""Runs of a measurement: which samples are measured together, and in which order quality controls stand among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.simulation.virtual.columns import Integers
from firstdose.simulation.virtual.scenario_laboratory import Metabolites


def put_into_runs(
    settings: Metabolites, people: int, person: Integers, random: np.random.Generator
) -> tuple[Integers, Integers]:
    """The run of each sample, and its place in it: people by people until the run is full, then at random inside."""
    sequence = random.permutation(people) if settings.people_in_runs.value == "at_random" else np.arange(people)
    rank = np.empty(people, dtype=np.int64)
    rank[sequence] = np.arange(people)
    order = np.lexsort((random.random(len(person)), rank[person])) if len(person) else np.zeros(0, dtype=np.int64)
    most = max(settings.samples_per_run.value, 1)
    run = np.zeros(len(person), dtype=np.int64)
    counts = np.bincount(person, minlength=people) if len(person) else np.zeros(people, dtype=np.int64)
    current, filled = 0, 0
    run_of_person = np.zeros(people, dtype=np.int64)
    for each in sequence:
        if filled and filled + counts[each] > most:
            current, filled = current + 1, 0
        run_of_person[each], filled = current, filled + int(counts[each])
    run[order] = run_of_person[person[order]]
    return run, random.permutation(len(person))


@dataclass(frozen=True, eq=False)
class Injections:
    """What is injected, in order: the study sample (or -1 for a quality control), its run, and its place in the run."""

    source: Integers
    run: Integers
    position: Integers
    labels: list[str]


def injections(settings: Metabolites, run: Integers, place: Integers) -> Injections:
    """Study samples of each run at random, with a quality control first, last and after every few."""
    every = max(settings.quality_control_every.value, 1)
    source: list[int] = []
    runs: list[int] = []
    position: list[int] = []
    labels: list[str] = []
    for number in range(int(run.max()) + 1 if len(run) else 0):
        samples = np.flatnonzero(run == number)
        samples = samples[np.argsort(place[samples])].tolist()
        injected = [-1]
        for count, sample in enumerate(samples, start=1):
            injected.append(sample)
            if count % every == 0 or count == len(samples):
                injected.append(-1)
        controls = np.cumsum(np.array(injected) < 0)
        source += injected
        runs += [number] * len(injected)
        position += list(range(len(injected)))
        labels += [f"QC-{number + 1}-{control:02}" for control in controls]
    return Injections(np.array(source, np.int64), np.array(runs, np.int64), np.array(position, np.int64), labels)
