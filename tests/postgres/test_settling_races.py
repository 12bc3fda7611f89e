"""Two editors decide about the same mails in doubt at the very same moment."""

import pytest
from django.db import connection, transaction

from mailings import settling
from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery
from tests.mailings.sending import make_sending_bulletin, statuses
from tests.postgres.beside import Beside

pytestmark = pytest.mark.django_db(transaction=True)
Status = Delivery.Status


@pytest.fixture(autouse=True)
def _impatient():
    """Nothing here may wait for long; who would wait for ever gets an error."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '15s'")
    yield
    connection.close()


def leave_one(bulletin):
    settling.leave_it(bulletin.deliveries.order_by("pk")[0])


@pytest.mark.parametrize("leave", [leave_one, settling.leave_all])
def test_who_leaves_and_who_sends_again_do_not_wait_for_each_other_in_a_ring(leave):
    bulletin = make_sending_bulletin(people=3)
    bulletin.deliveries.update(status=Status.IN_DOUBT, reason="why", attempts=1)
    with transaction.atomic():
        # As `send_to_unreached` begins.
        Bulletin.objects.select_for_update().get(pk=bulletin.pk)
        leaver = Beside(lambda: leave(Bulletin.objects.get(pk=bulletin.pk)))
        assert leaver.waits()
        assert settling.send_to_unreached(bulletin, kinds=[Status.IN_DOUBT]) == 3
    with pytest.raises(MailingError):
        leaver.result()
    assert statuses(bulletin) == ["queued"] * 3
