"""From derived data to the one table of results: every chapter in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from firstdose.analysis.attribution.chapter import attribution
from firstdose.analysis.disability.chapter import disability
from firstdose.analysis.events.adverse_events import adverse_events
from firstdose.analysis.events.dlt import dlt
from firstdose.analysis.events.event_rates import event_rates
from firstdose.analysis.events.event_resolution import event_resolution
from firstdose.analysis.events.stopping import stopping
from firstdose.analysis.frame import Frame
from firstdose.analysis.imaging.mri import mri
from firstdose.analysis.laboratory.results import laboratory
from firstdose.analysis.laboratory.troughs import troughs
from firstdose.analysis.limits import limits
from firstdose.analysis.metabolism.chapter import metabolism
from firstdose.analysis.people.baseline import baseline
from firstdose.analysis.people.exposure import exposure
from firstdose.analysis.people.populations import populations
from firstdose.analysis.scores.chapter import scores
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Provenance, Result, Results

Chapter = Callable[[Frame], Iterator[Result]]

CHAPTERS: dict[str, Chapter] = {
    "populations": populations,
    "baseline": baseline,
    "exposure": exposure,
    "dlt": dlt,
    "adverse_events": adverse_events,
    "event_rates": event_rates,
    "event_resolution": event_resolution,
    "stopping": stopping,
    "laboratory": laboratory,
    "troughs": troughs,
    "disability": disability,
    "scores": scores,
    "mri": mri,
    "metabolism": metabolism,
    "attribution": attribution,
    "limits": limits,
}
"""Each chapter by its name, in the order of the report."""


def silent(_: str) -> None:
    """Tell nobody what is being analysed."""


def analyse(
    protocol: Protocol,
    analysis_data: AnalysisData,
    *,
    seed: int,
    provenance: Provenance,
    progress: Callable[[str], None] = silent,
) -> Results:
    """Every figure of every chapter. The same data and seed give the same results.

    ``progress`` is told the name of each chapter when it is begun.
    """
    frame = Frame(protocol, analysis_data, seed)
    return Results.of(_figures(frame, progress), provenance)


def _figures(frame: Frame, progress: Callable[[str], None]) -> Iterator[Result]:
    for name, chapter in CHAPTERS.items():
        progress(name)
        yield from chapter(frame)
