from typing import Any

from mailings import scheduling
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin
from mailings.models.trail import BY_COMMAND


class Command(BulletinCommand):
    help = "Skip whatever of a bulletin was not handed over, for good."

    def act(self, bulletin: Bulletin, **_options: Any) -> None:
        scheduling.cancel(bulletin, by=BY_COMMAND)
        self.stdout.write(f"Bulletin {bulletin.pk} is cancelled.")
