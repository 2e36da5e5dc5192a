"""The cohorts where doses are seen to: the open ones first, each with what a later decision asks to be done in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from firstdose.conduct.cohort_decisions import overtaken_cohorts
from firstdose.conduct.standing import Rung, Standing
from firstdose.dosing.overtaken import Overtaken
from firstdose.web.acting import TrialRequest
from firstdose.web.halting import HALTS_REST_ON
from firstdose.web.seeing import visible_subjects
from firstdose.web.sight import sight_of
from firstdose.web.trial import Trial, minute_of


@dataclass(frozen=True)
class ShownCohort:
    """A cohort with its places; ``decision`` is the later one that overtook it, with what is to be done, in order."""

    rung: Rung
    decision: int | None
    to_do: tuple[SafeString, ...]
    opens: bool


def shown_cohorts(request: TrialRequest, standing: Standing, moment: datetime) -> list[ShownCohort]:
    """Every cohort; those that are closed come after those in which somebody may be dosed."""
    found, seen = _overtaken(request.trial, moment), sight_of(request).without_others
    visible = visible_subjects(request.trial, request.acting)
    shown = []
    for rung in sorted(standing.rungs, key=lambda each: not each.is_open):
        each = found.get(rung.cohort)
        steps = tuple(to_doses(seen(step), visible) for step in each.steps) if each else ()
        shown.append(ShownCohort(rung, each.decision.decision if each else None, steps, bool(each and each.opens)))
    return shown


def to_doses(words: str, people: Collection[str]) -> SafeString:
    """Words in which every one of these people leads to the page where the slot is released."""
    if not people:
        return escape(words)
    names = "|".join(re.escape(each) for each in sorted(people, key=len, reverse=True))
    parts = re.split(rf"(?<!\w)({names})(?!\w)", words)
    return format_html_join("", "{}", ((_link(each) if number % 2 else each,) for number, each in enumerate(parts)))


def _link(subject: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("dose", kwargs={"subject": subject}), subject)


def _overtaken(trial: Trial, moment: datetime) -> dict[str, Overtaken]:
    """The cohorts that a later decision overtook; looked for anew whenever the halts are."""
    key = (trial.ledger.last_entry_of(HALTS_REST_ON), minute_of(moment), trial.version)
    return trial.kept_a_while(
        "overtaken", key, lambda: overtaken_cohorts(trial.courses(moment, at_once=True)), at_once=True
    )
