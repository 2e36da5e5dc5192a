"""The trial in its calendar: who is screened, who is dosed when and at which level, and what is decided after it.

The next step is the advice of the protocol's own rule on the outcomes so far; when a participant may be dosed is said
by `firstdose.dosing`. What is known on a day is what had been adjudicated by then.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from firstdose.designs.history import NOT_EVALUABLE, PENDING, Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replaying import ended_by_sentinel
from firstdose.dosing import Dosed, earliest_dosing, level_given
from firstdose.simulation.virtual.candidates import Candidates, counts_at_its_level, dose_given
from firstdose.simulation.virtual.enrolment import (
    DOSED,
    ESCALATION,
    EXPANSION,
    FAILED,
    WITHDREW,
    CohortCourse,
    Decided,
    Enrolment,
    Participant,
    SlotHolder,
)
from firstdose.simulation.virtual.plan import NEVER, Plan


class TrialNeverEnds(ValueError):
    """So few people are referred, or kept, that the trial cannot be completed."""


class Walk:
    """Walks one trial through its calendar."""

    def __init__(self, plan: Plan, candidates: Candidates) -> None:
        self.plan, self.candidates = plan, candidates
        self.window = plan.dlt.window_days
        self.enrolment = Enrolment()
        self.waiting: list[Participant] = []
        self.dosed: list[tuple[Participant, Dosed, Dosed]] = []
        """Everyone dosed, as they are before their outcome is known and after it."""
        self.next = 0

    def run(self) -> Enrolment:
        """From the first cohort to the rule's stop, and the expansion if there is one."""
        found, decisions = self.enrolment, self.plan.decisions
        advice = decisions.after(History())
        opened = self.plan.calendar.number_of(self.plan.scenario.conduct.first_referral.value)
        while advice.action == "dose" and advice.next_level and advice.cohort_size:
            cohort = self.open_cohort(advice.next_level, advice.cohort_size, opened)
            self.fill(cohort)
            found.history = cohort.added_to(found.history, NEVER, self.window)
            advice = decisions.after(found.history)
            opened = self.decide(cohort, advice)
        if advice.recommended_level and self.plan.protocol.escalation.expansion_participants:
            size = self.plan.protocol.escalation.expansion_participants
            self.fill(self.open_cohort(advice.recommended_level, size, opened, EXPANSION))
        self.release_waiting(opened)
        return found

    def open_cohort(self, level: int, size: int, opened: int, kind: str = ESCALATION) -> CohortCourse:
        """A new cohort with its places."""
        cohort = CohortCourse(len(self.enrolment.cohorts) + 1, level, size, opened, kind)
        cohort.slots = [SlotHolder(number, opened) for number in range(1, size + 1)]
        self.enrolment.cohorts.append(cohort)
        return cohort

    def decide(self, cohort: CohortCourse, advice: Recommendation) -> int:
        """Record the decision after a cohort; the day on which it was taken."""
        delay = self.candidates.decision_days[cohort.number % len(self.candidates)]
        day = self.plan.calendar.working_day(cohort.closed + int(delay))
        self.enrolment.decisions.append(Decided(cohort.number, day, advice, str(self.enrolment.history)))
        return day

    def fill(self, cohort: CohortCourse) -> None:
        """Dose a cohort, those included who replace participants who were not evaluable."""
        places = list(cohort.slots)
        decided = cohort.opened if cohort.number > 1 else None
        while places:
            decided = self.dose_all(cohort, self.recruit(cohort, places), decided)
            cohort.closed = max([each.known for each in cohort.participants], default=cohort.opened)
            places = self.replacements(cohort)

    def replacements(self, cohort: CohortCourse) -> list[SlotHolder]:
        """New places for participants who were not evaluable and are to be replaced."""
        letters = cohort.letters(NEVER, self.window)
        if cohort.kind == EXPANSION or NOT_EVALUABLE not in letters:
            return []
        missing = self.plan.decisions.replacements(cohort.added_to(self.enrolment.history, NEVER, self.window))
        replaced = {slot.replaces for slot in cohort.slots}
        out = [
            each.candidate
            for each, letter in zip(cohort.participants, letters, strict=True)
            if letter == NOT_EVALUABLE and each.candidate not in replaced
        ]
        made = []
        for candidate in out[:missing]:
            made.append(SlotHolder(len(cohort.slots) + 1, cohort.closed, replaces=candidate))
            cohort.slots.append(made[-1])
            holder = next(slot for slot in cohort.slots if slot.participant and slot.participant.candidate == candidate)
            holder.state, holder.reason = "replaced", "not evaluable for dose-limiting toxicity"
        return made

    def recruit(self, cohort: CohortCourse, places: list[SlotHolder]) -> list[SlotHolder]:
        """An eligible participant for each place, in the order in which they are ready to be dosed."""
        open_places = [(place.opened, place.slot, place.replaces) for place in places]
        heapify(open_places)
        by_number = {place.slot: place for place in cohort.slots}
        taken: list[SlotHolder] = []
        while open_places:
            opened, number, replaces = heappop(open_places)
            place = by_number[number]
            person = self.waiting.pop(0) if self.waiting else self.consent(opened)
            if person.fate == FAILED:
                heappush(open_places, (person.fate_day, number, replaces))
                continue
            person.cohort, person.slot, place.participant, place.state = cohort.number, number, person, "assigned"
            if person.fate == WITHDREW:
                place.state, place.reason = "released", "withdrew before dosing"
                another = SlotHolder(len(cohort.slots) + 1, person.fate_day, replaces)
                cohort.slots.append(another)
                by_number[another.slot] = another
                heappush(open_places, (another.opened, another.slot, replaces))
            else:
                taken.append(place)
        return sorted(taken, key=lambda place: (place.participant.ready, place.slot) if place.participant else (0, 0))

    def consent(self, opened: int) -> Participant:
        """The next person who was referred, who gives consent once a place is open."""
        number, pool = self.next, self.candidates
        if number >= len(pool):
            raise TrialNeverEnds(f"after {number} people referred, places of the trial are still open")
        self.next += 1
        day = self.plan.calendar.working_day(max(int(pool.referred[number]), opened))
        if day + self.plan.lead_days + 5000 > self.plan.calendar.days:
            raise TrialNeverEnds("recruitment takes more than a generation; raise conduct.referred_per_month")
        person = Participant(number, day, day + int(pool.screening_days[number]))
        person.ready = max(person.consent + self.plan.lead_days, person.answered + 1)
        if pool.fails[number]:
            person.fate, person.fate_day = FAILED, person.answered
        elif pool.withdraws[number]:
            person.fate, person.fate_day = WITHDREW, (person.answered + person.ready) // 2
        self.enrolment.people.append(person)
        return person

    def dose_all(self, cohort: CohortCourse, places: list[SlotHolder], decided: int | None) -> int | None:
        """Dose them one after the other; those whom the cohort no longer needs wait for the next one."""
        for place in places:
            person = place.participant
            assert person is not None
            day, decided = self.dosing_day(cohort, person.ready, decided)
            if day is None:
                place.state, place.reason = "released", "dosing in the cohort had ended"
                self.waiting.append(person)
            else:
                self.dose(cohort, person, day)
                place.state = "dosed"
        return decided

    def dosing_day(self, cohort: CohortCourse, ready: int, decided: int | None) -> tuple[int | None, int | None]:
        """The day of the next dosing in a cohort, none if its dosing has ended; and the last decision on it."""
        calendar, escalation = self.plan.calendar, self.plan.protocol.escalation
        day = calendar.working_day(max(ready, decided or 0))
        while not self.has_ended(cohort, day):
            gate = earliest_dosing(escalation, self.known_on(day), cohort=cohort.number, decided_day=decided)
            if gate.day is None and (escalation.sentinel is None or escalation.sentinel.on_dlt == "end_cohort"):
                return None, decided
            if gate.day is None:
                decided = self.review(cohort, day)
            elif gate.day <= day:
                return day, decided
            day = calendar.working_day(max(day, decided or 0, gate.day or 0))
        return None, decided

    def review(self, cohort: CohortCourse, day: int) -> int:
        """The day on which people decide whether a cohort goes on after a sentinel's DLT."""
        dlts = [each.known for each in cohort.participants if each.is_sentinel and each.has_dlt and each.known <= day]
        delay = int(self.candidates.decision_days[(cohort.number + 7) % len(self.candidates)])
        return self.plan.calendar.working_day(max([*dlts, cohort.opened]) + delay + 1)

    def has_ended(self, cohort: CohortCourse, day: int) -> bool:
        """Whether on a day no more of a cohort is dosed: its sentinels ended it, or its decision is settled."""
        letters = cohort.letters(day, self.window)
        if cohort.kind == EXPANSION or not letters.strip(PENDING + NOT_EVALUABLE):
            return False
        if ended_by_sentinel(self.plan.rule, Cohort(cohort.level, letters.replace(PENDING, ""))):
            return PENDING not in letters
        if not self.plan.rule.stops_within_cohort:
            return False
        still_open = cohort.added_to(self.enrolment.history, day, self.window, has_open_place=True)
        return self.plan.decisions.is_settled(still_open)

    def known_on(self, day: int) -> list[Dosed]:
        """Everyone dosed, as far as their outcomes are known on a day."""
        return [after if person.known <= day else before for person, before, after in self.dosed]

    def dose(self, cohort: CohortCourse, person: Participant, day: int) -> None:
        """Dose a participant, and see what follows."""
        plan, pool, number = self.plan, self.candidates, person.candidate
        sentinel = plan.protocol.escalation.sentinel
        person.fate, person.day, person.level = DOSED, day, cohort.level
        person.assigned = float(plan.doses[cohort.level - 1])
        person.is_short = bool(pool.is_short[number])
        person.given = dose_given(plan, person.assigned, float(pool.given_ratio[number]), person.is_short)
        person.level_given = level_given(plan.protocol, person.given)
        person.is_full = counts_at_its_level(plan, person.assigned, person.given)
        person.is_sentinel = sentinel is not None and len(cohort.participants) < sentinel.participants
        person.dlt_probability = plan.curve.at(person.given)
        person.has_latent_dlt = bool(pool.dlt_uniform[number] < person.dlt_probability)
        person.left = int(pool.left[number])
        onset = int(pool.dlt_onset[number])
        person.has_dlt = person.has_latent_dlt and onset <= person.left
        closed = min(person.left, self.window + 1)
        if person.has_dlt:
            person.dlt_onset = onset
            closed = onset + int(pool.adjudication_days[number])
        person.known = day + closed
        cohort.participants.append(person)
        before = Dosed(person.cohort, day, person.is_sentinel)
        after = Dosed(person.cohort, day, person.is_sentinel, person.has_dlt, window_closed_early=closed <= self.window)
        self.dosed.append((person, before, after))

    def release_waiting(self, day: int) -> None:
        """Those who are eligible and no longer needed when the trial's dosing has ended."""
        for person in self.waiting:
            person.fate_day = max(day, person.answered)
