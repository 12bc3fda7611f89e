from senders.admin import organisation, outbox, senders

__all__ = ["organisation", "outbox", "senders"]
