"""A level that was used keeps its dose through every amendment, or gets a lower one: a history is read by levels."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.amendments import in_force, protocol_of_version
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.naming import record_words
from firstdose.protocol.escalation import DoseLevels
from firstdose.records import Cohort, Dosing


def refuse_raised_levels(work: Work, draft: Draft) -> None:
    """The rule of the desk: no version comes into force by which people were given more than they were.

    What was seen at a level counts for the dose that the level has now. Were that a higher one, the rule would go up
    from a dose that nobody was given. Raises Refused.
    """
    is_approval = any((each.field, each.new) == ("state", "approved") for each in draft.changes)
    before = in_force(work)
    if draft.record_type != "protocol_versions" or draft.action != "change" or not is_approval or before is None:
        return
    version = work.record("protocol_versions", draft.record).fields["version"]
    old, new = (protocol_of_version(work, each).dose_levels for each in (before.version, version))
    found = [words for level, where in sorted(_used(work).items()) for words in _against(level, where, old, new)]
    if found:
        raise Refused(
            f"version {version} cannot come into force: {'; '.join(found)}. What was seen there would be read as seen "
            "at another dose. Give every level that was used the dose that it had, or a lower one"
        )


def _used(work: Work) -> dict[int, str]:
    """The levels at which a cohort was opened or somebody was dosed, each with one of these records."""
    dosings, cohorts = work.dosing_data.records(Dosing), work.dosing_data.records(Cohort)
    found = {each.level_assigned or 0: record_words("dosings", f"{each.subject}/{each.number}") for each in dosings}
    found |= {each.dose_level: record_words("cohorts", each.cohort) for each in cohorts}
    return {level: where for level, where in found.items() if level}  # level 0 is a control


def _against(level: int, where: str, old: DoseLevels, new: DoseLevels) -> Iterator[str]:
    """What speaks against a level as the new version has it, in words."""
    if level > len(old.values):
        return  # it had no dose before either
    had = f"level {level} had {old.dose_with_unit(level)} in {where}"
    if level > len(new.values):
        yield f"{had} and is left out"
    elif new.unit.split() != old.unit.split() or new.values[level - 1] > old.values[level - 1]:
        yield f"{had} and would have {new.dose_with_unit(level)}"
