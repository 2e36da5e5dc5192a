"""A search among too many settings to look at all of them."""

from __future__ import annotations

from typing import Any

from firstdose.simulation.tuning import Effort, Searched, families, search, space_of
from firstdose.simulation.tuning.search import draw
from tests.simulation.tunings import TARGET, plan_with, protocol_of

LARGE: dict[str, Any] = {
    "designs": {
        "boin": {"p_tox": {"from": 0.3, "to": 0.44, "step": 0.02}, "p_saf": {"from": 0.05, "to": 0.2, "step": 0.05}}
    },
    "max_participants": [6, 9],
}  # fmt: skip


def test_a_plan_with_too_many_settings_is_searched_from_a_random_start_by_steps() -> None:
    plan = plan_with(search=LARGE)
    space = space_of(plan.search, protocol_of())
    seen = families(plan.scenarios, plan.unseen, 3, TARGET).seen

    def searched(most: int, seed: int) -> Searched:
        return search(space, plan, seen, effort=Effort(most, seed))

    part = searched(24, seed=3)
    assert part.drawn == 12
    assert not part.is_whole
    assert part.looked_at <= 24
    assert part.steps >= 1
    again, other = searched(24, seed=3), searched(24, seed=4)
    assert again.evaluations == part.evaluations
    assert other.evaluations.keys() != part.evaluations.keys()
    whole = searched(1000, seed=3)
    assert whole.is_whole
    assert whole.looked_at == space.size == 64
    assert all(part.evaluations[number] == whole.evaluations[number] for number in part.evaluations)


def test_every_design_has_its_share_of_the_random_start() -> None:
    designs = {**LARGE["designs"], "keyboard": {}, "mtpi2": {"epsilon1": {"from": 0.01, "to": 0.2, "step": 0.01}}}
    space = space_of(plan_with(search={**LARGE, "designs": designs}).search, protocol_of())
    assert space.ends == (64, 66, 106)
    drawn = draw(space, 30, seed=5)
    assert drawn == sorted(set(drawn))
    shares = [sum(low < each <= high for each in drawn) for low, high in ((0, 64), (64, 66), (66, 106))]
    assert shares == [14, 2, 14]
    assert draw(space, 30, seed=6) != drawn == draw(space, 30, seed=5)
