"""Where a site keeps its things, read from the environment once; a folder by default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRET_BYTES = 50
SITE_FOLDER = Path("firstdose-site")
"""The folder of a site if none is named."""
ZONE_FILE = "zone.txt"
"""The file in that folder which holds the name of the site's time zone, as it was when the site was begun."""
DEFAULT_ZONE = "UTC"
MEND_ZONE = "write into it, as plain UTF-8 text, the name of the zone in which this site was begun, such as Europe/Rome"


@dataclass(frozen=True)
class Configuration:
    """The folder, the database, the keys, the hosts that the site answers to, and the time zone of the site.

    ``second_factor`` says whether everybody must sign in with one; ``https`` whether the site is reached by HTTPS only;
    ``proxy`` is the address of the reverse proxy, which states the addresses of those who ask.
    """

    folder: Path
    database_url: str
    key_file: Path
    heads_file: Path
    secret_file: Path
    hosts: tuple[str, ...]
    zone: str
    second_factor: bool
    https: bool
    proxy: str | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Configuration:
        """The configuration that environment variables state, FIRSTDOSE_FOLDER and so on."""
        folder = Path(environment.get("FIRSTDOSE_FOLDER", SITE_FOLDER)).resolve()
        key_file = Path(environment.get("FIRSTDOSE_KEY_FILE", folder / "keys" / "ledger.key"))
        hosts = tuple(filter(None, environment.get("FIRSTDOSE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")))
        is_local = set(hosts) <= {"localhost", "127.0.0.1", "[::1]", "testserver"}
        https = _is_on(environment.get("FIRSTDOSE_HTTPS"), not is_local)
        return cls(
            folder=folder,
            database_url=environment.get("DATABASE_URL", f"sqlite:///{folder / 'firstdose.sqlite3'}"),
            key_file=key_file,
            heads_file=Path(environment.get("FIRSTDOSE_HEADS_FILE", key_file.with_suffix(".heads"))),
            secret_file=Path(environment.get("FIRSTDOSE_SECRET_FILE", folder / "keys" / "site.secret")),
            hosts=hosts,
            zone=environment.get("FIRSTDOSE_ZONE") or kept_zone(folder) or DEFAULT_ZONE,
            second_factor=_is_on(environment.get("FIRSTDOSE_SECOND_FACTOR"), not is_local),
            https=https,
            proxy=environment.get("FIRSTDOSE_PROXY", "127.0.0.1" if https else "") or None,
        )


def kept_zone(folder: Path) -> str | None:
    """The zone that a site was begun in, as its folder keeps it; None where it keeps none.

    Raises LedgerError if the file cannot be read or names no time zone.
    """
    file = folder / ZONE_FILE
    try:
        name = file.read_bytes().decode("utf-8-sig").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise _unusable(file, f"cannot be read ({problem.strerror}); let the account of the site read it") from None
    except UnicodeDecodeError:
        raise _unusable(file, f"is no UTF-8 text; {MEND_ZONE}") from None
    from firstdose.dosing.known import zone_named

    if name and zone_named(name) is None:
        raise _unusable(file, f"{name!r} is no time zone; {MEND_ZONE}")
    return name or None


def _unusable(file: Path, why: str) -> Exception:
    """What is wrong with the file of the zone; what that needs is imported here, as commands without a site do not."""
    from firstdose.conduct.ledger import LedgerError

    return LedgerError(f"{file}: {why}")


def keep_zone(folder: Path, name: str) -> None:
    """Keep the zone of a site in its folder, so that no later start counts in another one by mistake."""
    (folder / ZONE_FILE).write_text(name + "\n", "utf-8")


def secret_of(path: Path) -> str:
    """The secret that signs cookies; made at the first start, readable by its owner alone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w") as file:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        file.write(secret + "\n")
    return secret


def _is_on(text: str | None, default: bool) -> bool:
    return default if text is None else text.strip().lower() in ("1", "yes", "true", "on")
