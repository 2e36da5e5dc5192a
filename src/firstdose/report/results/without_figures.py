"""Tables of which no figure could be made: a sentence with the reason stands in their place."""

from __future__ import annotations

from collections.abc import Sequence

from firstdose.records.results import Result
from firstdose.report.documents.blocks import Paragraph
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.results.names import title


def is_without_figures(found: Sequence[Result]) -> bool:
    """Whether each cell of a table would be a dash with a note."""
    return all(each.value is None and not each.text and each.warning for each in found)


def reason_told(table: str, found: Sequence[Result]) -> Paragraph:
    """The title of a table without figures and why there are none, with the rows of the results that say so."""
    reasons = "; ".join(dict.fromkeys(each.warning for each in found))
    return Paragraph(f"{title(table)}: no figures, for this reason: {reasons}.", rows_behind(found))
