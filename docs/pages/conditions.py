"""The page on the conditions of trials in time."""

from __future__ import annotations

from collections.abc import Iterator

from docs.pages.scenario import scenario_section

from firstdose.simulation.calendar.reading import Conditions


def conditions_page() -> Iterator[str]:
    """Every key of a file of conditions."""
    yield "# The conditions of trials in time\n"
    yield (
        "One YAML file says how participants come, how a product is made, when toxicity shows and when the committee "
        "meets: `firstdose oc --method calendar --conditions conditions.yaml`. Windows, intervals and sentinels are "
        "the protocol's. It is read as strictly as a protocol file. [How to simulate in time]"
        "(../how-to/simulate-in-time.md) has an example; the page on [trials in time](../methods/calendar.md) says "
        "what is simulated.\n"
    )
    yield from scenario_section("", Conditions)
