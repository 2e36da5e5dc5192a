"""What is watched in the running trial, and whom it concerns: alerts and the clocks of serious events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from firstdose.conduct.alerts import PARTS, WEIGHTS, Alert, AlertKind, Part, Watched, Weight, in_order, stale_alerts
from firstdose.conduct.clocks import Clock, clocks
from firstdose.conduct.held import HELD, waiting_held
from firstdose.conduct.queries import waiting
from firstdose.conduct.serious_events import safety_reports
from firstdose.conduct.snapshot import OF_DOSING
from firstdose.conduct.staleness import StaleDecision, stale_decisions
from firstdose.dosing.versions import protocol_followed
from firstdose.records import Subject
from firstdose.web.acting import Acting
from firstdose.web.held_words import address_of_held
from firstdose.web.sight import Sight, address_of
from firstdose.web.trial import Trial, minute_of, quarter_of

TITLES: dict[AlertKind, str] = {
    "held_event": "Held outside the locked data",
    "stale_decision": "Decisions whose data have changed",
    "possible_dlt": "Possible DLTs without a verdict",
    "unjudged_death": "Deaths in the DLT window without a verdict",
    "prepared_dosing": "Dosings that are prepared and not recorded",
    "safety_report": "Reports of serious events to be sent",
    "dlt_window": "DLT windows that end soon",
    "trough": "Troughs to look at",
    "visit_overdue": "Overdue visits",
    "visit_closing": "Visits whose window closes soon",
    "dlt": "DLTs",
}
"""The kinds of alerts in words, in the order in which they are shown where they press alike."""
OF_COMMITTEE: tuple[AlertKind, ...] = (
    "held_event",
    "stale_decision",
    "possible_dlt",
    "unjudged_death",
    "dlt",
    "safety_report",
)
STALE_RESTS_ON = (*OF_DOSING, "prepared_decisions", "judged_events")
MOST_OPEN = 12


@dataclass(frozen=True)
class Told:
    """An alert as one role sees it, with the page where something can be done about it."""

    who: str
    words: str
    when: str
    """Since when, or by when, in words."""
    address: str | None


@dataclass(frozen=True)
class AlertGroup:
    """The alerts of one kind; unfolded where they press and are few. ``listed`` is the list of them on a page."""

    kind: AlertKind
    title: str
    weight: Weight
    told: tuple[Told, ...]

    @property
    def is_open(self) -> bool:
        return self.weight == "now" and len(self.told) <= MOST_OPEN

    @cached_property
    def listed(self) -> SafeString:
        return render_to_string("firstdose/alert_list.html", {"told": self.told})


def alerts_now(trial: Trial, moment: datetime) -> tuple[Alert, ...]:
    """Every alert of the trial; each part is looked for anew when what it rests on was entered, and as time passes."""
    found = list(stale_alerts(stale_now(trial, moment), trial.zone))
    for part in PARTS:
        found += _found(trial, part, moment)
    return in_order(found, moment)


def clocks_now(trial: Trial, moment: datetime) -> tuple[Clock, ...]:
    """The clocks of all serious events, those that end first at the front."""
    return clocks(
        trial.dosing_data(),
        moment,
        safety_reports(trial.ledger),
        trial.serious_events.entered(trial.ledger),
        trial.zone,
        waiting_held(trial.ledger),
    )


def stale_now(trial: Trial, moment: datetime) -> tuple[StaleDecision, ...]:
    """The decisions that are stale; looked for anew each hour, and when something that they rest on was entered."""
    key = (trial.ledger.last_entry_of(STALE_RESTS_ON), minute_of(moment).replace(minute=0), trial.version)
    return trial.kept_a_while(
        "stale",
        key,
        lambda: stale_decisions(trial.ledger, trial.dosing_data(), trial.protocol, moment, trial.remembered),
    )


def alerts_for(trial: Trial, acting: Acting, moment: datetime) -> list[AlertGroup]:
    """The alerts that concern a role, by kind: those of the participants whom it sees, or of the committee."""
    sight, found = Sight.of(trial, acting), alerts_now(trial, moment)
    key = (found, sight.visible, sight.others)
    return trial.kept(f"alerts for {acting.grant.name}", key, lambda: _in_groups(found, sight, acting))


def _in_groups(alerts: Iterable[Alert], sight: Sight, acting: Acting) -> list[AlertGroup]:
    """The alerts that concern a role, by kind, the most pressing first."""
    groups: dict[AlertKind, list[Alert]] = {kind: [] for kind in TITLES}
    for alert in alerts:
        if _concerns(alert, sight, acting):
            groups[alert.kind].append(alert)
    found = [
        AlertGroup(kind, TITLES[kind], _weight(listed), tuple(_told(each, sight, acting) for each in listed))
        for kind, listed in groups.items()
        if listed
    ]
    return sorted(found, key=lambda group: WEIGHTS.index(group.weight))


def open_queries(trial: Trial, acting: Acting, moment: datetime) -> int:
    """How many queries wait for an answer, of those that are the role's business."""
    sight = Sight.of(trial, acting)
    queries = [each.query for each in waiting(trial.ledger, moment) if each.waits_for_answer]
    return sum(sight.shows(each.about_type, each.about_record) for each in queries)


