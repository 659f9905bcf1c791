"""A contact budget to begin with, for managers to change."""

from django.db import migrations

# most, days, of, holds important messages too
RULES = ((2, 7, "contact", False), (4, 7, "contact", True), (5, 7, "account", False))


def begin(apps, _schema):
    rule = apps.get_model("reach", "Rule")
    for most, days, of, holds_important in RULES:
        rule.objects.create(most=most, days=days, of=of, holds_important=holds_important)


class Migration(migrations.Migration):
    dependencies = [("reach", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
