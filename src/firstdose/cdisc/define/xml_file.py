"""A definition as a Define-XML 2.1 document (an extension of ODM 1.3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from firstdose.cdisc.define.definition import Definition, Group, Item, Provenance, Term, TermList
from firstdose.cdisc.define.xml_elements import (
    DEF,
    ODM,
    XLINK,
    Element,
    add,
    describe,
    fit,
    new_element,
    translated,
    yes_or_no,
)

DEFINE_VERSION, ODM_VERSION = "2.1.0", "1.3.2"
NAMED_PLACE = "NamedDestination"
"""Pages of a document by the names of places in it, as an address has them behind its number sign."""


def define_xml(definition: Definition) -> bytes:
    """The document in UTF-8; the same definition gives the same bytes."""
    for prefix, space in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ElementTree.register_namespace(prefix, space)
    root = _root(definition)
    ElementTree.indent(root, " ")
    content: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content + b"\n"


def _root(definition: Definition) -> Element:
    """The document from the outermost element to the version of the metadata."""
    from firstdose import __version__

    study = definition.study
    root = new_element(
        "ODM",
        FileOID=f"DEF.{study}.{definition.standards[0].name}",
        FileType="Snapshot",
        CreationDateTime=f"{definition.created:%Y-%m-%dT%H:%M:%S}",
        ODMVersion=ODM_VERSION,
        SourceSystem="Firstdose",
        SourceSystemVersion=__version__,
        def_Context="Other",
    )
    trial = add(root, "Study", OID=f"ST.{study}")
    names = add(trial, "GlobalVariables")
    for tag, text in (("StudyName", study), ("StudyDescription", definition.title), ("ProtocolName", study)):
        add(names, tag).text = fit(text)
    standard = definition.standards[0]
    version = add(
        trial,
        "MetaDataVersion",
        OID=f"MDV.{study}.{standard.name}.{standard.version}",
        Name=f"{study}: {standard.name} {standard.version}",
        Description=f"Datasets of {study} in {standard.name} {standard.version}",
        def_DefineVersion=DEFINE_VERSION,
    )
    for part in _parts(definition):
        version.append(part)
    return root


def _parts(definition: Definition) -> Iterator[Element]:
    """The parts of the metadata in the order that the schema asks for."""
    standards = new_element("def:Standards")
    for each in definition.standards:
        add(
            standards,
            "def:Standard",
            OID=each.oid,
            Name=each.name,
            Type=each.kind,
            PublishingSet=each.publishing_set,
            Version=each.version,
            Status="Final",
        )
    yield standards
    if definition.forms is not None:
        forms = new_element("def:AnnotatedCRF")
        add(forms, "def:DocumentRef", leafID=definition.forms.oid)
        yield forms
    items = list(definition.items())
    yield from (_value_list(item) for item in items if item.values)
    yield from (_where_clause(item) for item in items if item.condition)
    yield from (_group(group, definition.standards[0].oid) for group in definition.groups)
    yield from map(_item, items)
    yield from map(_term_list, definition.term_lists)
    for method in definition.methods:
        element = new_element("MethodDef", OID=method.oid, Name=method.name, Type="Computation")
        describe(element, method.text)
        yield element
    for comment in definition.comments:
        element = new_element("def:CommentDef", OID=comment.oid)
        describe(element, comment.text)
        yield element
    if definition.forms is not None:
        yield _leaf(definition.forms.oid, definition.forms.file, definition.forms.title)


def _leaf(identifier: str, file: str, title: str) -> Element:
    """A file beside the document."""
    element = new_element("def:leaf", ID=identifier)
    element.set(f"{{{XLINK}}}href", file)
    add(element, "def:title").text = fit(title)
    return element


def _value_list(item: Item) -> Element:
    """The values of a variable by test."""
    element = new_element("def:ValueListDef", OID=item.value_list)
    for number, value in enumerate(item.values, start=1):
        reference = add(
            element, "ItemRef", ItemOID=value.oid, OrderNumber=number, Mandatory="No", MethodOID=value.method
        )
        if value.condition:
            add(reference, "def:WhereClauseRef", WhereClauseOID=value.condition.oid)
    return element


def _where_clause(item: Item) -> Element:
    """The rows that values by test stand in."""
    condition = item.condition
    if condition is None:
        raise ValueError(f"{item.oid} has no condition")
    element = new_element("def:WhereClauseDef", OID=condition.oid)
    check = add(element, "RangeCheck", Comparator="EQ", SoftHard="Soft", def_ItemOID=condition.variable_oid)
    add(check, "CheckValue").text = fit(condition.value)
    return element


def _group(group: Group, standard: str) -> Element:
    """One dataset: what it is, its variables and its file."""
    leaf = f"LF.{group.name}"
    element = new_element(
        "ItemGroupDef",
        OID=group.oid,
        Name=group.name,
        Repeating=yes_or_no(group.is_repeating),
        IsReferenceData=yes_or_no(group.is_reference),
        SASDatasetName=group.name,
        Domain=group.domain if group.purpose == "Tabulation" else "",
        Purpose=group.purpose,
        def_Structure=group.structure,
        def_ArchiveLocationID=leaf,
        def_StandardOID=standard,
        def_CommentOID=group.comment,
    )
    describe(element, group.label)
    for number, item in enumerate(group.items, start=1):
        add(
            element,
            "ItemRef",
            ItemOID=item.oid,
            OrderNumber=number,
            Mandatory=yes_or_no(item.is_mandatory),
            KeySequence=item.key,
            MethodOID=item.method,
            def_HasNoData="Yes" if item.is_empty else "",
        )
    its_class = add(element, "def:Class", Name=group.observation_class)
    if group.subclass:
        add(its_class, "def:SubClass", Name=group.subclass)
    element.append(_leaf(leaf, group.file, group.file))
    return element


def _item(item: Item) -> Element:
    """One variable, or its values of one test."""
    kind = item.value_type
    element = new_element(
        "ItemDef",
        OID=item.oid,
        Name=item.name,
        DataType=kind.name,
        Length=kind.length,
        SignificantDigits=kind.decimals,
        SASFieldName=item.name,
        def_DisplayFormat=item.display_format,
        def_CommentOID=item.comment,
    )
    describe(element, item.label)
    if item.term_list:
        add(element, "CodeListRef", CodeListOID=item.term_list)
    _origin(element, item.provenance)
    if item.values:
        add(element, "def:ValueListRef", ValueListOID=item.value_list)
    return element


def _origin(element: Element, provenance: Provenance) -> None:
    """Where values come from."""
    origin = add(element, "def:Origin", Type=provenance.kind, Source=provenance.source)
    if provenance.words:
        describe(origin, provenance.words)
    if provenance.document:
        document = add(origin, "def:DocumentRef", leafID=provenance.document)
        if provenance.pages:
            add(document, "def:PDFPageRef", Type=NAMED_PLACE, PageRefs=" ".join(provenance.pages))


def _term_list(each: TermList) -> Element:
    """A list of terms, with or without meanings, or a dictionary kept elsewhere."""
    element = new_element(
        "CodeList",
        OID=each.oid,
        Name=each.name,
        DataType=each.kind,
        def_StandardOID=each.standard,
        def_IsNonStandard="" if each.standard or each.dictionary else "Yes",
        def_CommentOID=each.comment,
    )
    for number, term in enumerate(each.terms, start=1):
        _term(element, term, number)
    if each.dictionary:
        add(element, "ExternalCodeList", Dictionary=each.dictionary)
    if each.code:
        add(element, "Alias", Name=each.code, Context="nci:ExtCodeID")
    return element


def _term(element: Element, term: Term, number: int) -> None:
    """One term."""
    tag = "CodeListItem" if term.meaning else "EnumeratedItem"
    extended = "Yes" if term.is_extension else ""
    item = add(element, tag, CodedValue=term.value, OrderNumber=number, def_ExtendedValue=extended)
    if term.meaning:
        translated(add(item, "Decode"), term.meaning)
    if term.code:
        add(item, "Alias", Name=term.code, Context="nci:ExtCodeID")
