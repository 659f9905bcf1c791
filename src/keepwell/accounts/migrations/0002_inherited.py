from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="attributes",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="Inherited",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=64)),
                ("of", models.CharField(db_index=True, max_length=200)),
                ("heir", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("what", "key"), name="a row was one account's")
                ],
            },
        ),
    ]
