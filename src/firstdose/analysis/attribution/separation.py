"""Whether what was recorded beside the dose went so closely with it that the two cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firstdose.analysis.scores.measured import FloatArray
from firstdose.methods.trend import mid_ranks


@dataclass(frozen=True)
class Kinds:
    """How far kinds (sites, batches) share out the ranks of the dose, with its permutation test."""

    share: float
    p: float
    error: float


def is_separated(dose: FloatArray, first: FloatArray, last: FloatArray) -> bool | None:
    """Whether each dose has a stretch of some quantity to itself, so that no two doses overlap; None where it is open.

    ``first`` and ``last`` (N,) are the lowest and highest value that each person may have (the same where it is known,
    nan where nothing is). True needs every pair of doses apart however the values are read, False a pair that overlaps
    however they are.
    """
    levels = np.unique(dose)
    lowest = np.where(np.isnan(first), -np.inf, first)
    highest = np.where(np.isnan(last), np.inf, last)
    answer: bool | None = True
    for place, one in enumerate(levels):
        for other in levels[place + 1 :]:
            here, there = dose == one, dose == other
            if _before(highest[here], lowest[there]) or _before(highest[there], lowest[here]):
                continue
            if not (_before(lowest[here], highest[there]) or _before(lowest[there], highest[here])):
                return False
            answer = None
    return answer


def _before(one: FloatArray, other: FloatArray) -> bool:
    return bool(one.max() < other.min())


def is_one_dose_each(dose: FloatArray, kinds: Sequence[str | None]) -> bool | None:
    """Whether no kind (a site, a batch) was met at two doses, so that dose and kind cannot be told apart.

    None where that depends on people whose kind is not known.
    """
    doses_of: dict[str, set[float]] = {}
    unknown: set[float] = set()
    for each, kind in zip(dose.tolist(), kinds, strict=True):
        if kind is None:
            unknown.add(each)
        else:
            doses_of.setdefault(kind, set()).add(each)
    if any(len(doses) > 1 for doses in doses_of.values()):
        return False
    return None if unknown else True


def share_of_ranks(dose: FloatArray, kinds: Sequence[str], *, permutations: int, seed: int) -> Kinds:
    """The share of the variance of the dose's mid-ranks that lies between kinds, and how often chance gives as much.

    The share is Kruskal and Wallis's H / (N - 1); doses are permuted between people, the actual ones among them.
    Source: Kruskal and Wallis, J Am Stat Assoc 1952;47:583; Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39.
    Raises ValueError for one dose or one kind only.
    """
    _, code = np.unique(np.array(kinds, dtype=object).astype(str), return_inverse=True)
    if np.unique(dose).size < 2 or code.max(initial=0) < 1:
        raise ValueError("two doses and two kinds are needed")
    ranks = mid_ranks(dose)
    away = ranks - ranks.mean()
    dealt = np.vstack([away, np.random.default_rng(seed).permuted(np.tile(away, (permutations, 1)), axis=1)])
    member = (code[:, None] == np.arange(code.max() + 1)).astype(np.float64)
    shares = ((dealt @ member) ** 2 / member.sum(axis=0)).sum(axis=1) / (away @ away)
    p = float((shares >= shares[0] - 1e-9).mean())
    return Kinds(float(shares[0]), p, float(np.sqrt(p * (1 - p) / (permutations + 1))))
