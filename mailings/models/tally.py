from collections.abc import Iterable
from typing import Self

from django.db import connection, models, transaction
from django.db.models import Sum

from mailings.models.bulletin import Bulletin
from mailings.models.delivery import Delivery

# So many rows, and as many as there were domains and statuses the last time, are added
# before a bulletin's are put together again: what a page reads at once.
MANY = 10_000
_left: dict[int, int] = {}  # bulletin -> rows that this process left the last time
# One at a time: who comes second would only wait, and find nothing.
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('mailings_tally', %s))"
IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('mailings_tally', %s))"
# In one statement: what others add meanwhile is not seen, and stays.
FOLD = """
    WITH gone AS (
        DELETE FROM mailings_tally WHERE bulletin_id = %s
        RETURNING bulletin_id, domain, status, count
    )
    INSERT INTO mailings_tally (bulletin_id, domain, status, count)
    SELECT bulletin_id, domain, status, sum(count)
      FROM gone
     GROUP BY bulletin_id, domain, status
    HAVING sum(count) <> 0
"""
# What is empty on its own takes no other row's part away, whoever adds some meanwhile.
DROP_EMPTY = """
    DELETE FROM mailings_tally
     WHERE bulletin_id = %(bulletin)s AND domain = %(domain)s AND status IN (
           SELECT status FROM mailings_tally
            WHERE bulletin_id = %(bulletin)s AND domain = %(domain)s
            GROUP BY status HAVING sum(count) = 0)
"""


class TallyQuerySet(models.QuerySet["Tally"]):
    def of(self, bulletin: Bulletin) -> Self:
        return self.filter(bulletin=bulletin)

    def by_status(self) -> dict[str, int]:
        """Status -> how many; what is claimed or being handed over counts as queued."""
        counted = self.order_by().values_list("status").annotate(sum=Sum("count"))
        return dict(counted)

    def handled(self) -> int:
        """How many do not move by themselves any more."""
        counted = self.by_status()
        waiting = sum(counted.get(status, 0) for status in Delivery.WAITING)
        return sum(counted.values()) - waiting

    def fold(self) -> None:
        """Put the rows of each bulletin that goes out together, where they are many.

        Safe to run at any time, by anyone. On SQLite they are one each already.
        """
        if connection.vendor == "sqlite":
            return
        going = self.filter(bulletin__in=Bulletin.objects.sending().values("pk"))
        count = models.Count("*")
        counted = going.order_by().values_list("bulletin").annotate(rows=count)
        for pk, rows in counted:
            if rows > MANY + 2 * _left.get(pk, 0):
                self.fold_one(pk)

    def fold_one(self, bulletin: int) -> None:
        """Put its rows together, unless somebody does so at this moment."""
        if connection.vendor == "sqlite":
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ALONE, [bulletin])
            if cursor.fetchone() == (True,):
                cursor.execute(FOLD, [bulletin])
                _left[bulletin] = cursor.rowcount

    def drop_empty(self, places: Iterable[tuple[int, str]]) -> None:
        """Throw away what counts nobody of these bulletins and domains any more.

        A domain may be one person's. Call it in the transaction that empties them.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            for bulletin, domain in sorted(places):
                if connection.vendor != "sqlite":
                    cursor.execute(IN_TURN, [bulletin])
                cursor.execute(DROP_EMPTY, {"bulletin": bulletin, "domain": domain})


class Tally(models.Model):
    """How many deliveries of a bulletin to a domain are in a status.

    Written by the database's own triggers (mailings/triggers.py) in the transaction
    that changes the deliveries, so it is always their true count, and a page need not
    count a million of them. On PostgreSQL each change adds a row, also a negative one,
    so that no two workers ever wait for each other; the sum is what counts.
    """

    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.CASCADE, related_name="tallies", db_constraint=False
    )
    domain = models.CharField(max_length=255)
    status = models.CharField(max_length=10)
    count = models.IntegerField()

    objects = TallyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.domain} {self.status} {self.count}"
