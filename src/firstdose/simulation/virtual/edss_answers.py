"""The items behind an EDSS step: functional systems, mobility, distance and aid that agree with it."""

from __future__ import annotations

from functools import cache

import numpy as np

from firstdose.measures.edss import STEPS
from firstdose.measures.edss_rules import SYSTEMS
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Integers
from firstdose.simulation.virtual.item_blocks import ItemBlock, block, column_of, pairs, word

# Grades of the seven systems in the order of SYSTEMS. Up to 5.0 they set the step, or walking does; above they vary.
GRADES: dict[float, tuple[int, ...]] = {
    0.0: (0, 0, 0, 0, 0, 0, 0),
    1.0: (0, 0, 1, 0, 0, 0, 0),
    1.5: (0, 0, 1, 0, 1, 0, 0),
    2.0: (0, 0, 2, 0, 1, 0, 0),
    2.5: (0, 0, 2, 1, 2, 0, 0),
    3.0: (0, 0, 3, 1, 1, 0, 1),
    3.5: (0, 0, 3, 1, 2, 1, 1),
    4.0: (0, 1, 4, 1, 1, 1, 1),
    4.5: (0, 1, 4, 1, 1, 1, 1),
    5.0: (0, 1, 4, 1, 1, 1, 1),
    5.5: (1, 1, 3, 2, 2, 2, 1),
    6.0: (1, 1, 4, 2, 2, 2, 1),
    6.5: (1, 1, 4, 3, 2, 3, 1),
    7.0: (1, 2, 4, 3, 3, 3, 2),
    7.5: (1, 2, 5, 3, 3, 3, 2),
    8.0: (2, 2, 5, 3, 3, 4, 2),
    8.5: (2, 2, 5, 4, 3, 4, 2),
    9.0: (2, 3, 6, 4, 4, 5, 3),
    9.5: (3, 4, 6, 5, 5, 6, 4),
    10.0: (3, 4, 6, 5, 5, 6, 4),
}
HIGHEST = np.array([highest for _, highest in SYSTEMS.values()])
VARIES = np.array([name != "pyramidal" for name in SYSTEMS])
FIRST_THAT_VARIES = STEPS.index(5.5)

# (shortest, longest) distance in metres and the aid with which it is walked; None where a person does not walk.
DISTANCES: dict[float, tuple[int, int, str]] = {
    **{step: (500, 500, "none") for step in STEPS if step <= 4.0},
    4.5: (300, 490, "none"),
    5.0: (200, 290, "none"),
    5.5: (100, 190, "none"),
    6.0: (50, 110, "one_side"),
    6.5: (5, 110, "both_sides"),
}
MOBILITIES: dict[float, str] = {
    7.0: "wheelchair",
    7.5: "wheelchair_with_help",
    8.0: "bed_or_chair",
    8.5: "bed_some_self_care",
    9.0: "bed_communicates",
    9.5: "bed_totally_helpless",
    10.0: "dead",
}
GRADES_TABLE = np.array([GRADES[step] for step in STEPS])
SHORTEST, LONGEST = (np.array([DISTANCES.get(step, (0, 0, ""))[end] for step in STEPS]) for end in (0, 1))
WALKS = np.array([step in DISTANCES for step in STEPS])
METRES = 10
STEP_VALUES = np.array(STEPS)


def edss_answers(cast: Cast, attendance: Attendance, rated: Integers, random: np.random.Generator) -> ItemBlock:
    """The answers at every visit at which the EDSS was rated."""
    person, visit = pairs(attendance.done["edss"])
    step = rated[person, visit]
    found = block("edss", person, visit)
    systems = len(SYSTEMS)
    own = random.integers(-1, 2, (len(cast), systems))[person] * VARIES
    varied = np.clip(GRADES_TABLE[step] + own, 0, HIGHEST)
    found.answers[:, :systems] = np.where((step >= FIRST_THAT_VARIES)[:, None], varied, GRADES_TABLE[step])
    mobility, aids = _words_of_steps()
    walks = WALKS[step]
    metres = SHORTEST[step] + random.random(len(step)) * (LONGEST[step] - SHORTEST[step])
    metres = np.maximum(np.floor(metres / METRES) * METRES, SHORTEST[step])
    found.texts[:, column_of("edss", "mobility")] = mobility[step]
    found.answers[:, column_of("edss", "distance_metres")] = np.where(walks, metres, np.nan)
    found.texts[:, column_of("edss", "aid")] = np.where(walks, aids[step], -1)
    found.answers[:, column_of("edss", "step")] = STEP_VALUES[step]
    return found


@cache
def _words_of_steps() -> tuple[Integers, Integers]:
    """The codes of mobility and aid at each step."""
    mobility = [word(MOBILITIES.get(step, "walks")) for step in STEPS]
    return np.array(mobility), np.array([word(DISTANCES.get(step, (0, 0, "none"))[2]) for step in STEPS])
