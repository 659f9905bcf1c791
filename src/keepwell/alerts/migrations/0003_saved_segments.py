from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0002_tally"),
    ]

    operations = [
        migrations.AlterField(
            model_name="threshold",
            name="level",
            field=models.CharField(
                choices=[
                    ("account", "One account"),
                    ("member", "A member's accounts"),
                    ("saved", "A saved segment"),
                    ("segment", "A segment"),
                    ("team", "A team"),
                    ("company", "The company"),
                ],
                max_length=10,
                verbose_name="holds for",
            ),
        ),
    ]
