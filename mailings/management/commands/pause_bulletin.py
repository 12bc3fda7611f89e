from typing import Any

from mailings import scheduling
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin
from mailings.models.trail import BY_COMMAND


class Command(BulletinCommand):
    help = "Hand nothing of a bulletin over until it is resumed."

    def act(self, bulletin: Bulletin, **_options: Any) -> None:
        scheduling.pause(bulletin, by=BY_COMMAND)
        self.stdout.write(f"Bulletin {bulletin.pk} is paused.")
