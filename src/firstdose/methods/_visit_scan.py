"""The search through one person's visits for confirmed changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from firstdose.methods._visit_course import Change, Course, Kind
from firstdose.methods.confirmed_change_rules import ChangeRule

_SLACK = 1e-9  # a change this much short of the smallest is one, as sums of decimals are not exact


class _Search:
    """Where the search stands: the baseline and the next visit to look at."""

    def __init__(self, course: Course, rule: ChangeRule) -> None:
        self.course, self.rule = course, rule
        self.baseline, self.next = 0, 1
        self.known_run: tuple[tuple[int, int, float], int, int] | None = None
        self.place_baseline(0, moved=False)

    def place_baseline(self, visit: int, *, moved: bool) -> None:
        """Put the baseline at this visit or the first suitable one after it."""
        course, rule = self.course, self.rule
        while visit < len(course.days) and (
            course.near_relapse(visit, rule.relapse_to_baseline) or (moved and self.is_extreme(visit))
        ):
            visit += 1
        self.next = max(self.next, visit + 1)
        if visit == len(course.days):
            return
        if moved and rule.never_lower and course.worse[visit] < course.worse[self.baseline]:
            course.worse[visit], course.smallest[visit] = course.worse[self.baseline], course.smallest[self.baseline]
        self.baseline = visit

    def baseline_after_relapse(self, visit: int) -> int:
        """The visit that the last relapse before this one makes the baseline, or this visit itself if there is none.

        A visit without any change leaves the baseline where it is.
        """
        days, relapses = self.course.days, self.course.relapses
        following = bisect_right(relapses, days[visit])
        if not following or relapses[following - 1] <= days[self.baseline] or not self.size(visit):
            return visit
        candidate = bisect_left(days, relapses[following - 1])
        while candidate < visit and self.course.near_relapse(candidate, self.rule.relapse_to_baseline):
            candidate += 1
        return candidate

    def is_extreme(self, visit: int) -> bool:
        """Whether the visit is a local extreme of the kind that the rule does not take as a baseline."""
        kind, worse = self.rule.skip_extremes, self.course.worse
        if kind == "none" or visit == 0 or visit == len(worse) - 1:
            return False
        if visit >= 2 and worse[visit] == worse[visit - 2]:
            return False
        to_last, to_next = worse[visit - 1] - worse[visit], worse[visit + 1] - worse[visit]
        if to_last * to_next <= 0:
            return False
        least = self.course.smallest[visit] - _SLACK if kind == "strict" else 0.0
        return min(abs(to_last), abs(to_next)) >= least

    def size(self, visit: int) -> float:
        """How much worse the visit is than the reference."""
        return self.course.worse[visit] - self.course.worse[self.baseline]

    def confirming(
        self, onset: int, sign: int, least: float, lasting: int, suits: Callable[[int], bool] | None = None
    ) -> tuple[int | None, ...]:
        """For each distance, the first visit that confirms a change of at least this size and suits."""
        course, rule = self.course, self.rule
        found: list[int | None] = []
        for distance in rule.confirm_after:
            target = course.days[onset] + distance
            first = max(onset + 1, bisect_left(course.days, target - rule.tolerance[0]))
            last = bisect_right(course.days, target + rule.tolerance[1]) - 1
            candidates = range(first, (min(last, lasting) if rule.between else last) + 1)
            found.append(
                next(
                    (
                        visit
                        for visit in candidates
                        if course.usable[visit]
                        and sign * self.size(visit) >= least
                        and not course.near_relapse(visit, rule.relapse_to_confirmation)
                        and (suits is None or suits(visit))
                    ),
                    None,
                )
            )
        return tuple(found)

    def lasting(self, onset: int, sign: int, least: float) -> int:
        """The last visit up to which the change lasts without interruption."""
        key = (self.baseline, sign, least)
        known = self.known_run
        if known is None or known[0] != key or not known[1] <= onset <= known[2]:
            visit = onset
            while visit + 1 < len(self.course.days) and sign * self.size(visit + 1) >= least:
                visit += 1
            self.known_run = known = key, onset, visit
        return known[2]

    def is_sustained(self, onset: int, sign: int, least: float, lasting: int) -> bool:
        """Whether the change lasts as long as the rule asks."""
        days, rule = self.course.days, self.rule
        if rule.between or not rule.sustained:
            return lasting == len(days) - 1 or days[lasting] - days[onset] >= rule.sustained
        end = min(len(days) - 1, bisect_left(days, days[onset] + rule.sustained))
        return sign * self.size(end) >= least


def scan(course: Course, rule: ChangeRule) -> Iterator[Change]:
    """The changes that the rule wants, in order of onset."""
    search = _Search(course, rule)
    found: set[str] = set()
    while search.next < len(course.days):
        visit = search.next
        search.next += 1
        after_relapse = search.baseline_after_relapse(visit) if rule.after_relapse else visit
        if after_relapse < visit:
            search.next = after_relapse + 1
            search.place_baseline(after_relapse, moved=True)
            continue
        change = _change_at(search, visit)
        if change is None:
            _move_after_small_change(search, visit)
            continue
        if _is_wanted(change, rule) and not (rule.wanted == "first_of_each" and change.direction in found):
            yield change
            found.add(change.direction)
            if rule.wanted != "all" and not (rule.wanted == "first_of_each" and len(found) < 2):
                return
        _move_on(search, change)


def _change_at(search: _Search, visit: int) -> Change | None:
    """The change that begins at this visit, if it is large enough, confirmed and sustained, or imputed."""
    course, rule = search.course, search.rule
    size, least = search.size(visit), max(course.smallest[search.baseline] - _SLACK, _SLACK)
    if abs(size) < least or course.near_relapse(visit, rule.relapse_to_onset):
        return None
    sign = 1 if size > 0 else -1
    lasting = search.lasting(visit, sign, least)
    confirmed = search.confirming(visit, sign, least, lasting)
    confirming = min((one for one in confirmed if one is not None), default=None)
    imputed = False
    if not rule.between and confirming is not None:
        lasting = search.lasting(confirming, sign, least)
    if confirming is None or not search.is_sustained(visit, sign, least, lasting):
        imputed = sign > 0 and visit == len(course.days) - 1
        if not imputed or not 0 <= course.days[visit] - course.days[0] <= rule.impute_last_visit_within:
            return None
        confirming = visit
    assert confirming is not None
    different = _last_different(course, visit, confirming, sign)
    kind: Kind = ""
    free: tuple[int | None, ...] = (None,) * len(confirmed)
    if sign > 0:
        preceding = {"baseline": search.baseline, "last_visit": visit - 1, "last_lower": different}
        anchor = preceding[rule.relapse_free.preceding_visit]

        def suits(candidate: int) -> bool:
            days = (course.days[search.baseline if anchor is None else anchor], course.days[visit])
            intervals = rule.relapse_free.intervals(*days, course.days[candidate])
            return not any(course.relapse_within(*interval) for interval in intervals)

        free = search.confirming(visit, sign, least, lasting, suits)
        if any(one is not None for one in free) or (imputed and suits(visit)):
            kind = "relapse_independent"
        elif course.associated(visit, rule.relapse_associated):
            kind = "relapse_associated"
        else:
            kind = "undefined"
    return Change(
        "worsening" if sign > 0 else "improvement",
        kind,
        visit,
        search.baseline,
        course.worse_is * course.worse[search.baseline],
        different,
        None if different is None else course.worse_is * course.worse[different],
        confirmed,
        free,
        lasting,
        imputed,
    )


def _last_different(course: Course, onset: int, confirming: int, sign: int) -> int | None:
    """The last visit before the onset from which onset and confirmation differ by the smallest change from there."""
    for visit in range(onset - 1, -1, -1):
        changes = (course.worse[onset] - course.worse[visit], course.worse[confirming] - course.worse[visit])
        if min(sign * change for change in changes) >= course.smallest[visit] - _SLACK:
            return visit
    return None


def _is_wanted(change: Change, rule: ChangeRule) -> bool:
    if rule.wanted in ("first_relapse_independent", "first_relapse_associated"):
        return change.kind == rule.wanted.removeprefix("first_")
    return rule.wanted in ("all", "first", "first_of_each") or change.direction == rule.wanted.removeprefix("first_")


def _move_on(search: _Search, change: Change) -> None:
    """Where the search goes on after a confirmed change, and whether the baseline moves."""
    confirming = min((one for one in change.confirmed if one is not None), default=change.onset)
    to = confirming if search.rule.proceed_from == "confirmation" else change.onset
    if search.rule.baseline_moves in ("after_change", f"after_{change.direction}"):
        search.next = to + 1
        search.place_baseline(to, moved=True)
    else:
        search.next = max(to, change.lasting) + 1


def _move_after_small_change(search: _Search, visit: int) -> None:
    """Move a moving baseline after a confirmed change that was too small to count, if the rule says so."""
    course, rule = search.course, search.rule
    size = search.size(visit)
    direction = "worsening" if size > 0 else "improvement"
    if rule.baseline_moves == "never" or not size or rule.small_changes not in ("any", direction):
        return
    if course.near_relapse(visit, rule.relapse_to_onset):
        return
    sign, least = (1, _SLACK) if size > 0 else (-1, _SLACK)
    lasting = search.lasting(visit, sign, least)
    confirmed = [one for one in search.confirming(visit, sign, least, lasting) if one is not None]
    if confirmed and search.is_sustained(visit, sign, least, lasting):
        to = min(confirmed) if rule.proceed_from == "confirmation" else visit
        search.next = to + 1
        search.place_baseline(to, moved=True)
