"""One version per pair and number, one in use; and the database itself refuses to change what was published."""

from __future__ import annotations

from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION mapping_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Mapping version % is % and cannot be changed: copy it into a new draft.', OLD.id, OLD.state
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER mapping_version_unchanged
    BEFORE UPDATE ON mapping_mappingversion FOR EACH ROW
    WHEN (OLD.state IN ('published', 'archived') AND (
        NEW.state IN ('draft', 'review')
        OR (OLD.state = 'archived' AND NEW.state <> 'archived')
        OR ROW(OLD.pair_id, OLD.name, OLD.number, OLD.blueprint, OLD.comment, OLD.revision, OLD.published_at,
               OLD.publish_reason)
           IS DISTINCT FROM
           ROW(NEW.pair_id, NEW.name, NEW.number, NEW.blueprint, NEW.comment, NEW.revision, NEW.published_at,
               NEW.publish_reason)))
    EXECUTE FUNCTION mapping_version_refuse();

CREATE TRIGGER mapping_version_in_review_unchanged
    BEFORE UPDATE ON mapping_mappingversion FOR EACH ROW
    WHEN (OLD.state = 'review' AND OLD.blueprint IS DISTINCT FROM NEW.blueprint)
    EXECUTE FUNCTION mapping_version_refuse();

CREATE TRIGGER mapping_version_undeleted
    BEFORE DELETE ON mapping_mappingversion FOR EACH ROW
    WHEN (OLD.state IN ('published', 'archived'))
    EXECUTE FUNCTION mapping_version_refuse();
"""
BACKWARDS = """
DROP TRIGGER mapping_version_undeleted ON mapping_mappingversion;
DROP TRIGGER mapping_version_in_review_unchanged ON mapping_mappingversion;
DROP TRIGGER mapping_version_unchanged ON mapping_mappingversion;
DROP FUNCTION mapping_version_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("mapping", "0004_one_version_per_pair")]

    operations = [
        migrations.RemoveField("mappingversion", "kind"),
        migrations.RemoveField("mappingversion", "document"),
        migrations.AddConstraint(
            "mappingversion",
            models.UniqueConstraint(
                fields=("pair", "number"), name="mapping_version_number_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            "mappingversion",
            models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("pair",),
                name="mapping_published_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "mappingversion",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", True), ("state__in", ["draft", "review"])),
                    models.Q(("published_at__isnull", False), ("state__in", ["published", "archived"])),
                    _connector="OR",
                ),
                name="mapping_published_has_time",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
