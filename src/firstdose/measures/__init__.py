"""Clinical measures: one file a measure, one dictionary that lists them."""

from __future__ import annotations

from firstdose.measures.barthel import BARTHEL
from firstdose.measures.brain_volume import BRAIN_VOLUME
from firstdose.measures.change import MinimumChange
from firstdose.measures.edss import EDSS
from firstdose.measures.item import Answer, Answers, Item
from firstdose.measures.lesion_counts import LESION_COUNTS
from firstdose.measures.measure import Measure
from firstdose.measures.neurofilament import NEUROFILAMENT
from firstdose.measures.nine_hole_peg import NINE_HOLE_PEG
from firstdose.measures.result import Missing, Result, Score, UnableToPerform
from firstdose.measures.symbol_digit import SYMBOL_DIGIT
from firstdose.measures.timed_walk import TIMED_WALK

MEASURES: dict[str, Measure] = {
    "edss": EDSS,
    "timed_walk": TIMED_WALK,
    "nine_hole_peg": NINE_HOLE_PEG,
    "symbol_digit": SYMBOL_DIGIT,
    "barthel": BARTHEL,
    "brain_volume": BRAIN_VOLUME,
    "lesion_counts": LESION_COUNTS,
    "neurofilament": NEUROFILAMENT,
}

__all__ = [
    "MEASURES",
    "Answer",
    "Answers",
    "Item",
    "Measure",
    "MinimumChange",
    "Missing",
    "Result",
    "Score",
    "UnableToPerform",
]
