from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0007_rollbacks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="type",
            field=models.CharField(
                choices=[
                    ("payment.confirmed", "Payment confirmed"),
                    ("payment.failed", "Payment failed"),
                    ("payment.reversed", "Payment reversed"),
                    ("refund.confirmed", "Refund confirmed"),
                    ("refund.refused", "Refund refused"),
                    ("flow.message", "Message of a flow"),
                    ("dispute.due", "Deadline of a dispute"),
                ],
                max_length=24,
            ),
        ),
    ]
