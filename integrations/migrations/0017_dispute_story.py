"""What the books of a dispute are worked out from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0016_rollbacks")]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="fee_returned",
            field=models.BooleanField(default=False, help_text="The acquirer gave the fee back."),
        ),
        migrations.AddField(
            model_name="dispute",
            name="tie_count",
            field=models.PositiveIntegerField(
                default=0, help_text="How often it was tied to another payment."
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="is_tied_by_person",
            field=models.BooleanField(default=False, help_text="Notices do not change it any more."),
        ),
        migrations.AlterField(
            model_name="disputechange",
            name="state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("received", "Received"),
                    ("accepted", "Accepted"),
                    ("evidence_due", "Evidence due"),
                    ("evidence_submitted", "Evidence submitted"),
                    ("represented", "Represented"),
                    ("pre_arbitration", "Pre-arbitration"),
                    ("won", "Won"),
                    ("lost", "Lost"),
                    ("reversed", "Reversed"),
                    ("expired", "Expired"),
                ],
                default="",
                help_text="Empty: something else was told.",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="disputechange",
            name="amount_minor",
            field=models.BigIntegerField(default=0, help_text="As told; 0 where it was not."),
        ),
        migrations.AddField(
            model_name="disputechange",
            name="fee_minor",
            field=models.BigIntegerField(
                default=0, help_text="Charged so far, in all, as told; 0 where it was not."
            ),
        ),
        migrations.AddField(
            model_name="disputechange",
            name="returns_fee",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="disputechange",
            name="told",
            field=models.JSONField(blank=True, default=dict, help_text="The whole notice."),
        ),
        migrations.AddConstraint(
            model_name="disputechange",
            constraint=models.UniqueConstraint(fields=["dispute", "event"], name="dispute_change_once"),
        ),
    ]
