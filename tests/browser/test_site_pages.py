"""The pages of the site in a browser: accessible and inside the window on desk and tablet; forms that lose nothing.

Truth comes from others' checkers, axe-core for WCAG and the browser itself.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.browsing import BAD, checker
from tests.browser.running_site import answers, browser_running, new_page
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

PASSWORD = "demonstration"
WIDTHS = ((1280, "light"), (820, "dark"))
ROWS = 12
PAGES = {
    "coordinator": (
        "/participants/new/",
        "{person}",
        "{person}eligibility/",
        "{person}schedule/M3/",
        "{person}schedule/M3/edss/",
        "{person}adverse_events/",
        "{person}adverse_events/new/",
        "{event}",
        "{person}dispositions/new/",
        "{person}lab_results/",
        "{person}lab_results/new/?visit=M3&at=M3",
        "{dose}",
        "/blank/adverse_events/",
        "/blank/assessments/?measure=edss",
        "/blank/dispositions/",
        "/role/",
        "/account/factors/",
        "/account/factors/totp/activate/",
        "/account/password/change/",
    ),
    "statistician": (),
    "committee_member": (),
    "data_manager": ("/locks/?cut_off=2026-06-30",),
    "administrator": ("/people/one/?account=coordinator", "/people/one/?account=coordinator&step=close"),
    "inspector": ("/people/", "/people/one/?account=coordinator"),
}
"""Pages of each role besides those of its menu; of somebody who was dosed, and of an event of theirs."""
TRIM = (
    f"for (const each of document.querySelectorAll('tbody')) [...each.rows].slice({ROWS}).forEach(row => row.remove())"
)
UNFOLD = "for (const each of document.querySelectorAll('details')) each.open = true"
STICKING_OUT = """() => [...document.body.querySelectorAll('*')].filter(each => !each.closest('.scroll')
  && each.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(each => each.outerHTML.slice(0, 120))"""
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  one => ({id: one.id, impact: one.impact, help: one.help, first: one.nodes[0].html.slice(0, 200)}))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration's site, as the command starts it, in a process of its own."""
    folder = tmp_path_factory.mktemp("demonstration")
    port = free_port()
    ours = ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_FOLDER", "DJANGO_SETTINGS_MODULE", "FIRSTDOSE_HOSTS")
    environment = {name: text for name, text in os.environ.items() if name not in ours}
    command = [str(Path(sys.executable).with_name("firstdose")), "serve", "--demo", "--port", str(port)]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*command, "--folder", str(folder / "site")], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait(process, f"http://localhost:{port}/account/login/")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the site answers."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not answers(url):
        assert process.poll() is None, "the site ended"
        assert time.monotonic() < until, "the site does not answer"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def chromium_running() -> Iterator[Any]:
    with browser_running() as browser:
        yield browser


class Visitor:
    """Somebody who is signed in at a browser, and what the browser complained of."""

    def __init__(self, browser: Any, address: str, account: str) -> None:
        self.address = address
        self.page = new_page(browser)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._hear)
        self.open("/account/login/")
        self.page.fill("[name=login]", account)
        self.page.fill("[name=password]", PASSWORD)
        self.sent_by("main form button")
        self.troubles.clear()

    def _hear(self, said: Any) -> None:
        if said.type == "error":
            self.troubles.append(said.text)

    def sent_by(self, button: Any) -> None:
        """Press a button that sends a form, and wait for the page that follows."""
        found = self.page.locator(button) if isinstance(button, str) else button
        with self.page.expect_navigation():
            found.click()

    def save(self) -> None:
        self.sent_by(self.page.get_by_role("button", name="Save", exact=True))

    def open(self, where: str) -> int:
        answer = self.page.goto(self.address + where)
        return int(answer.status)

    @property
    def menu(self) -> list[str]:
        return self.links("header nav a")

    def links(self, where: str) -> list[str]:
        """The addresses of the links in a part of the page."""
        found = self.page.eval_on_selector_all(where, "each => each.map(one => one.getAttribute('href'))")
        return [str(each) for each in found]


@dataclass(frozen=True)
class Found:
    """The pages of somebody of the coordinator's site who was dosed, and of an adverse event of theirs."""

    person: str
    event: str

    @property
    def dose(self) -> str:
        return self.person.replace("/participants/", "/doses/")

    def pages(self, role: str) -> list[str]:
        """The pages of a role, with who and what they are about."""
        return [each.format(person=self.person, event=self.event, dose=self.dose) for each in PAGES[role]]


@pytest.fixture(scope="module")
def found(address: str, chromium_running: Any) -> Found:
    """Looked for on the pages themselves: on the ladder, and in the list of events."""
    visitor = Visitor(chromium_running, address, "coordinator")
    visitor.open("/")
    for person in visitor.links(".place a"):
        visitor.open(f"{person}adverse_events/")
        events = visitor.links("tbody a")
        if events:
            return Found(person, events[0])
    raise AssertionError("the demonstration has nobody with an adverse event on the ladder of this site")


