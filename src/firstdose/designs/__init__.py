"""Escalation designs and guards: one file a design, one dictionary that lists them."""

from __future__ import annotations

from firstdose.designs.blrm import Blrm
from firstdose.designs.boin import Boin
from firstdose.designs.cohort_size_guards import CohortSizes, Titration
from firstdose.designs.crm import Crm
from firstdose.designs.design import Design
from firstdose.designs.guards import (
    AtLeast,
    Guard,
    HighestLevel,
    NoSkipping,
    StopWhenEnough,
    StopWhenPrecise,
    StopWhenTooToxic,
)
from firstdose.designs.i3plus3 import I3plus3
from firstdose.designs.keyboard import Keyboard
from firstdose.designs.mtpi import Mtpi
from firstdose.designs.mtpi2 import Mtpi2
from firstdose.designs.rolling_six import RollingSix
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.designs.tite_boin import TiteBoin
from firstdose.designs.tite_crm import TiteCrm

DESIGNS: dict[str, type[Design]] = {
    "three_plus_three": ThreePlusThree,
    "i3plus3": I3plus3,
    "mtpi": Mtpi,
    "mtpi2": Mtpi2,
    "keyboard": Keyboard,
    "boin": Boin,
    "crm": Crm,
    "blrm": Blrm,
    "tite_boin": TiteBoin,
    "tite_crm": TiteCrm,
    "rolling_six": RollingSix,
}

GUARDS: dict[str, type[Guard]] = {
    "no_skipping": NoSkipping,
    "stop_when_too_toxic": StopWhenTooToxic,
    "stop_when_enough": StopWhenEnough,
    "stop_when_precise": StopWhenPrecise,
    "at_least": AtLeast,
    "cohort_sizes": CohortSizes,
    "titration": Titration,
    "highest_level": HighestLevel,
}

__all__ = ["DESIGNS", "GUARDS", "Design", "Guard"]
