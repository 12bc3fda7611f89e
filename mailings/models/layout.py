from django.db import models
from django.utils.translation import gettext_lazy as _

from senders.colours import validate_on_white
from senders.text import validate_one_line


class LayoutManager(models.Manager["Layout"]):
    def default(self) -> "Layout":
        """The first layout; a plain letter is made where there is none yet."""
        return (
            self.order_by("pk").first()
            or self.get_or_create(slug="letter", defaults={"name": "Brief"})[0]
        )


class Layout(models.Model):
    """The HTML frame of a bulletin, in the house style."""

    class Frame(models.TextChoices):
        LETTER = "letter", _("letter")

    name = models.CharField(_("name"), max_length=80, validators=[validate_one_line])
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    frame = models.CharField(
        _("frame"), max_length=20, choices=Frame, default=Frame.LETTER
    )
    colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[validate_on_white],
        help_text=_("Of links and lines. Empty: the organisation's colour."),
    )
    show_logo = models.BooleanField(_("show the logo"), default=True)
    footer = models.TextField(
        _("footer"),
        blank=True,
        max_length=1000,
        help_text=_("A line or two of plain text above the postal address."),
    )

    objects = LayoutManager()

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
