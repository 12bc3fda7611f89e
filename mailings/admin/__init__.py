from mailings.admin import bulletins, layouts

__all__ = ["bulletins", "layouts"]
