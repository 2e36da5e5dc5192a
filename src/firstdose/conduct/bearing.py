"""Which unreadable records bear upon the rule's advice: all but those of somebody who has no part in the dosing.

What is set aside is told beside the advice. In doubt nothing is set aside, and there is no advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from firstdose.records import RECORDS, Dosing, Slot, Subject, TrialData, keys_of

OF_ONE_PERSON = ("subjects", "adverse_events", "dlt_adjudications", "dispositions", "deaths")
"""The kinds of records that the rule's history asks of those who were dosed, and of nobody else.

Never set aside: cohorts, slots and decisions, which are the whole trial's, and dosings, which make somebody dosed.
"""
GIVEN_BACK = "released"


@dataclass(frozen=True, eq=False)
class Bearing:
    """Who has a part in the dosing, by the data of a moment in which every dosing and slot could be read.

    A record that cannot be read is set aside only if it is one of the kinds of ``OF_ONE_PERSON``, and its person

    - is named by it, and is one of the participants recorded, so that it is nobody else's under a wrong name;
    - has no record of a dosing, neither given nor planned;
    - holds no slot and never held one, but for such as were given back, and takes nobody's place in one;
    - was not screened before or since under another identifier, which may have been dosed.

    Where a dosing, a slot, a cohort or a decision cannot be read, that alone leaves no advice: see ``OF_ONE_PERSON``.
    Names are compared without regard to spaces around them and to capitals.
    """

    trial_data: TrialData

    def may_be_set_aside(self, record_type: str, record: str) -> bool:
        """Whether what cannot be read in a record, named by the fields that tell it from others, bears upon nobody."""
        if record_type not in OF_ONE_PERSON:
            return False
        names = record.split("/")
        if len(names) != len(keys_of(RECORDS[record_type])) or not all(map(str.strip, names)):
            return False
        subject = _plain(names[0])
        return subject in self._alone

    @cached_property
    def _alone(self) -> frozenset[str]:
        """The participants who have no part in the dosing and are nobody else under another identifier."""
        people = list(self.trial_data.records(Subject))
        linked = {
            _plain(name) for each in people if each.earlier_subject for name in (each.subject, each.earlier_subject)
        }
        slots = [each for each in self.trial_data.records(Slot) if each.state != GIVEN_BACK]
        holding = {_plain(name) for each in slots for name in (each.subject, each.replaces) if name}
        dosed = {_plain(each.subject) for each in self.trial_data.records(Dosing)}
        return frozenset(_plain(each.subject) for each in people) - linked - holding - dosed


def _plain(name: str) -> str:
    """A name as it is compared."""
    return name.strip().casefold()
