-- The entries are only ever added to, in order; the state follows the entries. The database itself refuses the rest.
-- The guards look for the tables where these were made, whatever the one who writes has set.

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE ledger_entries (
    sequence BIGINT PRIMARY KEY,
    recorded TEXT COLLATE "C" NOT NULL,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    site TEXT NOT NULL,
    zone TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create', 'change', 'remove', 'restore', 'event')),
    record_type TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    changes TEXT NOT NULL,
    reason TEXT NOT NULL,
    form_version TEXT NOT NULL,
    protocol_version TEXT NOT NULL,
    clock_note TEXT NOT NULL,
    write BIGINT NOT NULL,
    request TEXT,
    previous TEXT NOT NULL,
    seal TEXT NOT NULL
);

CREATE INDEX ledger_entries_of_record ON ledger_entries (record_type, record, sequence);

CREATE INDEX ledger_entries_of_write ON ledger_entries (write);

CREATE UNIQUE INDEX ledger_entries_request ON ledger_entries (request) WHERE request IS NOT NULL;

CREATE TABLE ledger_records (
    record_type TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    fields TEXT NOT NULL,
    head BIGINT NOT NULL,
    is_removed INTEGER NOT NULL,
    PRIMARY KEY (record_type, record)
);

CREATE INDEX ledger_records_by_last_entry ON ledger_records (record_type, head);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is only added to', TG_OP, TG_TABLE_NAME;
END $$;

CREATE FUNCTION ledger_entry_in_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    last record;
BEGIN
    SELECT sequence, seal INTO last FROM ledger_entries ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> COALESCE(last.sequence, 0) + 1 OR NEW.previous <> COALESCE(last.seal, repeat('0', 64)) THEN
        RAISE EXCEPTION 'an entry of the ledger must follow the last one';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_record_follows_entries() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.head IS DISTINCT FROM (
        SELECT MAX(sequence) FROM ledger_entries
        WHERE record_type = NEW.record_type AND record = NEW.record AND action <> 'event'
    ) THEN
        RAISE EXCEPTION 'a record changes only by an entry of the ledger';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.record_type <> OLD.record_type OR NEW.record <> OLD.record OR NEW.head <= OLD.head THEN
            RAISE EXCEPTION 'a record changes only by an entry of the ledger';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_entries_no_change BEFORE DELETE OR UPDATE ON ledger_entries
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_entries_in_order BEFORE INSERT ON ledger_entries
FOR EACH ROW EXECUTE FUNCTION ledger_entry_in_order();

CREATE TRIGGER ledger_records_follow_entries BEFORE INSERT OR UPDATE ON ledger_records
FOR EACH ROW EXECUTE FUNCTION ledger_record_follows_entries();

CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_records_no_truncate BEFORE TRUNCATE ON ledger_records
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
