"""The randomised trial that the first one calls for: settings, virtual trials, power, assurance, what is identified."""

from __future__ import annotations

from firstdose.simulation.next_trial.assessment import PHASE_ONE, Assessment, assess
from firstdose.simulation.next_trial.figures import Assurance, Estimate, Power, assurance_of, power_of
from firstdose.simulation.next_trial.identifiability import CONTRASTS, Identified, identified
from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.reading import next_trial_of, read_next_trial
from firstdose.simulation.next_trial.sample_size import SampleSize, sample_size
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.taken import NO_EFFICACY, Taken

__all__ = [
    "CONTRASTS",
    "NO_EFFICACY",
    "PHASE_ONE",
    "Assessment",
    "Assurance",
    "Estimate",
    "Identified",
    "NextTrialSettings",
    "Plan",
    "Power",
    "SampleSize",
    "Taken",
    "assess",
    "assurance_of",
    "identified",
    "next_trial_of",
    "power_of",
    "read_next_trial",
    "sample_size",
]
