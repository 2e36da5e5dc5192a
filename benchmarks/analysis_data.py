"""The files that the cases of analysis read, made from a fixed seed in plain Python."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PEOPLE, VISITS = 10_000, 81_000
LABORATORY_ROWS = 1_000_000
DOSES = (5.0,) * 3 + (10.0,) * 3 + (16.0,) * 3 + (24.0,) * 6


def write_visits(path: Path, people: int = PEOPLE, visits: int = VISITS, seed: int = 1) -> None:
    """Visits of people with an EDSS that mostly stays and sometimes moves: subject, day, value."""
    generator = random.Random(seed)
    counts = [visits // people] * people
    for person in range(visits - sum(counts)):
        counts[person] += 1
    for _ in range(people):
        giver, taker = generator.randrange(people), generator.randrange(people)
        if counts[giver] > 2:
            counts[giver] -= 1
            counts[taker] += 1
    _write(path, ("subject", "day", "value"), _visits(counts, generator))


def _visits(counts: list[int], generator: random.Random) -> Iterable[tuple[str, int, float]]:
    """About one visit in three months."""
    for person, count in enumerate(counts):
        day, doubled = 0, generator.randint(6, 15)
        for _ in range(count):
            yield f"P{person:05}", day, doubled / 2
            day += generator.randint(70, 110)
            doubled = min(19, max(0, doubled + generator.choice((-1, -1, 0, 0, 0, 0, 1, 1, 2))))


def write_values_by_dose(path: Path, seed: int = 1) -> None:
    """One change of the EDSS in each of fifteen people, with many ties: dose, value."""
    generator = random.Random(seed)
    _write(path, ("dose", "value"), ((dose, generator.choice((-0.5, 0, 0, 0, 0.5, 0.5, 1))) for dose in DOSES))


def write_laboratory(folder: Path, rows: int = LABORATORY_ROWS) -> None:
    """Laboratory results of which each has five problems: a subject, a number, a date, a flag, no answer."""
    names = ("subject", "number", "test", "result", "unit", "drawn", "flag")
    content = ((f"P{n % 15}", n + 1, "ALT", f"{n % 97}x", "U/L", f"2026-{n % 9 + 1}-14", "wild") for n in range(rows))
    _write(folder / "lab_results.csv", names, content)


def _write(path: Path, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows(rows)
