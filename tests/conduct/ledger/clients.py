"""Clients as processes of their own, which can be killed: `python -m tests.conduct.ledger.clients JOB URL ...`.

A process that does nothing else splits off the clients: that is quick, and safe since it has one thread.
Each job prints one JSON document.
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, LedgerError
from firstdose.conduct.ledger.entry import Entry
from tests.conduct.ledger.places import KEY, entered

CLIENTS = 6
RECORDS = 3  # in each write
LONGEST_PAUSE = 0.03


def now() -> datetime:
    return datetime.now(UTC)


def write_without_end(url: str, client: int, tell: Callable[[str], None]) -> NoReturn:
    """Write three records at a time, a few of them changed later, and tell each write that was acknowledged."""
    ledger = Ledger.open(url, KEY, now)
    author = Author(f"client.{client}", "coordinator")
    number = 0
    while True:
        number += 1
        name = f"{client}-{os.getpid()}-{number}"
        drafts = [entered(f"{name}-{each}", pulse=str(number)) for each in range(RECORDS - 1)]
        drafts.append(Draft("change", "vital_sign", f"{name}-0", (FieldChange("note", None, "seen"),)))
        entries = ledger.write(author, drafts, request=name)
        tell(json.dumps([name, [[entry.sequence, entry.seal] for entry in entries]]) + "\n")


class Client:
    """A client that was split off, and what it has told so far."""

    def __init__(self, url: str, number: int) -> None:
        reading, writing = os.pipe()
        self.number, self.reading, self.told = number, reading, b""
        self.process = os.fork()
        if self.process == 0:
            os.close(reading)
            try:
                write_without_end(url, number, lambda line: _write_all(writing, line.encode()))
            except BaseException as problem:
                _write_all(writing, (json.dumps(["failed", repr(problem)]) + "\n").encode())
            finally:
                os._exit(1)
        os.close(writing)

    def listen(self) -> None:
        """Take what has been told, without waiting."""
        while select.select([self.reading], [], [], 0)[0] and (part := os.read(self.reading, 65536)):
            self.told += part

    def kill(self) -> list[Any]:
        """End it at once; the writes that it had told by then. A last line that it could not end does not count."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        self.listen()
        os.close(self.reading)
        return [json.loads(line) for line in self.told.split(b"\n")[:-1]]


def killed(url: str, kills: int, seed: int) -> dict[str, Any]:
    """Six clients that write, one of which is killed at a random moment and replaced, again and again."""
    generator = random.Random(seed)
    clients = [Client(url, number) for number in range(CLIENTS)]
    told: list[Any] = []
    for _ in range(kills):
        _hear(clients)
        time.sleep(generator.uniform(0.001, LONGEST_PAUSE))
        at = generator.randrange(CLIENTS)
        told += clients[at].kill()
        clients[at] = Client(url, at)
    for each in clients:
        told += each.kill()
    return {"acknowledged": told}


def _hear(clients: list[Client]) -> None:
    """Wait until one of them has told something, so that they get on with their work on a slow machine too."""
    select.select([each.reading for each in clients], [], [])
    for each in clients:
        each.listen()


def at_every_step(url: str) -> dict[str, Any]:
    """One write after the other, each killed one statement later, until one ends; what was acknowledged."""
    outcomes: list[str] = []
    step = 0
    while not outcomes or outcomes[-1] == "killed":
        step += 1
        process = os.fork()
        if process == 0:
            try:
                _die_at(step)
                ledger = Ledger.open(url, KEY, now)
                ledger.write(
                    Author("client", "coordinator"), [entered(f"step-{step}-{each}", pulse="1") for each in "ab"]
                )
            except BaseException:
                os._exit(2)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        outcomes.append("killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}")
    return {"outcomes": outcomes}


