"""Why a rule that backfills steps as it does, in words."""

from __future__ import annotations

import numpy as np

from firstdose.designs.backfill import highest_left, together_with_backfilled
from firstdose.designs.boin import Boin
from firstdose.designs.interval import DEESCALATE
from firstdose.designs.states import Booleans, Seen, Step


def explain_with_backfill(design: Boin, seen: Seen, backfilled: Booleans, step: Step) -> str:
    """Why the design steps so, for the single trial in row 0."""
    current, left = int(seen.current[0]), int(highest_left(design, seen)[0])
    if left < min(current - 1, int(seen.highest[0])):
        return _elimination_words(design, seen, left + 1)
    found = together_with_backfilled(design, seen, backfilled)
    lowest, wanted = int(found.lowest[0]), int(found.level[0])
    if lowest == current or left == 0:
        return design.explain(seen, step)
    words = _together_words(design, seen, lowest, wanted)
    if left < current:  # the current level is eliminated, which leads at least one level down
        own = design.explain(seen, step)
        return own if wanted >= left else f"{own}; {words}"
    if wanted > left:
        words += f", but level {wanted} is eliminated or may not be given"
    return words


def _elimination_words(design: Boin, seen: Seen, level: int) -> str:
    """That a level below the current one is eliminated."""
    words = f"{_share(*_counts(seen, level, level))} participants at level {level} had a DLT: "
    words += design.elimination_words(int(seen.participants[0, level - 1]), int(seen.dlts[0, level - 1]))
    words += f", so level {level} and above are eliminated"
    return words + ("; no level is left" if level == 1 else "")


def _together_words(design: Boin, seen: Seen, lowest: int, wanted: int) -> str:
    """What a backfilled level and the current one, and all between them, call for together."""
    current = int(seen.current[0])
    its, own, both = (_counts(seen, *levels) for levels in ((lowest,) * 2, (current,) * 2, (lowest, current)))
    move_of_its, move_of_own, move = (_move(design, *each) for each in (its, own, both))
    joined = "which calls for more caution than the" if move_of_its < move_of_own else "and so had"
    words = f"{_share(*its)} participants at level {lowest}, which was backfilled, had a DLT, {joined} {_share(*own)} "
    words += f"at level {current}; together levels {lowest} to {current} have {_share(*both)}: "
    words += design.move_words(*both, move)
    if move != DEESCALATE:
        return words
    if wanted < lowest:
        return words + (f", below level {lowest}" if wanted else f"; level {lowest} is the lowest")
    which = f"levels {lowest} to {wanted} together have" if wanted > lowest else f"level {wanted} has"
    return f"{words}, to level {wanted}: {which} {_share(*_counts(seen, lowest, wanted))}"


def _counts(seen: Seen, lowest: int, highest: int) -> tuple[int, int]:
    """Participants and DLTs at these levels."""
    levels = slice(lowest - 1, highest)
    return int(seen.participants[0, levels].sum()), int(seen.dlts[0, levels].sum())


def _share(participants: int, dlts: int) -> str:
    return f"{dlts} of {participants}"


def _move(design: Boin, participants: int, dlts: int) -> int:
    return int(design.moves(np.array([participants]), np.array([dlts]))[0])
