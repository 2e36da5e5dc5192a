-- The entries are only ever added to, in order; the state follows the entries. The database itself refuses the rest.
CREATE TABLE ledger_entries (
    sequence INTEGER PRIMARY KEY,
    recorded TEXT NOT NULL,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    site TEXT NOT NULL,
    zone TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create', 'change', 'remove', 'restore', 'event')),
    record_type TEXT NOT NULL,
    record TEXT NOT NULL,
    changes TEXT NOT NULL,
    reason TEXT NOT NULL,
    form_version TEXT NOT NULL,
    protocol_version TEXT NOT NULL,
    clock_note TEXT NOT NULL,
    write INTEGER NOT NULL,
    request TEXT,
    previous TEXT NOT NULL,
    seal TEXT NOT NULL
);

CREATE INDEX ledger_entries_of_record ON ledger_entries (record_type, record, sequence);

CREATE INDEX ledger_entries_of_write ON ledger_entries (write);

CREATE UNIQUE INDEX ledger_entries_request ON ledger_entries (request) WHERE request IS NOT NULL;

CREATE TABLE ledger_records (
    record_type TEXT NOT NULL,
    record TEXT NOT NULL,
    fields TEXT NOT NULL,
    head INTEGER NOT NULL,
    is_removed INTEGER NOT NULL,
    PRIMARY KEY (record_type, record)
);

CREATE INDEX ledger_records_by_last_entry ON ledger_records (record_type, head);

CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never changed'); END;

CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never deleted'); END;

-- INSERT OR REPLACE deletes without firing the trigger above, so nothing that is there may be met.
CREATE TRIGGER ledger_entries_in_order BEFORE INSERT ON ledger_entries
WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM ledger_entries)
    OR NEW.previous IS NOT COALESCE(
        (SELECT seal FROM ledger_entries ORDER BY sequence DESC LIMIT 1), printf('%064d', 0))
    OR EXISTS (SELECT 1 FROM ledger_entries WHERE request = NEW.request)
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger must follow the last one'); END;

CREATE TRIGGER ledger_records_follow_entries BEFORE INSERT ON ledger_records
WHEN NEW.head IS NOT (
        SELECT MAX(sequence) FROM ledger_entries
        WHERE record_type = NEW.record_type AND record = NEW.record AND action <> 'event')
    OR EXISTS (
        SELECT 1 FROM ledger_records
        WHERE record_type = NEW.record_type AND record = NEW.record AND head >= NEW.head)
BEGIN SELECT RAISE(ABORT, 'a record changes only by an entry of the ledger'); END;

CREATE TRIGGER ledger_records_change_by_entries BEFORE UPDATE ON ledger_records
WHEN NEW.record_type IS NOT OLD.record_type OR NEW.record IS NOT OLD.record OR NEW.head <= OLD.head
    OR NEW.head IS NOT (
        SELECT MAX(sequence) FROM ledger_entries
        WHERE record_type = NEW.record_type AND record = NEW.record AND action <> 'event')
BEGIN SELECT RAISE(ABORT, 'a record changes only by an entry of the ledger'); END;

CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records
BEGIN SELECT RAISE(ABORT, 'a record of the ledger is removed only by an entry'); END;
