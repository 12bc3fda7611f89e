"""From ready to gone: the pages of a bulletin's way out."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from mailings.admin.again_page import AgainPage
from mailings.admin.deliveries_page import DeliveriesPage
from mailings.admin.progress_page import MOVES, ProgressPage
from mailings.admin.schedule_page import SchedulePage
from mailings.admin.statement_page import StatementPages


class FlightPages(
    SchedulePage, ProgressPage, DeliveriesPage, StatementPages, AgainPage
):
    def get_urls(self) -> list[URLPattern]:
        return self._flight_urls() + super().get_urls()

    def _flight_urls(self) -> list[URLPattern]:
        moves = {name: self.move_view(name) for name in MOVES if name != "cancel"}
        pages: dict[str, Callable[..., HttpResponse]] = moves | {
            "schedule": self.schedule_page,
            "progress": self.progress_page,
            "cancel": self.cancel_page,
            "deliveries": self.deliveries_page,
            "again": self.again_page,
        }
        routes = {name: f"{name.replace('_', '-')}/" for name in pages}
        pages |= {
            "progress_live": self.progress_live,
            "settle": require_POST(self.settle),
            "leave_all": require_POST(self.leave_all),
            "correct": require_POST(self.correct),
        }
        routes |= {
            "progress_live": "progress/live/",
            "settle": "deliveries/<int:delivery_id>/settle/",
            "leave_all": "leave-all/",
            "correct": "correct/",
        }
        return [
            path(
                f"<int:pk>/{routes[name]}",
                self.admin_site.admin_view(page),
                name=f"mailings_bulletin_{name}",
            )
            for name, page in pages.items()
        ]
