"""What differs between two versions of a protocol; the expected differences are those made in the text of the file."""

from __future__ import annotations

import pytest

from firstdose.conduct.differences import Difference, compare
from firstdose.protocol import Protocol
from tests.dosing.trial import PROTOCOL, protocol, with_sentinel

VISITS = """schedule:
  visits:
    - {id: M1, name: Month 1, day: 30, window: [7, 7]}
    - {id: M2, name: Month 2, day: 61}
"""


def changed(old: str, new: str) -> Protocol:
    assert old in PROTOCOL + VISITS
    return protocol(lambda text: (text + VISITS).replace(old, new))


BEFORE = protocol(lambda text: text + VISITS)


def test_the_same_protocol_does_not_differ() -> None:
    assert compare(BEFORE, protocol(lambda text: "# a remark\n" + text + VISITS)) == ()


def test_a_window_is_told_in_the_words_of_its_key() -> None:
    (found,) = compare(BEFORE, changed("window_days: 28", "window_days: 42"))
    assert found == Difference(
        "escalation.dlt.window_days", "Time from dosing in which an event counts. Unit: days.", "28", "42"
    )
    assert found.words.endswith(": 28 becomes 42")
    assert found.touches_dosing


@pytest.mark.parametrize(
    ("old", "new", "key", "touches"),
    [
        ("values: [5, 10, 16, 24]", "values: [5, 10, 16, 20]", "dose_levels.values", True),
        ("variant: previous", "variant: confirm_six", "escalation.settings.variant", True),
        ("cohort_size: 3", "cohort_size: 4", "escalation.cohort_size", True),
        ("at_least: 70", "at_least: 80", "product.release_criteria[viability].at_least", True),
        ("progressive disease", "progressive multiple sclerosis", "population.criteria[I1].text", True),
        ("title: A trial", "title: Another trial", "trial.title", False),
        ("day: 30", "day: 31", "schedule.visits[M1].day", False),
        ("window: [7, 7]", "window: [3, 7]", "schedule.visits[M1].window", False),
    ],
)
def test_each_change_is_found_at_its_key(old: str, new: str, key: str, touches: bool) -> None:
    (found,) = compare(BEFORE, changed(old, new))
    assert (found.key, found.touches_dosing) == (key, touches)


def test_what_is_added_or_left_out_is_one_difference() -> None:
    after = changed("    - {id: M2, name: Month 2, day: 61}\n", "    - {id: M3, name: Month 3, day: 91}\n")
    left_out, added = compare(BEFORE, after)
    assert (left_out.key, left_out.new) == ("schedule.visits[M2]", None)
    assert left_out.words.endswith("is left out")
    assert (added.key, added.old) == ("schedule.visits[M3]", None)
    assert "Month 3" in added.words


def test_a_whole_section_that_is_added_is_told() -> None:
    (found,) = compare(BEFORE, protocol(lambda text: with_sentinel(text) + VISITS))
    assert found.key == "escalation.sentinel"
    assert found.touches_dosing
    assert "14" in (found.new or "")


def test_designs_that_are_only_compared_do_not_touch_dosing() -> None:
    more = "  comparators: {boin: {p_saf: 0.15, p_tox: 0.35}}\n  target_dlt_rate: 0.25\n"
    found = compare(BEFORE, protocol(lambda text: text.replace("  dlt:", more + "  dlt:") + VISITS))
    touching = {each.key: each.touches_dosing for each in found}
    assert touching == {"escalation.target_dlt_rate": True, "escalation.comparators.boin": False}
