"""Who acts in a request: an account, in one of the roles that the ledger grants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from firstdose.conduct.ledger import Author, Ledger
from firstdose.conduct.roles import ROLES, Deed, may
from firstdose.web.trial import Trial

ROLE_IN_SESSION = "role"
EVERYWHERE = "*"


@dataclass(frozen=True)
class Grant:
    """A role that an account has, at one site or at all."""

    role: str
    site: str
    full_name: str

    @property
    def name(self) -> str:
        return f"{self.role}@{self.site}"

    @property
    def words(self) -> str:
        """The role in words, with its site."""
        return ROLES[self.role].title + ("" if self.site == EVERYWHERE else f", site {self.site}")

    @property
    def introduced(self) -> str:
        """Who somebody is and in which role; one of them where an account is called as its role."""
        return self.words if self.full_name == ROLES[self.role].title else f"{self.full_name}, {self.words}"


@dataclass(frozen=True)
class Acting:
    """Somebody who is signed in and acts in a role."""

    author: Author
    grant: Grant
    grants: tuple[Grant, ...]

    def may(self, deed: Deed) -> bool:
        return may(self.grant.role, deed)

    @property
    def deeds(self) -> frozenset[Deed]:
        """All that the role may do."""
        return ROLES[self.grant.role].may

    def sees_site(self, site: str | None) -> bool:
        """Whether the participants of a site are any of this role's business."""
        return not ROLES[self.grant.role].is_of_site or self.grant.site in (EVERYWHERE, site or "")


class TrialRequest(HttpRequest):
    """A request of somebody who acts in a role."""

    acting: Acting
    trial: Trial


def grants_of(ledger: Ledger, account: str) -> tuple[Grant, ...]:
    """The roles that an account has now."""
    found = (
        Grant(each.fields["role"], each.fields["site"], each.fields.get("full_name", account))
        for each in ledger.records("role_grants")
        if not each.is_removed and each.fields["account"] == account and each.fields["role"] in ROLES
    )
    return tuple(sorted(found, key=lambda grant: (list(ROLES).index(grant.role), grant.site)))


def acting_in(request: HttpRequest, trial: Trial) -> Acting | None:
    """Who acts, if the account has any role; the one chosen last, else the first."""
    account = str(cast(Any, request.user).get_username())
    grants = grants_of(trial.ledger, account)
    if not grants:
        return None
    chosen = request.session.get(ROLE_IN_SESSION)
    grant = next((each for each in grants if each.name == chosen), grants[0])
    site = "" if grant.site == EVERYWHERE else grant.site
    return Acting(Author(account, grant.role, site, trial.configuration.zone), grant, grants)
