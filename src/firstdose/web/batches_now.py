"""Which batches could be given now, and what speaks against each of the others: the state alone does not say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firstdose.conduct.ledger import StoredRecord
from firstdose.dosing.product_checks import batch_reasons
from firstdose.dosing.question import Question
from firstdose.dosing.recorded import Records
from firstdose.web.trial import Trial

NOBODY = ""
"""A batch is asked about for nobody in particular."""
Batches = list[tuple[StoredRecord, tuple[str, ...]]]


def batches_now(trial: Trial, batches: Sequence[StoredRecord], moment: datetime) -> Batches:
    """Each batch with what speaks against giving it at a moment; nothing where it could be given."""
    question = Question(trial.protocol, Records(trial.dosing_data(), moment, trial.zone), NOBODY, trial.zone)
    return [(each, tuple(reason.words for reason in batch_reasons(question, each.record))) for each in batches]
