"""On the drug, off it or just stopped: every reading of dates that are known in part is tried."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.attribution.drug import JUST_STOPPED, NEVER, OFF, ON, UNKNOWN, Spell, state_on
from firstdose.analysis.deriving.trial_days import Days

DAYS = st.integers(-3, 12)
SPELLS = st.lists(st.tuples(DAYS, st.integers(0, 2), st.integers(1, 6), st.integers(0, 2)), max_size=2)


def plain_state(day: int, spells: list[tuple[int, int]], window: int) -> int:
    """The state where every date is known."""
    if any(start <= day <= end for start, end in spells):
        return ON
    return JUST_STOPPED if any(end < day <= end + window for _, end in spells) else OFF


@given(DAYS, SPELLS, st.integers(0, 4))
def test_a_state_that_is_given_holds_for_every_reading(
    day: int, drawn: list[tuple[int, int, int, int]], window: int
) -> None:
    spells = tuple(
        Spell(Days(start, start + open_start), Days(start + length + 2, start + length + 2 + open_end))
        for start, open_start, length, open_end in drawn
    )
    readings = [
        [(start, end) for start in range(spell.start.first or 0, (spell.start.last or 0) + 1)
         for end in range(spell.end.first or 0, (spell.end.last or 0) + 1)]
        for spell in spells
    ]  # fmt: skip
    found = {plain_state(day, list(each), window) for each in product(*readings)}
    answer = state_on(day, spells, window)
    if answer == UNKNOWN:
        assert any(spell.start.exact is None or spell.end.exact is None for spell in spells)
    else:
        assert found == {answer}


def test_what_is_still_taken_and_what_began_on_an_unknown_day() -> None:
    assert state_on(400, (Spell(Days(0, 0), Days(NEVER, NEVER)),), 28) == ON
    assert state_on(-1, (Spell(Days(None, None), Days(183, 183)),), 28) == UNKNOWN
    assert state_on(90, (Spell(Days(None, None), Days(183, 183)),), 28) == UNKNOWN
    assert state_on(300, (Spell(Days(None, None), Days(183, 183)),), 28) == OFF
    assert state_on(184, (Spell(Days(0, 0), Days(183, 183)),), 28) == JUST_STOPPED
    assert state_on(212, (Spell(Days(0, 0), Days(183, 183)),), 28) == OFF
    assert state_on(50, (), 28) == OFF
