"""The rules and true curves that are timed: five doses, target 0.25, thirty participants."""

from __future__ import annotations

from firstdose.designs.blrm import Blrm, ReferenceDose
from firstdose.designs.boin import Boin
from firstdose.designs.crm import Crm
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.scenarios import Scenarios, listed, random_monotone

DOSES = (5.0, 10.0, 16.0, 24.0, 36.0)
LEVELS = len(DOSES)
TARGET = 0.25
PARTICIPANTS = 30
TRUTH = (0.05, 0.12, 0.25, 0.40, 0.55)
SKELETON = (0.05, 0.12, 0.25, 0.40, 0.55)
PRIOR_VARIANCE = 1.34
REFERENCE_DOSE = 16.0
PRIOR_MEAN = (-1.0986, 0.0)
PRIOR_SD = (2.0, 1.0)
INTERVALS = (0.16, 0.33)
OVERDOSE_BOUND = 0.25


def frame(cohort_size: int = 3) -> Frame:
    """What the designs are bound to, made afresh."""
    return Frame(DOSES, "million cells", TARGET, cohort_size, PARTICIPANTS)


def boin(cohort_size: int = 3) -> EscalationRule:
    """BOIN with its defaults."""
    return EscalationRule(Boin(frame=frame(cohort_size)))


def crm() -> EscalationRule:
    """The empiric CRM with its defaults."""
    return EscalationRule(Crm(frame=frame(), skeleton=SKELETON, prior_variance=PRIOR_VARIANCE))


def blrm() -> EscalationRule:
    """The BLRM with overdose control."""
    design = Blrm(
        frame=frame(),
        reference_dose=ReferenceDose(value=REFERENCE_DOSE, unit="million cells"),
        prior_mean=PRIOR_MEAN,
        prior_sd=PRIOR_SD,
        intervals=INTERVALS,
        overdose_bound=OVERDOSE_BOUND,
    )
    return EscalationRule(design)


def one_scenario() -> Scenarios:
    """The one true curve."""
    return listed([TRUTH], LEVELS)


def many_scenarios(count: int) -> Scenarios:
    """Random rising curves."""
    return random_monotone(LEVELS, TARGET, count, seed=1)
