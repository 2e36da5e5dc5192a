"""Which pictures of people stand in which chapter of the trial report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firstdose.analysis.metabolism.chapter import CHAPTER as METABOLISM
from firstdose.measures import MEASURES
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Results
from firstdose.report.attribution.tipping_picture import tipping_grids
from firstdose.report.documents.drawing import Drawing
from firstdose.report.metabolism.chapter import metabolite_drawings
from firstdose.report.metabolism.rows import FluidFigures
from firstdose.report.trial.against_dose_picture import brain_volume_against_dose, troughs_against_dose
from firstdose.report.trial.behind_pictures import with_origins
from firstdose.report.trial.event_picture import events_by_term
from firstdose.report.trial.flow_picture import participant_flow
from firstdose.report.trial.ladder_picture import dose_ladder
from firstdose.report.trial.liver_picture import liver
from firstdose.report.trial.score_pictures import person_lines
from firstdose.report.trial.swimmer_picture import swimmer

ESCALATION = "escalation"
DRAWN_ELSEWHERE = ("brain_volume", "lesion_counts")


def drawings(
    protocol: Protocol, data: AnalysisData, results: Results, fluids: Sequence[FluidFigures] = ()
) -> Iterator[tuple[str, Drawing]]:
    """Each picture that there are data for, with the key of its chapter; ``fluids`` have those of metabolites."""
    for chapter, drawing in _all(protocol, data, results, fluids):
        if drawing is not None:
            yield chapter, with_origins(drawing, data, results)


def _all(
    protocol: Protocol, data: AnalysisData, results: Results, fluids: Sequence[FluidFigures]
) -> Iterator[tuple[str, Drawing | None]]:
    yield "populations", participant_flow(protocol, data, results)
    yield ESCALATION, dose_ladder(protocol, data)
    yield "exposure", swimmer(protocol, data)
    yield "adverse_events", events_by_term(protocol, data)
    yield "laboratory", liver(protocol, results)
    for treatment in protocol.background_treatments:
        yield "troughs", troughs_against_dose(protocol, data, treatment.drug)
    yield "disability", person_lines(protocol, data, MEASURES["edss"])
    for name, measure in MEASURES.items():
        if name != "edss" and name not in DRAWN_ELSEWHERE:
            yield "scores", person_lines(protocol, data, measure)
    yield "mri", brain_volume_against_dose(protocol, data, results)
    for fluid in fluids:
        for drawing in metabolite_drawings(fluid):
            yield METABOLISM, drawing
    for table in ("tipping_drug", "tipping_drift"):
        yield "attribution", tipping_grids(results, table)
