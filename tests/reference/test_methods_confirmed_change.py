"""Confirmed change against msprog, one setting at a time; calls and versions stand beside the figures."""

from typing import Any

import pytest

from firstdose.validation.comparison import Tally, load_figures
from firstdose.validation.confirmed_change import compare_changes

TOY, SIMULATED = (load_figures(f"disability/msprog_{name}.json") for name in ("toy", "300_people"))
SETTINGS = [(figures, setting) for figures in (TOY, SIMULATED) for setting in figures["settings"]]


@pytest.mark.parametrize(("figures", "setting"), SETTINGS, ids=[setting["name"] for _, setting in SETTINGS])
def test_every_change_its_dates_and_values(figures: dict[str, Any], setting: dict[str, Any]) -> None:
    tally = Tally(0)
    note = compare_changes(figures | {"settings": [setting]}, tally)
    outcome = tally.outcome()
    assert outcome.passed, outcome.note
    assert ("left out" in note) == (setting["name"] == "toy_17_renddate")
    cells = len(setting["columns"]) - 1
    given = len(figures["persons"]) + cells * len(setting["changes"])
    left_out = 3 * 5 if "left out" in note else 0
    assert outcome.compared == given - left_out


def test_all_settings_are_there() -> None:
    assert (len(TOY["settings"]), len(SIMULATED["settings"])) == (25, 8)
    assert (len(TOY["persons"]), len(SIMULATED["persons"])) == (7, 300)
    assert sum(len(setting["changes"]) for setting in TOY["settings"]) == 132
    assert sum(len(setting["changes"]) for setting in SIMULATED["settings"]) == 1066
