"""The study in USDM: its version with identifiers, titles, organisations and interventions, around its design."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from firstdose.cdisc.usdm.design import NOT_STATED, study_design
from firstdose.cdisc.usdm.extensions import extensions
from firstdose.cdisc.usdm.objects import Maker, Object
from firstdose.cdisc.usdm.terms import (
    ACRONYM,
    BACKGROUND,
    BIOLOGIC,
    BRIEF_TITLE,
    DRUG,
    EXPERIMENTAL,
    INVESTIGATIONAL_PRODUCT,
    OFFICIAL_TITLE,
    ONCE,
    OWN_SYSTEM,
    REGISTRY,
    SPONSOR,
)
from firstdose.protocol import Protocol
from firstdose.protocol.product import Product

USDM_VERSION = "4.0.0"


def usdm_document(protocol: Protocol) -> Object:
    """A protocol as a USDM v4 document. The same protocol gives the same identifiers."""
    from firstdose import __version__

    trial = protocol.trial
    study = {
        "id": str(uuid5(NAMESPACE_URL, f"{OWN_SYSTEM}:{trial.id}")),
        "name": trial.id,
        "description": trial.title,
        "label": trial.short_title,
        "versions": [_version(Maker(), protocol)],
        "instanceType": "Study",
    }
    return {
        "study": {name: value for name, value in study.items() if value is not None},
        "usdmVersion": USDM_VERSION,
        "systemName": "Firstdose",
        "systemVersion": __version__,
    }


def lacking(protocol: Protocol) -> list[str]:
    """What the model asks for and the protocol does not state; the document cannot conform without it."""
    criteria = protocol.population.criteria if protocol.population else ()
    primary = [each for each in protocol.endpoints if each.objective == "primary"]
    needed = {
        "at least one criterion of eligibility (population.criteria)": criteria,
        "at least one primary endpoint (endpoints)": primary,
        "a schedule of activities (schedule)": protocol.schedule,
    }
    return [words for words, stated in needed.items() if not stated]


def _version(maker: Maker, protocol: Protocol) -> Object:
    """The version of the study that the protocol describes."""
    trial = protocol.trial
    administrables = _administrables(maker, protocol)
    interventions = _interventions(maker, protocol, administrables)
    items = _criterion_items(maker, protocol)
    design, schedule = study_design(
        maker,
        protocol,
        [each["id"] for each in interventions],
        {name: each["id"] for name, each in items.items()},
    )
    sponsor, organizations, identifiers = _organizations(maker, protocol)
    version = maker.make(
        "StudyVersion",
        extensionAttributes=[
            *extensions(maker, "version_date", trial.version_date),
            *extensions(maker, "amendment", trial.amendment),
            *extensions(maker, "countries", trial.countries),
            *extensions(maker, "centres", trial.centres),
        ],
        versionIdentifier=trial.version or NOT_STATED,
        rationale=NOT_STATED,
        studyIdentifiers=identifiers,
        titles=_titles(maker, protocol),
        organizations=organizations,
        studyInterventions=interventions,
        administrableProducts=administrables,
        eligibilityCriterionItems=list(items.values()),
        bcSurrogates=schedule.surrogates,
        studyDesigns=[design],
    )
    role = maker.make(
        "StudyRole",
        name="SPONSOR",
        code=maker.code(SPONSOR),
        appliesToIds=[version["id"]],
        organizationIds=[sponsor["id"]],
    )
    return {**version, "roles": [role]}


def _titles(maker: Maker, protocol: Protocol) -> list[Object]:
    """The titles that are stated."""
    trial = protocol.trial
    stated = ((trial.title, OFFICIAL_TITLE), (trial.short_title, BRIEF_TITLE), (trial.acronym, ACRONYM))
    return [maker.make("StudyTitle", text=text, type=maker.code(term)) for text, term in stated if text]


def _organizations(maker: Maker, protocol: Protocol) -> tuple[Object, list[Object], list[Object]]:
    """The sponsor, all organisations, and the identifiers of the study that sponsor and registers gave it."""
    trial = protocol.trial
    name = trial.sponsor or f"Sponsor, {NOT_STATED}"
    sponsor = _organization(maker, name, maker.own_code(f"Sponsor; its kind is {NOT_STATED}"))
    registers = {
        each.registry: _organization(maker, each.registry, maker.code(REGISTRY)) for each in trial.registrations
    }
    identifiers = [maker.make("StudyIdentifier", text=trial.id, scopeId=sponsor["id"])]
    identifiers += [
        maker.make("StudyIdentifier", text=each.id, scopeId=registers[each.registry]["id"])
        for each in trial.registrations
    ]
    return sponsor, [sponsor, *registers.values()], identifiers


def _organization(maker: Maker, name: str, kind: Object) -> Object:
    """An organisation, identified by its name alone."""
    return maker.make("Organization", name=name, label=name, type=kind, identifierScheme="name", identifier=name)


def _administrables(maker: Maker, protocol: Protocol) -> list[Object]:
    """The product as it is given; none if it is not stated."""
    product = protocol.product
    if product is None:
        return []
    made = maker.make(
        "AdministrableProduct",
        name=product.name,
        label=product.kind,
        description=product.description,
        administrableDoseForm=maker.alias(maker.own_code(NOT_STATED)),
        productDesignation=maker.code(INVESTIGATIONAL_PRODUCT),
    )
    return [made]


def _interventions(maker: Maker, protocol: Protocol, administrables: list[Object]) -> list[Object]:
    """The product, if it is stated, with an administration for each dose level, and after it the drugs around it."""
    found = []
    product = protocol.product
    if product:
        made = maker.make(
            "StudyIntervention",
            extensionAttributes=[
                *extensions(maker, "administrations", product.administrations),
                *extensions(maker, "dose_tolerance", product.dose_tolerance),
                *extensions(maker, "release_criteria", product.release_criteria),
            ],
            name=product.name,
            label=product.kind,
            description=product.description,
            role=maker.code(EXPERIMENTAL),
            type=maker.code(BIOLOGIC),
            administrations=_administrations(maker, protocol, product, administrables[0]),
        )
        found.append(made)
    for each in protocol.background_treatments:
        made = maker.make(
            "StudyIntervention",
            extensionAttributes=[
                *extensions(maker, "start_day", each.start_day),
                *extensions(maker, "stop_day", each.stop_day),
                *extensions(maker, "withdrawal_window_days", each.withdrawal_window_days),
                *extensions(maker, "trough_target", each.trough_target),
                *extensions(maker, "regimen", each.regimen),
            ],
            name=each.id,
            label=each.drug,
            description=each.purpose,
            role=maker.code(BACKGROUND),
            type=maker.code(DRUG),
        )
        found.append(made)
    return found


def _administrations(maker: Maker, protocol: Protocol, product: Product, administrable: Object) -> list[Object]:
    """One administration for each dose level."""
    levels = protocol.dose_levels
    times = product.administrations
    return [
        maker.make(
            "Administration",
            name=f"LEVEL{level}",
            label=levels.label(level),
            description=product.administration,
            duration=maker.make("Duration", text=NOT_STATED, durationWillVary=True, reasonDurationWillVary=NOT_STATED),
            dose=maker.quantity(dose, levels.unit),
            frequency=maker.alias(maker.code(ONCE) if times == 1 else maker.own_code(f"{times} times")),
            route=maker.alias(maker.own_code(product.route)) if product.route else None,
            administrableProductId=administrable["id"],
        )
        for level, dose in enumerate(levels.values, start=1)
    ]


def _criterion_items(maker: Maker, protocol: Protocol) -> dict[str, Object]:
    """The texts of the criteria, by their identifier, with what is checked on recorded values."""
    stated = protocol.population.criteria if protocol.population else ()
    return {
        each.id: maker.make(
            "EligibilityCriterionItem",
            extensionAttributes=extensions(maker, "expression", str(each.expression) if each.expression else None),
            name=each.id,
            text=each.text,
        )
        for each in stated
    }
