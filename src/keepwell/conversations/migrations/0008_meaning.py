import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0007_mood"),
    ]

    operations = [
        migrations.CreateModel(
            name="Meanings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(blank=True, max_length=80)),
                ("making", models.PositiveIntegerField(default=0)),
                ("beat_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Meaning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.BigIntegerField()),
                ("account", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=10)),
                ("side", models.CharField(max_length=7)),
                ("language", models.CharField(max_length=10)),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("signs", models.BinaryField()),
                ("vector", models.BinaryField()),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meanings",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meanings",
                        to="conversations.turn",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ToMean",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="to_mean",
                        to="conversations.conversation",
                    ),
                ),
            ],
        ),
    ]