def _die_at(step: int) -> None:
    """End this process before or after its next statements, which are counted: BEGIN, each of them, COMMIT."""
    import sqlite3

    import psycopg

    count = iter(range(1, 10_000))

    def counted(run: Callable[..., Any]) -> Callable[..., Any]:
        def statement(*arguments: Any, **options: Any) -> Any:
            if next(count) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            found = run(*arguments, **options)
            if next(count) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        return statement

    class Counted(sqlite3.Connection):
        execute = counted(sqlite3.Connection.execute)

    connect = sqlite3.connect
    sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Counted, **options)  # type: ignore[assignment]
    psycopg.Connection.execute = counted(psycopg.Connection.execute)  # type: ignore[method-assign]


def at_once(url: str, rounds: int) -> dict[str, Any]:
    """Two processes that claim the same slot at the same instant, round after round; what each was told."""
    claims = [_claimer(url, number, rounds) for number in (0, 1)]
    answers: list[list[str]] = []
    for turn in range(rounds):
        # Where there is one core, who is asked first may always be the first.
        for _, ask, _ in claims if turn % 4 < 2 else reversed(claims):
            os.write(ask, b".")
        answers.append([os.read(answer, 1).decode() for _, _, answer in claims])
    for process, ask, answer in claims:
        os.close(ask)
        os.close(answer)
        os.waitpid(process, 0)
    return {"answers": answers}


def _claimer(url: str, number: int, rounds: int) -> tuple[int, int, int]:
    """A process that claims a slot whenever it is asked: T taken, F found taken, C conflict, E anything else."""
    asked, ask = os.pipe()
    answer, answering = os.pipe()
    process = os.fork()
    if process:
        os.close(asked)
        os.close(answering)
        return process, ask, answer
    os.close(ask)
    ledger = Ledger.open(url, KEY, now)
    for turn in range(rounds):
        os.read(asked, 1)
        os.write(answering, _claim(ledger, turn, number).encode())
    os._exit(0)


def _claim(ledger: Ledger, turn: int, number: int) -> str:
    """In even rounds by looking first, in odd ones by the field that both saw empty."""
    author, name = Author(f"coordinator.{number}", "coordinator"), f"slot-{turn}"
    claim = (FieldChange("participant", None, f"S0{number}"),)
    try:
        if turn % 2:
            ledger.write(author, [Draft("change", "slot", name, claim)])
            return "T"
        with ledger.writing(author) as writing:
            if "participant" in writing.record("slot", name).fields:
                return "F"
            writing.append(Draft("change", "slot", name, claim))
        return "T"
    except LedgerError as problem:
        return "C" if type(problem).__name__ == "Conflict" else "E"


def on_little_room(url: str, room: int) -> dict[str, Any]:
    """Writes until the files may grow no more; how many were acknowledged, and what was said."""
    import resource

    ledger = Ledger.open(url, KEY, now)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    return written_until_refused(ledger)


def written_until_refused(ledger: Ledger) -> dict[str, Any]:
    """Writes until one is refused: how many entries were acknowledged, the head then, and what was said."""
    acknowledged: list[Entry] = []
    said = ""
    while not said and len(acknowledged) < 5_000:
        try:
            name = f"full-{len(acknowledged)}"
            acknowledged += ledger.write(Author("client", "coordinator"), [entered(name, text="x" * 20_000)])
        except LedgerError as problem:
            said = f"{type(problem).__name__}: {problem}"
    return {"acknowledged": len(acknowledged), "head": str(ledger.head()), "said": said}


def without_rights(url: str, account: int) -> dict[str, Any]:
    """As an account that may read the file but not write it: what is said."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(account)
        os.setuid(account)
    try:
        ledger = Ledger.open(url, KEY, now)
        read = str(ledger.head())
    except LedgerError as problem:
        return {"read": f"{type(problem).__name__}: {problem}", "said": ""}
    try:
        ledger.write(Author("client", "coordinator"), [entered("none", pulse="1")])
    except LedgerError as problem:
        return {"read": read, "said": f"{type(problem).__name__}: {problem}"}
    return {"read": read, "said": "written"}


def _write_all(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "killed": killed,
    "at-every-step": at_every_step,
    "at-once": at_once,
    "on-little-room": on_little_room,
    "without-rights": without_rights,
}

if __name__ == "__main__":
    job, address, *numbers = sys.argv[1:]
    print(json.dumps(JOBS[job](address, *map(int, numbers))))
