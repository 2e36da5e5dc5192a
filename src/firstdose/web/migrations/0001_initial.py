"""The table of forms that were not saved yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table."""

    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="FormDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=150)),
                ("record_type", models.CharField(max_length=100)),
                ("record", models.CharField(max_length=200)),
                ("fields", models.JSONField(default=dict)),
                ("seen", models.JSONField(default=dict)),
                ("changed", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "record_type", "record"), name="one_draft_a_form")
                ],
            },
        ),
    )
