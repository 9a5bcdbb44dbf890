"""What documents were made with stays readable: the database itself refuses to change a published mapping."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
CREATE FUNCTION mapping_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Mapping version % is % and cannot be changed: copy it into a new draft.', OLD.id, OLD.state
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER mapping_version_unchanged
    BEFORE UPDATE ON mapping_mappingversion FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (OLD.state = 'archived' AND NEW.state <> 'archived')
        OR ROW(OLD.pair_id, OLD.kind, OLD.name, OLD.number, OLD.document, OLD.comment, OLD.published_at)
           IS DISTINCT FROM
           ROW(NEW.pair_id, NEW.kind, NEW.name, NEW.number, NEW.document, NEW.comment, NEW.published_at)))
    EXECUTE FUNCTION mapping_version_refuse();

CREATE TRIGGER mapping_version_undeleted
    BEFORE DELETE ON mapping_mappingversion FOR EACH ROW
    WHEN (OLD.state <> 'draft')
    EXECUTE FUNCTION mapping_version_refuse();
"""
BACKWARDS = """
DROP TRIGGER mapping_version_undeleted ON mapping_mappingversion;
DROP TRIGGER mapping_version_unchanged ON mapping_mappingversion;
DROP FUNCTION mapping_version_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("mapping", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
