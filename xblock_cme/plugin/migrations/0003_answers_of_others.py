"""What others answered in cases and polls."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("xblock_cme", "0002_retired_accounts")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PeerAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.CharField(max_length=255)),
                ("activity_key", models.CharField(max_length=64)),
                ("item", models.CharField(max_length=64)),
                ("options_hash", models.CharField(max_length=64)),
                ("who", models.CharField(max_length=64)),
                ("answer", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["options_hash", "activity_key", "item"], name="cme_peer_answer_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("who", "item", "options_hash"), name="cme_peer_answer_once")
                ],
            },
        ),
    ]
