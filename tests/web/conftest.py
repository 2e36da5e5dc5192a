"""A site with a virtual trial in it, filled once for the tests of its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conduct.ledger.servers import quick_folder
from tests.web.sites import Sites

PASSWORD = "demonstration"
OTHER_SITE = "other-site-nurse"
FIRST_QUESTION = "Is this the first event?"


@pytest.fixture(scope="session")
def database_kind() -> str:
    """The kind of database that the pages are tested on; a file of tests may ask for both, the environment for one."""
    return os.environ.get("FIRSTDOSE_PAGES_ON", "sqlite")


@pytest.fixture
def site(sites: Sites, database_kind: str, request: pytest.FixtureRequest) -> Any:
    """The trial of the demonstration, with an account for each role and one at another site; a copy for each file."""
    return sites.of(database_kind, request.path.name)


@pytest.fixture(scope="session")
def sites() -> Iterator[Sites]:
    """The site in each kind of database, made when it is asked for first."""
    with pytest.MonkeyPatch.context() as patch:
        folder = quick_folder("pages")
        patch.setenv("FIRSTDOSE_FOLDER", str(folder / "none"))
        patch.setenv("DJANGO_SETTINGS_MODULE", "firstdose.web.settings")
        patch.setenv("FIRSTDOSE_HOSTS", "localhost,testserver")
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("FIRSTDOSE_KEY_FILE", raising=False)
        from firstdose.web import starting

        starting.prepare()
        from django.test import override_settings

        quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
        quick.enable()  # who signs in a hundred times in these tests need not wait for a slow hash
        made = Sites(folder, fill)
        yield made
        made.leave()
        quick.disable()
        shutil.rmtree(folder)


def fill(configuration: Any) -> None:
    """The virtual trial, people, a decision that was prepared and questions about events."""
    from firstdose.conduct.deciding import prepare_decision
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.recommending import freeze
    from firstdose.web import demonstration, starting
    from firstdose.web.committee_packs import make_pack
    from firstdose.web.trial import now, the_trial

    demonstration.start(configuration, "nsc-spms", 20231127, PASSWORD, lambda done, of: None)
    trial = the_trial()
    sites = sorted({each.fields["centre"] for each in trial.ledger.records("subjects")})
    starting.add_people(
        trial.ledger,
        [starting.Person(OTHER_SITE, "Nurse elsewhere", "coordinator", sites[1], PASSWORD)],
    )
    frozen = freeze(trial.ledger, trial.protocol, now())
    with trial.desk.work(Author("statistician", "statistician")) as work:
        prepare_decision(work, frozen)
    ask_about_each_site(trial)
    make_pack(trial, Author("statistician", "statistician"), now())


def ask_about_each_site(trial: Any) -> None:
    """A query about the first adverse event of a participant of each site."""
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.queries import Asked, ask

    centre = {each.record: each.fields["centre"] for each in trial.ledger.records("subjects")}
    first: dict[str, str] = {}
    for each in trial.ledger.records("adverse_events"):
        if each.fields["number"] == "1":
            first.setdefault(centre[each.fields["subject"]], each.record)
    with trial.desk.work(Author("data_manager", "data_manager")) as work:
        ask(work, *(Asked("adverse_events", record, FIRST_QUESTION) for record in first.values()))


@pytest.fixture
def signed_in(site: Any) -> Callable[[str], Any]:
    """A browser in which somebody is signed in; what is sent is checked for where it comes from."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def client(account: str) -> Any:
        browser = Client(enforce_csrf_checks=False)
        users: Any = get_user_model().objects
        browser.force_login(users.get(username=account), backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return client


@pytest.fixture
def nobody_was_counted(site: Any) -> None:
    """The counts of others, who failed to sign in or to sign, are forgotten."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def subject_of(site: Any) -> Callable[[str], str]:
    """The participant of a site about whose first adverse event there has been a query from the beginning."""

    def first(centre: str) -> str:
        of_site = {each.record for each in site.ledger.records("subjects") if each.fields["centre"] == centre}
        asked = (each.fields for each in site.ledger.records("queries") if each.fields["words"] == FIRST_QUESTION)
        about = (fields["about_record"].split("/")[0] for fields in asked)
        return str(next(subject for subject in about if subject in of_site))

    return first
