"""The files that the cases of metabolites read, made from a fixed seed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

VISITS = ("M0", "M3", "M12")
DOSES = (5.0,) * 3 + (10.0,) * 3 + (16.0,) * 3 + (24.0,) * 6
METABOLITES = 1_000
MANY_PEOPLE = 500
MISSING = 0.05


def write_abundances(folder: Path, seed: int = 1) -> None:
    """Fifteen people at three visits, a thousand carnitines, fatty acids and phospholipids, two batches."""
    generator = np.random.default_rng(seed)
    people = [f"P{person:02}" for person in range(len(DOSES))]
    samples = [(f"{person}-{visit}", person, visit) for person in people for visit in VISITS]
    shape = (METABOLITES, len(samples))
    logs = 16 + generator.normal(size=shape) + np.repeat(generator.normal(size=(METABOLITES, len(people))), 3, axis=1)
    missing = generator.random(shape) < MISSING
    with (folder / "abundances.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["metabolite", *(name for name, _, _ in samples)])
        for row in range(METABOLITES):
            cells = ["" if gone else f"{2**log:.6g}" for log, gone in zip(logs[row], missing[row], strict=True)]
            writer.writerow([_name(row), *cells])
    with (folder / "samples.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sample", "subject", "visit", "dose", "batch"])
        for number, (name, person, visit) in enumerate(samples):
            writer.writerow([name, person, visit, DOSES[people.index(person)], "AB"[number % 2]])


def _name(number: int) -> str:
    """A lipid species of its own: carbons and double bonds differ."""
    head = ("CAR", "FA", "LPC", "PC")[number % 4]
    number //= 4
    return f"{head} {10 + number // 7}:{number % 7}"


def write_many_people(path: Path, seed: int = 1) -> None:
    """Log abundances of many people at three visits (rows), by metabolite, as one array file."""
    generator = np.random.default_rng(seed)
    shape = (MANY_PEOPLE, len(VISITS), METABOLITES)
    values = generator.normal(size=shape) + generator.normal(size=(MANY_PEOPLE, 1, METABOLITES))
    np.save(path, values.reshape(-1, METABOLITES))


def many_people_design() -> tuple[np.ndarray, np.ndarray]:
    """Its design (observations, 6), an intercept, visits, dose and dose by visit, and the person of each row."""
    person = np.repeat(np.arange(MANY_PEOPLE), len(VISITS))
    visit = np.tile(np.arange(len(VISITS)), MANY_PEOPLE)
    log_dose = np.log2(np.asarray(DOSES))[person % len(DOSES)]
    later = np.column_stack([visit == 1, visit == 2]).astype(float)
    return np.column_stack([np.ones(len(person)), later, log_dose, later * log_dose[:, None]]), person
