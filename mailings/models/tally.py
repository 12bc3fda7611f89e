from typing import Self

from django.db import connection, models
from django.db.models import Sum

from mailings.models.bulletin import Bulletin
from mailings.models.delivery import Delivery

# A bulletin's rows are put together again beyond so many: what a page reads at once.
MANY = 10_000
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
        """Put a bulletin's rows together where they have become many.

        Safe to run at any time, by anyone. On SQLite they are one each already.
        """
        if connection.vendor == "sqlite":
            return
        count = models.Count("*")
        many = self.order_by().values("bulletin").annotate(rows=count)
        for bulletin in many.filter(rows__gt=MANY).values_list("bulletin", flat=True):
            with connection.cursor() as cursor:
                cursor.execute(FOLD, [bulletin])


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
