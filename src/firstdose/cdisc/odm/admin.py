"""The administrative data: who wrote and from where, and what signatures mean."""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.cdisc.odm.definitions import version_oid
from firstdose.cdisc.odm.markup import Markup
from firstdose.cdisc.odm.places import in_oid
from firstdose.cdisc.odm.survey import Site, Survey
from firstdose.conduct.roles import ROLES
from firstdose.protocol import Protocol

INVESTIGATOR = "investigator"
LEGAL_REASON = (
    "The signer proved again who they are, and signed the record as it then stood with this meaning. The signature "
    "falls when the record changes."
)


def user_oid(account: str, role: str) -> str:
    """The OID of an account in one of its roles."""
    return f"USER.{in_oid(account)}.{in_oid(role)}"


def location_oid(site: Site) -> str:
    """The OID of a site and its time zone; of people who belong to no site, that of the trial."""
    return f"LOCATION.{in_oid(site[0])}.{in_oid(site[1])}"


def meaning_oid(meaning: str) -> str:
    """The OID of what a signature means."""
    return f"SIGNATURE.{in_oid(meaning)}"


def write_admin_data(markup: Markup, survey: Survey, study: str, protocols: Mapping[str, Protocol]) -> None:
    """Write the users, each account once for each role, the locations, and the meanings of signatures."""
    centres = {centre.id: centre.name for each in protocols.values() for centre in each.trial.centres}
    markup.open("AdminData", StudyOID=study)
    for account, role in survey.users:
        title = ROLES[role].title if role in ROLES else role
        markup.open("User", OID=user_oid(account, role), UserType="Investigator" if role == INVESTIGATOR else "Other")
        markup.leaf("LoginName", account)
        markup.leaf("DisplayName", f"{account} ({title})")
        if account in survey.full_names:
            markup.leaf("FullName", survey.full_names[account])
        markup.close()
    for site, versions in survey.sites.items():
        name = f"{centres.get(site[0], site[0]) or 'the trial as a whole'} ({site[1] or 'no time zone'})"
        location_type = "Site" if site[0] else "Other"
        markup.open("Location", OID=location_oid(site), Name=name, LocationType=location_type)
        for version, day in versions.items():
            markup.leaf(
                "MetaDataVersionRef", StudyOID=study, MetaDataVersionOID=version_oid(version), EffectiveDate=day
            )
        markup.close()
    for meaning in dict.fromkeys(each.meaning for each in survey.signatures):
        markup.open("SignatureDef", OID=meaning_oid(meaning), Methodology="Electronic")
        markup.leaf("Meaning", meaning)
        markup.leaf("LegalReason", LEGAL_REASON)
        markup.close()
    markup.close()
