"""Analyses as one would write them first: plain Python, one person after the other, nothing from the package."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from pathlib import Path

EARLIEST, LATEST = 84 - 7, 84 + 730.5  # days from the onset to a visit that confirms


def worsenings(path: Path) -> dict[str, int]:
    """Day of each person's first EDSS worsening that is confirmed after 12 weeks, from the file of visits."""
    visits: dict[str, list[tuple[int, float]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            visits.setdefault(row["subject"], []).append((int(row["day"]), float(row["value"])))
    found = {}
    for subject, course in visits.items():
        day = first_worsening(sorted(course))
        if day is not None:
            found[subject] = day
    return found


def first_worsening(course: list[tuple[int, float]]) -> int | None:
    """The first day on which the score is worse by enough, and stays so to a visit that confirms it."""
    reference = course[0][1]
    enough = reference + (1.5 if reference == 0 else 1.0 if reference <= 5 else 0.5)
    for place, (day, value) in enumerate(course):
        for later, (later_day, _) in enumerate(course):
            if later > place and value >= enough and EARLIEST <= later_day - day <= LATEST:
                if all(score >= enough for _, score in course[place : later + 1]):
                    return day
                break
    return None


def arrangements(values: Sequence[float], sizes: Sequence[int]) -> Iterator[list[list[float]]]:
    """Every way to deal the people with these values to groups of these sizes."""
    if len(sizes) == 1:
        yield [list(values)]
        return
    for chosen in combinations(range(len(values)), sizes[0]):
        rest = [value for place, value in enumerate(values) if place not in chosen]
        for others in arrangements(rest, sizes[1:]):
            yield [[values[place] for place in chosen], *others]


def pairs_in_order(groups: list[list[float]]) -> float:
    """Pairs in which the value rises with the group, ties as one half."""
    total = 0.0
    for place, lower in enumerate(groups):
        for higher in groups[place + 1 :]:
            for one in lower:
                for other in higher:
                    total += 1.0 if one < other else 0.5 if one == other else 0.0
    return total


def share_at_least(values: Sequence[float], sizes: Sequence[int], observed: float, most: int | None = None) -> float:
    """Share of arrangements with so many pairs in order or more; of the first ones only, if ``most`` says so."""
    statistics = [pairs_in_order(groups) for groups in islice(arrangements(values, sizes), most)]
    return sum(each >= observed for each in statistics) / len(statistics)
