"""The state: each record that is there as its entries leave it, without history."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from firstdose.cdisc.odm.containers import Part, write_signature, write_value
from firstdose.cdisc.odm.places import Place, place_of
from firstdose.cdisc.odm.survey import Given, Record, Survey
from firstdose.conduct.ledger import StoredRecord

Placed = tuple[Place, StoredRecord]


def write_state(reference: Part, clinical: Part, records: Iterable[StoredRecord], survey: Survey, version: str) -> None:
    """Write the records that were not removed, under the metadata of one version of the protocol."""
    placed = [(place_of(each.record_type, each.record, each.fields), each) for each in records if not each.is_removed]
    signed = _signatures(survey, placed)
    ordered = sorted(placed, key=_keys)
    _write_groups(reference, [each for each in ordered if each[0].subject is None], {}, version)
    of_people = [each for each in ordered if each[0].subject is not None]
    markup = clinical.markup
    if of_people:
        clinical.follow(version)
    for subject, of_subject in groupby(of_people, lambda each: each[0].subject):
        markup.open("SubjectData", SubjectKey=subject)
        for event, of_event in groupby(of_subject, lambda each: each[0].event):
            markup.open("StudyEventData", StudyEventOID=event)
            for form, of_form in groupby(of_event, lambda each: each[0].form):
                markup.open("FormData", FormOID=form)
                _write_groups(clinical, of_form, signed, version)
                markup.close()
            markup.close()
        markup.close()
    reference.end()
    clinical.end()


def _keys(placed: Placed) -> tuple[str, ...]:
    place = placed[0]
    return (place.subject or "", place.event or "", place.form or "", place.group, place.key or "")


def _write_groups(part: Part, placed: Iterable[Placed], signed: dict[Record, list[Given]], version: str) -> None:
    """Write item groups; those with several signatures once for each of the others, for one holds one."""
    for place, record in placed:
        part.follow(version)
        first, *others = signed.get((record.record_type, record.record), [None])
        part.markup.open("ItemGroupData", ItemGroupOID=place.group, ItemGroupRepeatKey=place.key)
        if first is not None:
            write_signature(part.markup, first)
        for field, text in record.fields.items():
            write_value(part.markup, record.record_type, field, text)
        part.markup.close()
        for other in others:
            if other is not None:
                part.markup.open("ItemGroupData", ItemGroupOID=place.group, ItemGroupRepeatKey=place.key)
                write_signature(part.markup, other)
                part.markup.close()


def _signatures(survey: Survey, placed: Iterable[Placed]) -> dict[Record, list[Given]]:
    """The signatures that have not fallen: no entry has changed what was signed since."""
    heads = {(record.record_type, record.record): str(record.head) for _, record in placed}
    found: dict[Record, list[Given]] = {}
    for each in survey.signatures:
        if heads.get(each.about) == each.head:
            found.setdefault(each.about, []).append(each)
    return found
