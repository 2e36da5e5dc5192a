"""Frames made for several trials together hold what each of them would have held alone."""

from __future__ import annotations

from itertools import chain

import numpy as np
import polars as pl
import pytest

from firstdose.records import Relapse, TrialData
from firstdose.simulation.virtual import trial as making
from firstdose.simulation.virtual.columns import NOTHING, Draft, Paired, frame, frames_of, from_rows, pick, table_of
from firstdose.simulation.virtual.escalation_walk import TrialNeverEnds
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.trial import AT_A_TIME, DraftedTrial, VirtualTrial, make_trials
from tests.simulation.virtual_records import SEED
from tests.simulation.virtual_trials import default, eventful, protocol

LAYOUT = {
    "word": pl.String(), "moment": pl.String(), "number": pl.Float64(), "count": pl.Int64(), "answer": pl.Boolean(),
    "is_so": pl.Boolean(), "text": pl.String(), "one": pl.String(), "none": pl.Int64(), "other": pl.Float64(),
}  # fmt: skip


def draft(words: list[str], codes: list[int], height: int | None = None) -> Draft:
    """A draft in which every way to give a column occurs, a row for each code."""
    array, days, times = np.array(codes, dtype=np.int64), table_of(["2020-01-01", "2020"]), table_of(["T10:00", ""])
    return Draft(
        LAYOUT,
        len(codes) if height is None else height,
        {
            "word": pick(table_of(words), array),
            "moment": Paired(pick(days, array), pick(times, np.abs(array))),
            "number": np.where(array == NOTHING, np.nan, array / 2),
            "count": np.where(array == NOTHING, np.nan, array * 3),
            "answer": array,
            "is_so": array > 0,
            "text": [f"row {code}" for code in codes],
            "one": "the same",
            "other": array * 10,
        },
    )


def test_each_way_to_give_a_column_yields_its_values() -> None:
    (found,) = frames_of([draft(["a", "b"], [0, NOTHING, 1])])
    assert found.schema == pl.Schema(LAYOUT)
    assert found.rows() == [
        ("a", "2020-01-01T10:00", 0.0, 0, False, False, "row 0", "the same", None, 0.0),
        (None, None, None, None, None, False, "row -1", "the same", None, -10.0),
        ("b", "2020", 0.5, 3, True, True, "row 1", "the same", None, 10.0),
    ]


def test_frames_made_together_are_those_made_alone() -> None:
    drafts = [draft(["a", "b"], [1, 0]), draft(["a", "b"], []), draft(["c", "d"], [NOTHING, 1, 0]), draft(["a"], [0])]
    together = frames_of(drafts)
    assert [each.height for each in together] == [2, 0, 3, 1]
    for each, alone in zip(together, drafts, strict=True):
        assert each.schema == pl.Schema(LAYOUT)
        assert each.equals(frames_of([alone])[0])


def test_a_column_that_cannot_be_made_is_an_error() -> None:
    first, second = draft(["a", "b"], [0]), draft(["a", "b"], [1])
    with pytest.raises(TypeError, match="in different ways"):
        frames_of([first, Draft(LAYOUT, 1, {**second.columns, "text": "one for all"})])
    with pytest.raises(ValueError, match="not the same"):
        frames_of([first, Draft(LAYOUT, 1, {**second.columns, "one": "another"})])
    with pytest.raises(ValueError, match="Relapse has no field colour"):
        frame(Relapse, 1, {"colour": "red"})


def test_rows_become_the_columns_of_their_record() -> None:
    found = frames_of([from_rows(Relapse, ("subject", "number"), [["P-01", 1], ["P-01", 2]])])[0]
    assert found.select("subject", "number", "onset").rows() == [("P-01", 1, None), ("P-01", 2, None)]
    assert frames_of([from_rows(Relapse, ("subject", "number"), [])])[0].height == 0


def print_of(trial: VirtualTrial) -> tuple[str, str, str]:
    return trial.trial_data.content_hash, trial.abundances.write_csv(), trial.truth.events.write_csv()


def test_more_trials_than_are_made_at_a_time_are_the_same_as_alone() -> None:
    plan, numbers = Plan.of(protocol(), eventful()), range(AT_A_TIME + 2)
    together = [print_of(each) for each in make_trials(plan, SEED, numbers)]
    alone = chain.from_iterable(make_trials(plan, SEED, [number]) for number in numbers)
    assert together == [print_of(each) for each in alone]


def test_the_trials_before_one_that_never_ends_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, draft_trial = Plan.of(protocol(), default()), making.draft_trial

    def never_ends(plan: Plan, seed: int, number: int) -> DraftedTrial:
        if number == AT_A_TIME + 1:
            raise TrialNeverEnds("nobody comes")
        return draft_trial(plan, seed, number)

    monkeypatch.setattr(making, "draft_trial", never_ends)
    found: list[TrialData] = []
    with pytest.raises(TrialNeverEnds, match="nobody comes"):
        found.extend(trial.trial_data for trial in make_trials(plan, SEED, range(AT_A_TIME + 3)))
    assert len(found) == AT_A_TIME + 1
