"""The metadata: the study, and for each version of its protocol the events, forms, item groups, items and codes.

Everything about a field comes from its question in the records; nothing is defined here a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from inspect import getdoc

from firstdose.cdisc.odm.formats import codes_of, data_type
from firstdose.cdisc.odm.markup import Markup
from firstdose.cdisc.odm.places import (
    COMMON_EVENT,
    event_oid,
    form_oid,
    group_oid,
    happening_oid,
    in_oid,
    is_of_people,
    is_repeating,
    item_oid,
    known_columns,
    reference_oid,
)
from firstdose.cdisc.odm.survey import Survey
from firstdose.conduct.amendments import protocol_of_text
from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.protocol import ProblemsFound, Protocol
from firstdose.protocol.schedule import Visit
from firstdose.records import Column

SHORTEST_LENGTH = 200
UNSTATED = "not stated: the ledger holds no version of the protocol"
YES_OR_NO_CODES = "CL.yes_or_no"
PEOPLES_KINDS = tuple(kind for kind in LEDGER_RECORDS if is_of_people(kind))
VISIT_KINDS = tuple(kind for kind in PEOPLES_KINDS if "visit" in known_columns(kind))


def version_oid(version: str) -> str:
    """The OID of the metadata of a version of the protocol; of entries that state none, "MDV"."""
    return f"MDV.{version}" if version else "MDV"


def protocols_of(survey: Survey) -> dict[str, Protocol]:
    """The protocols that the ledger holds, by version, those that can be read."""
    found = {}
    for version, content in survey.versions.items():
        try:
            if content is not None:
                found[version] = protocol_of_text(content)
        except ProblemsFound:
            continue
    return found


def study_oid(protocols: Mapping[str, Protocol]) -> str:
    """The OID of the study: the protocol's identifier in the version loaded last."""
    newest = _newest(protocols)
    return newest.trial.id if newest else "study"


def _newest(protocols: Mapping[str, Protocol]) -> Protocol | None:
    """The version loaded last."""
    return list(protocols.values())[-1] if protocols else None


def write_study(markup: Markup, survey: Survey, protocols: Mapping[str, Protocol]) -> None:
    """Write the study with the metadata of each version of its protocol."""
    newest = _newest(protocols)
    trial = newest.trial if newest else None
    markup.open("Study", OID=study_oid(protocols))
    markup.open("GlobalVariables")
    markup.leaf("StudyName", (trial.acronym or trial.short_title or trial.id) if trial else UNSTATED)
    markup.leaf("StudyDescription", trial.title if trial else UNSTATED)
    markup.leaf("ProtocolName", trial.id if trial else UNSTATED)
    markup.close()
    _write_units(markup)
    for version in survey.versions:
        _write_version(markup, survey, version, protocols.get(version))
    markup.close()


def _write_units(markup: Markup) -> None:
    """The units that questions fix; those that people enter beside a value are items."""
    markup.open("BasicDefinitions")
    for unit in dict.fromkeys(
        column.question.unit for kind in LEDGER_RECORDS for column in known_columns(kind).values()
    ):
        if unit:
            markup.open("MeasurementUnit", OID=_unit_oid(unit), Name=unit)
            markup.translated("Symbol", unit)
            markup.close()
    markup.close()


def _unit_oid(unit: str) -> str:
    return f"U.{in_oid(unit)}"


def _write_version(markup: Markup, survey: Survey, version: str, protocol: Protocol | None) -> None:
    """The metadata of one version."""
    planned = {visit.id: visit for visit in protocol.schedule.every_visit} if protocol and protocol.schedule else {}
    others = [visit for visit in survey.visits if visit and visit not in planned]
    name = f"protocol version {version}" if version else "no version of the protocol stated"
    markup.open("MetaDataVersion", OID=version_oid(version), Name=name)
    markup.open("Protocol")
    events = [*map(event_oid, planned), COMMON_EVENT, *map(event_oid, others)]
    for number, event in enumerate(events, start=1):
        is_planned = "Yes" if number <= len(planned) else "No"
        markup.leaf("StudyEventRef", StudyEventOID=event, OrderNumber=str(number), Mandatory=is_planned)
    markup.close()
    for visit in planned.values():
        words = _visit_in_words(visit, protocol) if protocol else ""
        _write_event(markup, event_oid(visit.id), visit.name, "Scheduled", words, VISIT_KINDS)
    _write_event(markup, COMMON_EVENT, "At any time", "Common", "What belongs to no visit.", PEOPLES_KINDS)
    for each in others:
        _write_event(markup, event_oid(each), each, "Unscheduled", "Not in this version's schedule.", VISIT_KINDS)
    _write_forms(markup)
    _write_groups(markup, survey)
    for kind, fields in _kinds_and_fields(survey).items():
        for field, column in fields.items():
            _write_item(markup, kind, field, column, survey.longest.get(kind, {}).get(field, 0))
    _write_code_lists(markup)
    markup.close()


