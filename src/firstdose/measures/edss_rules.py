"""From functional systems and walking to the EDSS steps that fit them."""

from __future__ import annotations

from firstdose.measures.item import Answers, numeric

SYSTEMS = {
    "visual": ("visual", 6),
    "brainstem": ("brainstem", 5),
    "pyramidal": ("pyramidal", 6),
    "cerebellar": ("cerebellar", 5),
    "sensory": ("sensory", 6),
    "bowel_and_bladder": ("bowel and bladder", 6),
    "cerebral": ("cerebral", 5),
}

# As examined, these two systems have more grades than the scale counts.
CONVERTED = {"visual": (0, 1, 2, 2, 3, 3, 4), "bowel_and_bladder": (0, 1, 2, 3, 3, 4, 5)}

UNAIDED_METRES = 500
MOBILITY: dict[int | str, tuple[str, float | None]] = {
    "walks": ("walks at least 5 metres, with or without an aid", None),
    "wheelchair": ("uses a wheelchair, wheels it and transfers alone", 7.0),
    "wheelchair_with_help": ("uses a wheelchair, needs help to wheel it or to transfer", 7.5),
    "bed_or_chair": ("is in bed, a chair or a pushed wheelchair; uses the arms and cares for self", 8.0),
    "bed_some_self_care": ("is in bed most of the day; some use of the arms and some self-care", 8.5),
    "bed_communicates": ("is helpless in bed; communicates and eats", 9.0),
    "bed_totally_helpless": ("is helpless in bed; cannot communicate or eat", 9.5),
    "dead": ("died of multiple sclerosis", 10.0),
}

# (metres at least, step), from the longest distance to the shortest.
UNAIDED = ((500, 0.0), (300, 4.5), (200, 5.0), (100, 5.5), (0, 6.0))
ONE_SIDE = ((50, 6.0), (5, 6.5), (0, 7.0))
BOTH_SIDES = ((120, 6.0), (5, 6.5), (0, 7.0))
WALKING = {"none": UNAIDED, "one_side": ONE_SIDE, "both_sides": BOTH_SIDES}


def steps_of_walking(answers: Answers) -> float | None:
    """The step that mobility sets, 0 where it leaves the step to the systems; None where it was not recorded."""
    mobility = answers.get("mobility")
    if not isinstance(mobility, str) or mobility not in MOBILITY:
        return None
    step = MOBILITY[mobility][1]
    if step is not None:
        return step
    distance, aid = numeric(answers.get("distance_metres")), answers.get("aid")
    if distance is None or not isinstance(aid, str) or aid not in WALKING:
        return None
    return next(step for metres, step in WALKING[aid] if distance >= metres)


def counted_grades(answers: Answers) -> list[int] | None:
    """The seven grades as the scale counts them, from the highest; a cerebral grade of 1 (fatigue) counts as 0."""
    grades: list[int] = []
    for name in SYSTEMS:
        examined = numeric(answers.get(name))
        if examined is None:
            return None
        grade = CONVERTED[name][int(examined)] if name in CONVERTED else int(examined)
        grades.append(0 if name == "cerebral" and grade == 1 else grade)
    return sorted(grades, reverse=True)


def steps_of_systems(answers: Answers) -> tuple[float, float] | None:
    """The lowest and highest step up to 5.0 that fit the seven systems in a person who walks 500 m.

    Kurtzke 1983 leaves open where "combinations of lesser grades" pass from 4.0 to 4.5 and 5.0: where readings in
    use differ, both are accepted.
    """
    grades = counted_grades(answers)
    if grades is None:
        return None
    ones, twos, threes, fours = (grades.count(grade) for grade in (1, 2, 3, 4))
    if grades[0] >= 5 or fours >= 2:
        return 5.0, 5.0
    if fours == 1:
        return _with_one_four(twos, threes)
    if threes:
        step = _with_threes(twos, threes)
        return step, step
    if twos:
        step = (2.0, 2.5, 3.0, 3.0, 3.5, 4.0, 4.0)[twos - 1]
        return step, step
    step = (0.0, 1.0)[ones] if ones <= 1 else 1.5
    return step, step


def _with_one_four(twos: int, threes: int) -> tuple[float, float]:
    """One system of grade 4, the others lower."""
    if threes:
        return (4.5, 5.0) if threes >= 3 else (4.5, 4.5)
    return (4.0, 4.5) if twos else (4.0, 4.0)


def _with_threes(twos: int, threes: int) -> float:
    """The highest grade is 3."""
    if threes >= 6:
        return 5.0
    if threes == 5:
        return 4.5
    if threes == 1 and twos <= 2:
        return 3.5 if twos else 3.0
    return 3.5 if threes == 2 and not twos else 4.0
