from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Lower, StrIndex, Substr


def fill_in(apps, schema_editor):
    """What a start writes by itself from here on."""
    deliveries = apps.get_model("mailings", "Delivery").objects.filter(domain="")
    after_at = StrIndex("email", Value("@")) + 1
    deliveries.update(domain=Lower(Substr("email", after_at)))
    bulletins = apps.get_model("mailings", "Bulletin").objects
    bulletins.filter(going_since=None).update(going_since=F("started_at"))


class Migration(migrations.Migration):
    dependencies = [("mailings", "0004_what_the_ledger_promises")]
    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
