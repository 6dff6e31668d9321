"""Retired accounts of which the tool is to be told."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("xblock_cme", "0001_the_first_tables")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="RetirementDelivery",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("user_id", models.CharField(max_length=64)),
                ("organisation", models.CharField(max_length=255)),
                ("subject", models.CharField(max_length=255)),
                ("is_told", models.BooleanField(default=False)),
                ("fault", models.CharField(default="", max_length=500)),
                ("tries", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["next_at"], name="cme_retirement_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "organisation"), name="cme_retirement_once")
                ],
            },
        ),
    ]
