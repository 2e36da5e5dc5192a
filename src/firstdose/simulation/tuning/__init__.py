"""The search of a design and its settings: the plan, the settings, their figures, and which of them wins."""

from __future__ import annotations

from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.best_protocol import protocol_text
from firstdose.simulation.tuning.evaluating import evaluate
from firstdose.simulation.tuning.evaluation import Engines, Evaluation, Part
from firstdose.simulation.tuning.families import Families, families
from firstdose.simulation.tuning.journal import Journal
from firstdose.simulation.tuning.pareto import non_dominated
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.reading import plan_of, read_plan
from firstdose.simulation.tuning.search import Effort, Searched, search
from firstdose.simulation.tuning.space import AS_WRITTEN, Setting, Space, space_of
from firstdose.simulation.tuning.table import table_rows
from firstdose.simulation.tuning.tuned import NothingPossible, Tuned, tune, why_no_winner

__all__ = [
    "AS_WRITTEN",
    "Aim",
    "Constraint",
    "Effort",
    "Engines",
    "Evaluation",
    "Families",
    "Journal",
    "NothingPossible",
    "Part",
    "Plan",
    "Searched",
    "Setting",
    "Space",
    "Tuned",
    "evaluate",
    "families",
    "non_dominated",
    "plan_of",
    "protocol_text",
    "read_plan",
    "search",
    "space_of",
    "table_rows",
    "tune",
    "why_no_winner",
]
