"""The site that is made for checks: it passes as it is, fails where it is broken, and leaves the live one alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from firstdose.cli import evaluation_commands
from firstdose.validation.installation import Finding
from tests.conduct.ledger.servers import OWNER, running_server
from tests.patience import PATIENCE_SECONDS
from tests.validation.benches import statuses

LIVE = ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_HEADS_FILE", "FIRSTDOSE_SECRET_FILE", "FIRSTDOSE_FOLDER")
BROKEN = """
import os, sys
from pathlib import Path
from firstdose.web import site_checks

os.environ["FIRSTDOSE_FOLDER"] = sys.argv[1]
os.environ["FIRSTDOSE_HOSTS"] = "trial.example"
os.environ["DATABASE_URL"] = sys.argv[2]
from firstdose.web import settings

settings.DEBUG = False
settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.AXES_ENABLED = False
settings.MIDDLEWARE = [
    each for each in settings.MIDDLEWARE if "strict_content" not in each and "CsrfView" not in each
]
before = site_checks._make_site

def broken_site(folder, url):
    made = before(folder, url)
    from firstdose.conduct.ledger import Ledger
    from firstdose.web import acting, factors, guarding, routes, site_access_checks, urls
    from django.urls import path
    from django.http import HttpResponse

    acting.Acting.may = lambda self, deed: True
    acting.Acting.sees_site = lambda self, site: True
    factors.factor_of_code = lambda request, user, code: None
    guarding.second_factor_is_missing = lambda request, trial: False
    urls.urlpatterns.append(path("behind/", lambda request: HttpResponse("open"), name="behind"))
    return made

site_checks._make_site = broken_site
site_checks.main(Path(sys.argv[1]), sys.argv[2])
"""
LOCAL = """
import json, os, sys
from pathlib import Path
from firstdose.web import site_checks

os.environ["FIRSTDOSE_HOSTS"] = "localhost"
made = site_checks._make_site(Path(sys.argv[1]), sys.argv[2])
from firstdose.web import site_account_checks, site_setting_checks

every = (*site_setting_checks.checks(made), site_account_checks.checks(made)[-1])
print(json.dumps([check.run().as_json for check in every]))
"""
ON_SERVER = """
import json, sys
from pathlib import Path
from firstdose.web import site_checks

made = site_checks._make_site(Path(sys.argv[1]), sys.argv[2])
from firstdose.web import site_access_checks, site_account_checks

every = {each.name: each for part in (site_access_checks, site_account_checks) for each in part.checks(made)}
print(json.dumps([every[name].run().as_json for name in ("site_addresses", "site_other_site", "site_sign_in")]))
"""


def url_in(folder: Path) -> str:
    """The address of a file in a folder."""
    return f"sqlite:///{folder / 'site.sqlite3'}"


def environment(**more: str) -> dict[str, str]:
    """That of this process, without what other tests have set for the site."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("FIRSTDOSE_", "DATABASE_URL"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | more


def findings_of(monkeypatch: pytest.MonkeyPatch, folder: Path, variables: Mapping[str, str]) -> tuple[Finding, ...]:
    """What `firstdose validate` finds of a site under an environment."""
    for name in set(os.environ) - set(variables):
        monkeypatch.delenv(name)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return evaluation_commands._site(folder, url_in(folder))


def findings_of_script(script: str, folder: Path, url: str | None = None) -> dict[str, dict[str, str]]:
    """What a process finds, by the names of the checks."""
    command = [sys.executable, "-P", "-c", script, str(folder), url or url_in(folder)]
    ran = subprocess.run(
        command, env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert ran.returncode == 0, ran.stderr
    return {each["name"]: each for each in json.loads(ran.stdout)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "checks"
    made.mkdir()
    return made


def test_a_site_as_it_is_passes_and_the_live_one_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    live = {name: str(tmp_path / "live" / name) for name in LIVE} | {"DATABASE_URL": f"sqlite:///{tmp_path}/live.db"}
    found = findings_of(monkeypatch, folder, environment(**live))
    assert set(statuses(found).values()) == {"passed"}, [each for each in found if each.status != "passed"]
    assert len(found) > 10
    assert [each.name for each in tmp_path.iterdir()] == ["checks"]


def test_a_site_for_its_own_machine_alone_says_what_is_not_asked_of_it(folder: Path) -> None:
    found = findings_of_script(LOCAL, folder)
    statuses = {name: each["status"] for name, each in found.items()}
    assert statuses.pop("site_https") == statuses.pop("site_second_factor") == "not checked"
    assert statuses == {"site_deployment": "passed", "site_headers": "passed", "site_passwords": "passed"}
    assert "without HTTPS" in found["site_deployment"]["seen"]


def test_a_site_whose_protections_are_gone_fails(folder: Path) -> None:
    found = findings_of_script(BROKEN, folder)
    seen = {name: each["seen"] for name, each in found.items() if each["status"] == "failed"}
    assert not [name for name, words in seen.items() if "could not be run" in words], seen
    assert "security.W012" in seen["site_deployment"]
    assert "Content-Security-Policy is None" in seen["site_headers"]
    assert seen["site_https"] == "no cookie was set"
    assert seen["site_passwords"] == "md5 is a quick one"
    assert seen["site_addresses"] == "different: ['behind/']"
    assert seen["site_roles"].startswith("investigator ")
    assert seen["site_other_site"].endswith(": 200")
    assert seen["site_origin"].startswith("answered with ")
    assert seen["site_sign_in"] == "the right password and the right code were not enough"
    assert seen["site_lockout"] == "the last wrong one: 200"
    assert seen["site_second_factor"].startswith("200")
    assert found["site_signed_out"]["status"] == "passed"


@pytest.mark.postgresql
def test_on_a_server_it_passes_too(folder: Path) -> None:
    server = running_server()
    found = findings_of_script(ON_SERVER, folder, server.url(OWNER, schema=server.new_schema()))
    assert {name: each["seen"] for name, each in found.items() if each["status"] != "passed"} == {}
    assert set(found) == {"site_addresses", "site_other_site", "site_sign_in"}
    assert not list(folder.rglob("*.sqlite3"))


def test_a_site_that_cannot_be_made_fails(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "site").write_text("a file where a folder belongs", encoding="utf-8")
    (found,) = findings_of(monkeypatch, folder, environment())
    assert (found.name, found.status) == ("site_made", "failed")
    assert "cannot be made" in found.seen


def test_a_process_that_gives_no_answer_fails(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "no-python"))
    (found,) = evaluation_commands._site(folder, url_in(folder))
    assert (found.status, found.seen) == ("failed", "the checks of the site gave no answer: FileNotFoundError")
