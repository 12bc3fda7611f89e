"""Pages of a list that may hold a million rows, without counting them all."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000  # what lies beyond is "more than"


class CappedPaginator(Paginator):
    """Counts to COUNTED and no further: whoever looks for more searches for it."""

    object_list: QuerySet

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNTED)

    @property
    def and_more(self) -> bool:
        return self._counted > COUNTED