def test_every_page_is_accessible_and_fits_desk_and_tablet(address: str, chromium_running: Any, found: Found) -> None:
    """Each page of a role's menu and those named above; what a role before has shown is not looked at again."""
    axe = checker("axe-core/axe.min.js").read_text("utf-8")
    problems: list[str] = []
    looked_at: set[str] = set()
    for role in PAGES:
        visitor = Visitor(chromium_running, address, role)
        for where in (*visitor.menu, *found.pages(role)):
            if where not in looked_at or where == "/":
                problems += [f"{role}, {each}" for each in found_wrong(visitor, where, axe)]
                looked_at.add(where)
        problems += visitor.troubles
    assert not problems


def found_wrong(visitor: Visitor, where: str, axe: str) -> Iterator[str]:
    """What is wrong with one page, at each width."""
    page = visitor.page
    for width, scheme in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        status = visitor.open(where)
        if status != 200:
            yield f"{where}: {status}"
            return
        page.evaluate(UNFOLD)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{where}, {width}: {page.evaluate(STICKING_OUT)}"
        page.evaluate(TRIM)
        page.evaluate(axe)
        for one in page.evaluate(AXE):
            if one["impact"] in BAD:
                yield f"{where}, {width} {scheme}: {one['help']} ({one['id']}): {one['first']}"


SCROLLED_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('main, main *')].filter(
  each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0
    && (each === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(each).overflowX))
  ).slice(0, 5).map(each => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [820, 768])
def test_where_the_trial_stands_is_seen_on_a_tablet_without_scrolling_sideways(
    address: str, chromium_running: Any, width: int
) -> None:
    """Neither the page nor a part of it, with everything unfolded; of every role that sees the ladder, or none."""
    problems = []
    for role in ("coordinator", "statistician", "monitor", "committee_member", "administrator", "inspector"):
        visitor = Visitor(chromium_running, address, role)
        visitor.page.set_viewport_size({"width": width, "height": 1180})
        assert visitor.open("/") == 200
        visitor.page.evaluate(UNFOLD)
        problems += [f"{role}: {each}" for each in visitor.page.evaluate(SCROLLED_SIDEWAYS)]
        problems += [f"{role}: {each}" for each in visitor.page.evaluate(STICKING_OUT)]
    assert not problems


def test_what_is_typed_is_checked_kept_and_found_again(address: str, chromium_running: Any, found: Found) -> None:
    visitor = Visitor(chromium_running, address, "coordinator")
    page, form = visitor.page, f"{found.person}adverse_events/new/"
    asked: list[str] = []

    def accept(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    visitor.open(form)
    page.fill("[name=term]", "Half a sentence")
    page.fill("[name=grade]", "7")
    page.locator("#findings-grade .finding").wait_for()
    assert "5" in page.inner_text("#findings-grade")
    assert "What you typed is kept" in page.inner_text("#findings")
    visitor.open("/participants/")
    assert not asked, "who leaves a form that is kept is not asked"
    visitor.open(form)
    assert page.input_value("[name=term]") == "Half a sentence"
    assert page.input_value("[name=grade]") == "7"
    assert "did not save" in page.inner_text("main")
    visitor.sent_by(page.get_by_role("button", name="Discard it"))
    assert page.input_value("[name=term]") == ""
    assert not visitor.troubles


def test_what_is_being_saved_is_not_kept_as_unsaved_beside_it(
    address: str, chromium_running: Any, found: Found
) -> None:
    """While a save takes long, here for ever, the check of the last words typed would keep them as unsaved again."""
    visitor = Visitor(chromium_running, address, "coordinator")
    page = visitor.page
    checks: list[str] = []
    page.on("request", lambda sent: checks.append(sent.url) if sent.url.endswith("/check/") else None)
    visitor.open(f"{found.person}adverse_events/new/")
    page.evaluate("document.addEventListener('submit', event => event.preventDefault())")
    page.focus("[name=term]")
    page.keyboard.type("Sent at once")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)
    assert not checks
    page.keyboard.type(" and typed on")
    page.locator("#findings .note").first.wait_for()
    assert checks, "what is typed after that is kept again"
    visitor.open(f"{found.person}adverse_events/new/")
    visitor.sent_by(page.get_by_role("button", name="Discard it"))


