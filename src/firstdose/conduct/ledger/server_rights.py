"""What the role of the site may do with the ledger on a server: read it and add to it, and nothing else."""

from __future__ import annotations

from firstdose.conduct.ledger.database import Session

RIGHTS = {"ledger_entries": ("SELECT", "INSERT"), "ledger_records": ("SELECT", "INSERT", "UPDATE")}
ALL_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
OF_COLUMNS = ("SELECT", "INSERT", "UPDATE")
GRANTS = (
    "REVOKE ALL ON ledger_entries, ledger_records FROM PUBLIC, {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    *(f"GRANT {', '.join(rights)} ON {table} TO {{role}}" for table, rights in RIGHTS.items()),
)


def faults_of_rights(session: Session) -> tuple[str, ...]:
    """What the present role may do with the tables and must not, or must and may not; none where there is no ledger."""
    found = session.rows(
        "SELECT current_user::text, rolsuper OR pg_has_role(relowner, 'MEMBER') FROM pg_roles, pg_class "
        "WHERE rolname = current_user AND pg_class.oid = to_regclass('ledger_entries')"
    )
    if not found:
        return ()
    role, is_owner = found[0]
    if is_owner:
        return (f"{role} owns the ledger, or rules the server, and could switch off its guards",)
    has = {
        (table, right): bool(session.rows(_question(right), [table, right])[0][0])
        for table in RIGHTS
        for right in ALL_RIGHTS
    }
    wrong = [(table, right) for (table, right), may in has.items() if may != (right in RIGHTS[table])]
    return tuple(f"{role} {'may' if has[each] else 'may not'} {each[1]} on {each[0]}" for each in wrong)


def _question(right: str) -> str:
    """What asks the server whether the present role has a right to a table, or to any of its columns."""
    return f"SELECT has_{'any_column' if right in OF_COLUMNS else 'table'}_privilege(?, ?)"
