"""Credit types of a claim that wait for what their body needs."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("xblock_cme", "0003_answers_of_others")]

    operations: ClassVar = [
        migrations.AddField(model_name="ClaimDelivery", name="owed", field=models.JSONField(default=list)),
    ]