def _visit_in_words(visit: Visit, protocol: Protocol) -> str:
    """When a visit is planned, and what for."""
    names = {each.id: each.name for each in protocol.schedule.activities} if protocol.schedule else {}
    done = "; ".join(names.get(each, each) for each in visit.activities)
    when = f"Day {visit.day} from dosing, from day {visit.first_day} to day {visit.last_day}."
    return f"{when} {done}." if done else when


def _write_event(markup: Markup, oid: str, name: str, event_type: str, words: str, kinds: Iterable[str]) -> None:
    markup.open("StudyEventDef", OID=oid, Name=name, Repeating="No", Type=event_type)
    markup.translated("Description", words)
    for number, kind in enumerate(kinds, start=1):
        markup.leaf("FormRef", FormOID=form_oid(kind), OrderNumber=str(number), Mandatory="No")
    markup.close()


def _write_forms(markup: Markup) -> None:
    """One form for each kind of record that is a participant's, with one item group."""
    for kind in PEOPLES_KINDS:
        markup.open("FormDef", OID=form_oid(kind), Name=kind, Repeating="No")
        markup.leaf("ItemGroupRef", ItemGroupOID=group_oid(kind), Mandatory="No")
        markup.close()


def _kinds_and_fields(survey: Survey) -> dict[str, dict[str, Column | None]]:
    """All kinds and fields: those of the records, and what else is in the ledger, of which nothing is known."""
    found: dict[str, dict[str, Column | None]] = {kind: {**known_columns(kind)} for kind in LEDGER_RECORDS}
    for kind, fields in survey.longest.items():
        known = found.setdefault(kind, {})
        for field in fields:
            known.setdefault(field, None)
    return found


def _write_groups(markup: Markup, survey: Survey) -> None:
    """The item groups: of participants, of nobody, and of what changes no record."""
    fields = _kinds_and_fields(survey)
    for kind in PEOPLES_KINDS:
        _write_group(markup, group_oid(kind), kind, fields[kind], is_repeating(kind), "No")
    nobodys = [kind for kind in LEDGER_RECORDS if not is_of_people(kind)]
    for kind in dict.fromkeys((*nobodys, *survey.reference)):
        _write_group(markup, reference_oid(kind), kind, fields[kind], True, "Yes")
    for kind in survey.happenings:
        _write_group(markup, happening_oid(kind), kind, fields[kind], True, "Yes")


def _write_group(
    markup: Markup, oid: str, kind: str, fields: Mapping[str, Column | None], repeats: bool, is_reference: str
) -> None:
    yes_or_no = "Yes" if repeats else "No"
    markup.open("ItemGroupDef", OID=oid, Name=kind, Repeating=yes_or_no, IsReferenceData=is_reference)
    words = getdoc(LEDGER_RECORDS[kind]) if kind in LEDGER_RECORDS else None
    if words:
        markup.translated("Description", words)
    for number, (field, column) in enumerate(fields.items(), start=1):
        is_needed = "Yes" if column is not None and column.is_required else "No"
        markup.leaf("ItemRef", ItemOID=item_oid(kind, field), OrderNumber=str(number), Mandatory=is_needed)
    markup.close()


def _write_item(markup: Markup, kind: str, field: str, column: Column | None, longest: int) -> None:
    """One field: its question, unit, limits and codes, and the SDTM variable that it becomes."""
    item_type = data_type(column)
    length = str(max(longest, SHORTEST_LENGTH)) if item_type == "text" else None
    markup.open("ItemDef", OID=item_oid(kind, field), Name=field or "-", DataType=item_type, Length=length)
    if column is not None:
        question = column.question
        markup.translated("Question", question.words)
        if question.unit:
            markup.leaf("MeasurementUnitRef", MeasurementUnitOID=_unit_oid(question.unit))
        for comparator, limit in (("GE", question.lowest), ("LE", question.highest)):
            if limit is not None:
                markup.open("RangeCheck", Comparator=comparator, SoftHard="Soft")
                markup.leaf("CheckValue", f"{limit:g}")
                markup.close()
        if codes_of(column):
            markup.leaf("CodeListRef", CodeListOID=_codes_oid(kind, column))
        if question.sdtm:
            markup.leaf("Alias", Context="SDTM", Name=question.sdtm)
    markup.close()


def _codes_oid(kind: str, column: Column) -> str:
    return YES_OR_NO_CODES if column.kind is bool else f"CL.{in_oid(kind)}.{in_oid(column.name)}"


def _write_code_lists(markup: Markup) -> None:
    for oid, name, codes in _code_lists():
        markup.open("CodeList", OID=oid, Name=name, DataType="text")
        for code, words in codes.items():
            markup.open("CodeListItem", CodedValue=code)
            markup.translated("Decode", words)
            markup.close()
        markup.close()


def _code_lists() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Each list of codes with its OID and name, that of yes and no once."""
    told = set()
    for kind in LEDGER_RECORDS:
        for column in known_columns(kind).values():
            codes = codes_of(column)
            oid = _codes_oid(kind, column) if codes else ""
            if codes and oid not in told:
                told.add(oid)
                yield oid, "yes or no" if oid == YES_OR_NO_CODES else f"{kind}: {column.name}", codes