def test_details_of_a_question_are_reached_with_the_keyboard_alone(
    address: str, chromium_running: Any, found: Found
) -> None:
    visitor = Visitor(chromium_running, address, "coordinator")
    visitor.open(f"{found.person}adverse_events/new/")
    page = visitor.page
    page.focus("[name=serious]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "serious_death"


def test_a_form_is_filled_mended_and_saved_with_the_keyboard_alone(
    address: str, chromium_running: Any, found: Found
) -> None:
    """On a tablet: past the menu, what is typed is kept, the key Enter saves, and a refusal leads to the reason."""
    visitor = Visitor(chromium_running, address, "coordinator")
    page, keys = visitor.page, visitor.page.keyboard
    page.set_viewport_size({"width": 820, "height": 1180})

    def press(*names: str) -> str:
        for name in names:
            keys.press(name)
        return str(page.evaluate("document.activeElement.name || document.activeElement.innerText"))

    def enter() -> str:
        with page.expect_navigation():
            keys.press("Enter")
        return str(page.inner_text("main"))

    form = f"{found.person}adverse_events/new/"
    visitor.open(form)
    press("Tab", "Enter", "Tab", "Tab")
    assert press("Tab") == "number", "past the menu with the first link, then past the trail"
    assert press("Tab") == "term"
    keys.type("Chill by hand")
    page.locator("#findings .note").first.wait_for()
    visitor.open(form)
    assert "did not save" in page.inner_text("main")
    page.focus("[name=serious]")
    keys.type("y")
    assert press("Tab", "Tab") == "serious_death", "the answer yes has opened the details"
    page.focus("[name=term]")
    assert "saved" in enter(), "Enter saves, and does not discard what was typed before"
    page.get_by_role("link", name=re.compile("^[0-9]+$")).last.focus()
    enter()
    page.focus("[name=term]")
    press("Control+A")
    keys.type("Shiver by hand")
    assert "Not saved" in enter()
    assert "Not saved" in page.evaluate("document.activeElement.innerText")
    press("Tab", "Enter")
    page.wait_for_function("document.activeElement.name === 'reason'")
    keys.type("as in the source")
    press("Tab")
    assert "saved" in enter()
    assert "Shiver by hand" in page.inner_text("tbody")


def test_enter_chooses_none_of_several_deeds(address: str, chromium_running: Any) -> None:
    """On the page of somebody without a slot, who can be given one or wait for one."""
    visitor = Visitor(chromium_running, address, "coordinator")
    page = visitor.page
    visitor.open("/participants/")
    for person in visitor.links("tbody th a"):
        visitor.open(person.replace("/participants/", "/doses/"))
        if page.get_by_role("button", name="Reserve a slot").count():
            break
    assert page.get_by_role("button", name="Join the waiting list").count()
    page.focus("#slot-reason")
    page.keyboard.type("moved away")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.input_value("#slot-reason") == "moved away"
    assert "Not done" not in page.inner_text("main")


def test_two_people_on_one_field_see_both_values(address: str, chromium_running: Any, found: Found) -> None:
    first, second = (Visitor(chromium_running, address, each) for each in ("coordinator", "investigator"))
    form = found.event
    for visitor, action in ((first, "cold packs"), (second, "warm packs")):
        visitor.open(form)
        visitor.page.fill("[name=other_action]", action)
    for visitor in (first, second):
        visitor.save()
    said = second.page.inner_text("main")
    assert "Not saved" in said
    assert "cold packs" in said
    assert second.page.input_value("[name=other_action]") == "warm packs"
    second.page.fill("[name=reason]", "chart, seen both")
    second.save()
    second.open(form)
    assert second.page.input_value("[name=other_action]") == "warm packs"


def test_the_board_is_renewed_under_the_reader_who_keeps_the_focus(
    address: str, chromium_running: Any, found: Found
) -> None:
    watching, entering = (Visitor(chromium_running, address, each) for each in ("committee_member", "coordinator"))
    page = watching.page
    page.clock.install()
    watching.open("/safety/")
    page.focus("#table-3")
    before = page.get_attribute("#figures", "hx-get")
    page.clock.run_for(31_000)
    page.wait_for_timeout(300)
    assert page.get_attribute("#figures", "hx-get") == before, "nothing was entered"
    entering.open(f"{found.person}adverse_events/new/")
    entering.page.fill("[name=term]", "Sepsis of the board")
    entering.page.select_option("[name=serious]", "yes")
    entering.page.fill("[name=grade]", "4")
    entering.save()
    until = time.monotonic() + PATIENCE_SECONDS
    while page.get_attribute("#figures", "hx-get") == before:  # what many look at may be some seconds old
        assert time.monotonic() < until, "the board is not renewed"
        page.clock.run_for(31_000)
        page.wait_for_timeout(300)
    assert "Sepsis of the board" in page.inner_text("#figures")
    assert page.evaluate("document.activeElement.id") == "table-3"
    assert not watching.troubles


def test_the_pack_is_made_at_a_click_and_says_that_it_takes_a_while(address: str, chromium_running: Any) -> None:
    visitor = Visitor(chromium_running, address, "committee_member")
    visitor.open("/safety/")
    page = visitor.page
    page.evaluate("document.querySelector('form[data-wait]').addEventListener('submit', each => each.preventDefault())")
    page.get_by_role("button", name="Make the pack").click()
    assert "being made" in page.inner_text(".waiting")
    visitor.open("/safety/")
    page.get_by_role("button", name="Make the pack").click()
    page.wait_for_url("**/safety/#packs")
    with page.expect_download() as arriving:
        page.get_by_role("link", name="PDF").first.click()
    assert arriving.value.suggested_filename.startswith("committee-pack-")
    assert Path(arriving.value.path()).read_bytes().startswith(b"%PDF")
    assert not visitor.troubles
