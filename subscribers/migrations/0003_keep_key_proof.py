from django.core.exceptions import ImproperlyConfigured
from django.db import migrations

from subscribers.keys import address_key, proof

WRONG = "ADDRESS_KEY is not the key of this database: set the one that made it."


def keep(apps, schema_editor):
    """Write down which key this database has; an older one's first person tells."""
    people = apps.get_model("subscribers", "Subscriber").objects.order_by("pk")
    first = people.first()
    if first and first.address_key != address_key(first.email):
        raise ImproperlyConfigured(WRONG)
    apps.get_model("subscribers", "KeyProof").objects.create(pk=1, value=proof())


def forget(apps, schema_editor):
    apps.get_model("subscribers", "KeyProof").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_key_proof")]
    operations = [migrations.RunPython(keep, forget)]
