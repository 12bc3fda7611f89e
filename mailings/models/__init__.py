from mailings.models.bulletin import Bulletin
from mailings.models.delivery import Delivery
from mailings.models.edition import Edition
from mailings.models.layout import Layout
from mailings.models.pulse import Pulse

__all__ = ["Bulletin", "Delivery", "Edition", "Layout", "Pulse"]
