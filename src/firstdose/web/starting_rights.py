"""Who may do what in a database on a server: its owner makes the tables, the site works in a role that may only add.

The guards of the ledger hold against the role of the site because it owns nothing: whoever owns a table may take its
guards away. So the owner's address is given for the moment of making and renewing, and the site never runs with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from firstdose.conduct.ledger import LedgerError
from firstdose.conduct.ledger.database import Database, is_on_server, server_parts

GRANT = "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}"
READ = "GRANT SELECT ON {table} TO {role}"
NEEDED = ("SELECT", "INSERT", "UPDATE", "DELETE")
MIGRATIONS = "django_migrations"
AS_OWNER = "firstdose serve --owner postgresql://OWNER@HOST/NAME"
SAME = ("host", "port", "dbname", "options")


def role_of_site(environment: Mapping[str, str], owner_url: str) -> str:
    """The role that the site will work in, which DATABASE_URL names, beside the address of the owner.

    Raises LedgerError if the two addresses are not two roles of one database on a server.
    """
    site_url = environment.get("DATABASE_URL", "")
    if not is_on_server(site_url) or not is_on_server(owner_url):
        raise LedgerError(
            "--owner is for PostgreSQL: set DATABASE_URL to postgresql://ROLE@HOST/NAME, the role that the site works "
            "in, and name the owner of the same database, as in --owner postgresql://OWNER@HOST/NAME"
        )
    site, owner = server_parts(site_url), server_parts(owner_url)
    if [site.get(each) for each in SAME] != [owner.get(each) for each in SAME]:
        raise LedgerError("--owner and DATABASE_URL name two databases; write host, port and name alike in both")
    if not site.get("user") or site["user"] == owner.get("user"):
        raise LedgerError(
            "--owner and DATABASE_URL must name two roles: one that owns the tables, and one that the site works in"
        )
    return site["user"]


def let_in(database: Database, role: str) -> None:
    """Give the role of the site what it needs, as the owner: to add to the ledger, and to keep accounts and sessions.

    Raises LedgerError if there is no such role, or if it is the owner.
    """
    from django.db import connection

    database.grant(role)
    with connection.cursor() as cursor:
        for table in _tables():
            grant = READ if table == MIGRATIONS else GRANT
            names = {"table": connection.ops.quote_name(table), "role": connection.ops.quote_name(role)}
            cursor.execute(grant.format(**names))


def check_as_site(database: Database) -> None:
    """Make sure that the site can work with what its owner has made, in a role that cannot take the guards away.

    Raises LedgerError with what is missing, or too much, and how to mend it.
    """
    if not database.has_ledger():
        raise LedgerError(
            f"{database.name}: this database holds no site that the role of DATABASE_URL may use; its owner makes one: "
            f"{AS_OWNER.replace('serve', 'serve PROTOCOL')}"
        )
    wrong = [*database.faults_of_rights(), *_missing_rights()]
    if wrong:
        raise LedgerError(
            f"{database.name}: the site does not start with these rights: {'; '.join(wrong)}. DATABASE_URL must name a "
            f"role that owns nothing; the owner gives it its rights: {AS_OWNER}"
        )
    if _is_older():
        raise LedgerError(f"{database.name}: its tables are of an older version; the owner renews them: {AS_OWNER}")


def _tables() -> list[str]:
    """The tables of accounts, sessions and forms not saved, which are there, and the list of what was renewed."""
    from django.db import connection

    known = {*connection.introspection.django_table_names(only_existing=True), MIGRATIONS}
    return sorted(known & set(connection.introspection.table_names()))


def _missing_rights() -> list[str]:
    """What the present role lacks on the tables of accounts."""
    from django.db import connection

    missing = []
    with connection.cursor() as cursor:
        for table in _tables():
            for right in NEEDED if table != MIGRATIONS else NEEDED[:1]:
                cursor.execute("SELECT has_table_privilege(%s, %s)", [connection.ops.quote_name(table), right])
                if not cursor.fetchone()[0]:
                    missing.append(f"may not {right} on {table}")
    return missing[:3]


def _is_older() -> bool:
    """Whether a table, or a part of one, is missing that this version needs."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
