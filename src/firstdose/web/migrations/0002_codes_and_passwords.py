"""The tables of codes that were tried and of passwords that were set."""

from typing import Any

from django.db import migrations, models


def _id() -> tuple[str, Any]:
    key: Any = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
    return "id", key


class Migration(migrations.Migration):
    """Makes the tables."""

    dependencies = (("firstdose_web", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="TriedCode",
            fields=[
                _id(),
                ("account", models.CharField(max_length=150)),
                ("code", models.CharField(max_length=20)),
                ("tried", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("account", "code"),
                        name="a_code_is_used_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenPassword",
            fields=[_id(), ("account", models.CharField(max_length=150, unique=True))],
        ),
        migrations.CreateModel(
            name="EarlierPassword",
            fields=[
                _id(),
                ("account", models.CharField(db_index=True, max_length=150)),
                ("encoded", models.CharField(max_length=256)),
            ],
        ),
    )