def _found(trial: Trial, part: Part, moment: datetime) -> list[Alert]:
    """The alerts of a part."""
    until = quarter_of(moment) if part.by_day else minute_of(moment)
    key = (trial.ledger.last_entry_of(part.rests_on), until, trial.version)
    return trial.kept_a_while(f"alerts: {part.name}", key, lambda: list(part.find(_watched(trial, moment))))


def _watched(trial: Trial, moment: datetime) -> Watched:
    """What alerts are looked for in now: as of the moment of everyone's courses, which may be of a few seconds ago."""
    protocol, trial_data, courses = trial.protocol, trial.data(), trial.courses(moment)
    people = {each.subject: each for each in trial_data.records(Subject)}
    return Watched(
        protocol,
        trial_data,
        courses.records.as_of,
        protocol_of=lambda subject: protocol_followed(protocol, people.get(subject)),
        reports=safety_reports(trial.ledger),
        held=waiting_held(trial.ledger),
        entered=trial.serious_events.entered(trial.ledger),
        known=courses,
        zone=trial.zone,
    )


def _weight(listed: Iterable[Alert]) -> Weight:
    """The weight of the most pressing."""
    return min((each.weight for each in listed), key=WEIGHTS.index)


def _concerns(alert: Alert, sight: Sight, acting: Acting) -> bool:
    """Whether a role has to do with an alert."""
    if not sight.sees_data:
        return acting.may("see_pack") and alert.kind in OF_COMMITTEE
    return alert.kind == "stale_decision" or alert.who in sight.visible


def _told(alert: Alert, sight: Sight, acting: Acting) -> Told:
    """An alert without what names people whom the role does not see; a committee sees everybody."""
    words = alert.words.removeprefix(f"{alert.who}, ")
    if sight.sees_data and sight.names_others(words):
        words = "its data have changed since"
    return Told(alert.who, words, alert.when, _address(alert, sight, acting))


def _address(alert: Alert, sight: Sight, acting: Acting) -> str | None:
    """Where something can be done about an alert; None where the role has no page for it."""
    if alert.kind == "stale_decision":
        return reverse("decisions") if acting.may("see_pack") else None
    if alert.record is not None and alert.record[0] == HELD:
        return address_of_held(alert.record[1])
    if alert.kind in ("possible_dlt", "unjudged_death", "dlt") and acting.may("see_pack"):
        return reverse("adjudications")
    if alert.kind == "safety_report" and alert.record is not None:
        number = alert.record[1].rsplit("/", 1)[-1]
        return reverse("serious_event", kwargs={"subject": alert.who, "event": number}) if sight.sees_data else None
    if not sight.sees_data:
        return None
    if alert.kind == "prepared_dosing":
        return reverse("dose", kwargs={"subject": alert.who})
    if alert.record is not None:
        return address_of(*alert.record)
    return reverse("participant", kwargs={"subject": alert.who}) + "#schedule"
