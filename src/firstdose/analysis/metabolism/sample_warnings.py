"""What must be told of the samples of a fluid: doses taken from others, visits, names of people."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.metabolism.names_alike import misspelt, shortened, told_of
from firstdose.analysis.metabolism.visit_order import VisitOrder
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.wording import counted


def dosed_by_others(samples: pl.Series, filled: set[str]) -> list[str]:
    """Which samples have the dose of other samples of their person."""
    names = [name for name in samples if name in filled]
    if not names:
        return []
    verb = "has no dose of its own and has that" if len(names) == 1 else "have no dose of their own and have those"
    return [f"{counted(len(names), 'sample')} ({shortened(names)}) {verb} of other samples of the same person"]


def without_a_sample(frame: pl.DataFrame, plan: Metabolism) -> str:
    """What must be said where no sample is of a visit of the plan, that of the primary test included, else ""."""
    found = set(frame["visit"].to_list())
    wanted = dict.fromkeys((*plan.visits, *([plan.primary_visit] if plan.primary_visit else [])))
    empty = [visit for visit in wanted if visit not in found]
    if not empty:
        return ""
    words = "visit" if len(empty) == 1 else "visits"
    return f"no sample that can be analysed is of the planned {words} {', '.join(empty)}"


def visit_warning(order: VisitOrder) -> str:
    """What must be said where the names of visits do not tell their order, else ""."""
    if not order.unclear or len(order.names) < 2:
        return ""
    told = f"the names of visits do not say when {', '.join(order.unclear)} were"
    return f"{told}; the order used is {', '.join(order.names)}, and changes are from {order.names[0]}"


def names_alike(frame: pl.DataFrame) -> str:
    """What must be said of names of people in samples that are nearly alike, else ""."""
    return told_of(misspelt(frame["subject"].to_list(), frame["visit"].to_list(), frame["dose"].to_numpy()))
