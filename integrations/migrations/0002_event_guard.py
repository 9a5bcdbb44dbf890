"""Events are evidence: the database itself refuses to change or delete what was received."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
CREATE FUNCTION integrations_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Event % is evidence and cannot be deleted; the retention setting retires old events.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'Event % cannot be changed: it stays as it was received.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER integrations_event_unchanged
    BEFORE UPDATE OF pair_id, connection_id, source, kind, dedupe_key, headers, body, body_sha256, is_masked,
        received_at
    ON integrations_event FOR EACH ROW
    WHEN (ROW(OLD.pair_id, OLD.connection_id, OLD.source, OLD.kind, OLD.dedupe_key, OLD.headers, OLD.body,
              OLD.body_sha256, OLD.is_masked, OLD.received_at)
          IS DISTINCT FROM
          ROW(NEW.pair_id, NEW.connection_id, NEW.source, NEW.kind, NEW.dedupe_key, NEW.headers, NEW.body,
              NEW.body_sha256, NEW.is_masked, NEW.received_at))
    EXECUTE FUNCTION integrations_event_refuse();

CREATE TRIGGER integrations_event_stays_sealed
    BEFORE UPDATE OF sequence, chain_hash
    ON integrations_event FOR EACH ROW
    WHEN (OLD.sequence IS NOT NULL
          AND ROW(OLD.sequence, OLD.chain_hash) IS DISTINCT FROM ROW(NEW.sequence, NEW.chain_hash))
    EXECUTE FUNCTION integrations_event_refuse();

CREATE TRIGGER integrations_event_undeleted
    BEFORE DELETE ON integrations_event FOR EACH ROW
    WHEN (current_setting('tillbridge.retire_events', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION integrations_event_refuse();
"""
BACKWARDS = """
DROP TRIGGER integrations_event_undeleted ON integrations_event;
DROP TRIGGER integrations_event_stays_sealed ON integrations_event;
DROP TRIGGER integrations_event_unchanged ON integrations_event;
DROP FUNCTION integrations_event_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
