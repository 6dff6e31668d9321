"""Claims whose learner wants a report for which the numbers have not arrived."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("xblock_cme", "0004_credit_that_is_owed")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="ClaimDelivery", name="is_report_owed", field=models.BooleanField(default=False)
        ),
    ]
