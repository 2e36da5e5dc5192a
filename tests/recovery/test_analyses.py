"""The analyses recover what is true of virtual trials; the committed figures of 2,000 trials are still the code's.

The first trials are made and analysed again here: where their figures differ, the file must be made again
(`python -m tests.recovery.analyses`) and looked at.
"""

import math

import pytest

from firstdose.validation import recovery
from firstdose.validation.recovery import TARGETS, Recovered
from tests.recovery import analyses

ARTEFACT = recovery.artefact()
LINES = {line.name: line for line in recovery.lines_of(ARTEFACT)}
CLOSE = 1e-6


def test_every_target_was_looked_at_in_2000_trials() -> None:
    assert list(LINES) == ARTEFACT["targets"] == [target.name for target in TARGETS]
    assert len(LINES) == len(TARGETS)
    assert ARTEFACT["trials"] >= 2000
    assert ARTEFACT["seed"] == recovery.SEED
    assert all(line.trials == ARTEFACT["trials"] for line in LINES.values())


@pytest.mark.parametrize("name", LINES)
def test_coverage_and_level_hold(name: str) -> None:
    """Coverage at least nominal minus three standard errors, level at most nominal plus three."""
    line = LINES[name]
    assert line.made > 0
    assert line.holds, line


def test_the_code_still_gives_these_figures() -> None:
    kept = ARTEFACT["first_trials"]
    again = analyses.figures(range(analyses.KEPT)).rows()
    assert len(kept) == len(again) == analyses.KEPT * len(TARGETS)
    for stored, found in zip(kept, again, strict=True):
        assert tuple(stored[:2]) == found[:2]
        for before, now in zip(stored[2:], found[2:], strict=True):
            assert (before is None) == (now is None), (TARGETS[found[1]], stored, found)
            assert before is None or math.isclose(before, now, rel_tol=CLOSE, abs_tol=CLOSE), (
                TARGETS[found[1]],
                stored,
            )


@pytest.mark.parametrize(
    ("kind", "share", "holds"),
    [
        ("share", 0.94, True),
        ("share", 0.93, False),
        ("share", 1.0, True),
        ("level", 0.06, True),
        ("level", 0.07, False),
    ],
)
def test_three_standard_errors_are_allowed_on_the_wrong_side(kind: recovery.Truth, share: float, holds: bool) -> None:
    assert Recovered("a figure", kind, 0.5, 2000, 2000, share).holds is holds
