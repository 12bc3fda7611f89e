from mailings.models.bulletin import Bulletin
from mailings.models.delivery import Delivery
from mailings.models.edition import Edition
from mailings.models.layout import Layout
from mailings.models.pulse import Pulse
from mailings.models.slowdown import Slowdown
from mailings.models.tally import Tally
from mailings.models.trail import TrailEntry

__all__ = [
    "Bulletin",
    "Delivery",
    "Edition",
    "Layout",
    "Pulse",
    "Slowdown",
    "Tally",
    "TrailEntry",
]
