from subscribers.admin import lists, people

__all__ = ["lists", "people"]
