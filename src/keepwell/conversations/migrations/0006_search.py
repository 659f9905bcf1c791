import django.db.models.deletion
from django.db import migrations, models

# A migration that alters `Indexed` remakes its table on SQLite: the trigger has to be made again there.
_SQLITE = (
    (
        "CREATE VIRTUAL TABLE conversations_indexed_words USING fts5(heads, stems, more, marks, tokenize='ascii')",
        "DROP TABLE conversations_indexed_words",
    ),
    (
        "CREATE TRIGGER conversations_indexed_words_gone AFTER DELETE ON conversations_indexed"
        " BEGIN DELETE FROM conversations_indexed_words WHERE rowid = old.place; END",
        "DROP TRIGGER conversations_indexed_words_gone",
    ),
)
_POSTGRESQL = (
    (
        "ALTER TABLE conversations_indexed ADD COLUMN vector tsvector",
        "ALTER TABLE conversations_indexed DROP COLUMN vector",
    ),
    (
        "CREATE INDEX conversations_indexed_vector ON conversations_indexed USING gin (vector)",
        "DROP INDEX conversations_indexed_vector",
    ),
)


def make(apps, schema_editor):
    for done, _undone in _statements(schema_editor):
        schema_editor.execute(done)


def unmake(apps, schema_editor):
    for _done, undone in reversed(_statements(schema_editor)):
        schema_editor.execute(undone)


def _statements(schema_editor):
    return _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0005_clips_put_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="Index",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(blank=True, max_length=40)),
                ("making", models.CharField(blank=True, max_length=40)),
                ("last", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Indexed",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed",
                        to="conversations.turn",
                    ),
                ),
            ],
            options={
                "ordering": ["-place"],
            },
        ),
        migrations.RunPython(make, unmake),
    ]
