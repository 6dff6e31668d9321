"""The first tables."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="EvaluationDelivery",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("organisation", models.CharField(max_length=255)),
                ("message", models.JSONField()),
                ("fault", models.CharField(default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="AttemptReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.CharField(max_length=64)),
                ("course_key", models.CharField(max_length=255)),
                ("activity_key", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["course_key", "activity_key", "user_id"], name="cme_reset_who")],
            },
        ),
        migrations.CreateModel(
            name="BlockFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.CharField(max_length=64)),
                ("course_key", models.CharField(max_length=255)),
                ("activity_key", models.CharField(max_length=64)),
                ("usage_key", models.CharField(max_length=255)),
                ("body", models.JSONField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["course_key", "activity_key", "user_id"], name="cme_block_facts_who")],
                "constraints": [models.UniqueConstraint(fields=("user_id", "usage_key"), name="cme_block_facts_once")],
            },
        ),
        migrations.CreateModel(
            name="ClaimDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.CharField(max_length=64)),
                ("course_key", models.CharField(max_length=255)),
                ("activity_key", models.CharField(max_length=64)),
                ("organisation", models.CharField(max_length=255)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("message", models.JSONField()),
                ("state", models.CharField(max_length=16)),
                ("answer", models.JSONField(null=True)),
                ("fault", models.CharField(default="", max_length=500)),
                ("tries", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["state", "next_at"], name="cme_claim_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "course_key", "activity_key"), name="cme_claim_once")
                ],
            },
        ),
    ]
