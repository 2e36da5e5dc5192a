"""The methods that results may name: each with its words, its source, its code and the tests that it passes."""

from __future__ import annotations

from firstdose.analysis.attribution_methods import ATTRIBUTION_METHODS
from firstdose.analysis.event_methods import EVENT_METHODS
from firstdose.analysis.metabolism_methods import METABOLISM_METHODS
from firstdose.analysis.named_method import NamedMethod
from firstdose.analysis.trial_methods import TRIAL_METHODS

__all__ = ["METHODS", "NamedMethod"]

METHODS: dict[str, NamedMethod] = {
    **TRIAL_METHODS,
    **EVENT_METHODS,
    **METABOLISM_METHODS,
    **ATTRIBUTION_METHODS,
}
"""Each method by its name."""
