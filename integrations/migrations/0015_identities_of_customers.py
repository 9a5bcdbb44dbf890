"""Each customer there is already gets the identities it is known by."""

from django.db import migrations

_FORWARD = """
INSERT INTO integrations_customeridentity (pair_id, customer_id, system, kind, value, first_seen_at)
SELECT pair_id, id, 'shop',
       CASE WHEN contact_number ~ '^(email|order)-[0-9a-f]{32}$' THEN 'contact_number' ELSE 'external_id' END,
       contact_number, created_at
  FROM integrations_customer
ON CONFLICT DO NOTHING;
INSERT INTO integrations_customeridentity (pair_id, customer_id, system, kind, value, first_seen_at)
SELECT pair_id, id, 'shop', 'email', lower(email), created_at FROM integrations_customer WHERE email <> '';
INSERT INTO integrations_customeridentity (pair_id, customer_id, system, kind, value, first_seen_at)
SELECT DISTINCT ON (pair_id, xero_contact_id) pair_id, id, 'xero', 'contact_id', xero_contact_id, created_at
  FROM integrations_customer WHERE xero_contact_id <> '' ORDER BY pair_id, xero_contact_id, id
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0014_customers")]
    operations = [migrations.RunSQL(_FORWARD, migrations.RunSQL.noop)]
