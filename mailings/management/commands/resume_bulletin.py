from typing import Any

from mailings import scheduling
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin
from mailings.models.trail import BY_COMMAND


class Command(BulletinCommand):
    help = "Let a paused bulletin go on."

    def act(self, bulletin: Bulletin, **_options: Any) -> None:
        scheduling.resume(bulletin, by=BY_COMMAND)
        self.stdout.write(f"Bulletin {bulletin.pk} is going on.")
