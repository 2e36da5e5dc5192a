"""Records of which a field that they cannot do without is empty or cannot be read: they are not among the data.

An event without its name is none for those who look at the data alone; what it may be holds dosing until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.bearing import OF_ONE_PERSON, Bearing
from firstdose.conduct.entering import check_fields
from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import StoredRecord
from firstdose.conduct.naming import field_label, record_words
from firstdose.conduct.own_records import Recorded
from firstdose.records import RECORDS, TrialData, columns_of
from firstdose.records.frames import identity


def unusable_records(source: Recorded, trial_data: TrialData) -> Iterator[tuple[str, str]]:
    """Those of participants who are dosed or hold a slot, in words, each with its kind and name.

    ``trial_data`` are the data of the same moment, which lack them.
    """
    bearing = Bearing(trial_data)
    for kind in OF_ONE_PERSON:
        frame = trial_data[RECORDS[kind]]
        if source.present(kind) == frame.height:
            continue
        used = set(frame.select(identity(RECORDS[kind]))["identity"])
        for each in (each for each in source.records(kind) if not each.is_removed):
            name = "/".join(key_fields(kind, each.record).values())
            if name not in used and not bearing.may_be_set_aside(kind, name):
                yield f"{kind} {name}", f"{record_words(kind, each.record)} cannot be used: {_why(each)}"


def _why(stored: StoredRecord) -> str:
    """What is missing, or cannot be read, in words."""
    columns = columns_of(RECORDS[stored.record_type])
    found = check_fields(stored.record_type, stored.fields)
    needed = [each for each in found if each.weight != "doubtful" and columns[each.field].is_required]
    rules = ("is not filled in" if each.weight == "missing" else each.words for each in needed)
    odd = [f"{field_label(stored.record_type, each.field)} {rule}" for each, rule in zip(needed, rules, strict=True)]
    return f"{'; '.join(odd) or 'it was entered a moment ago'}; correct it, or remove it"
