"""Colours that can be read: contrast as in WCAG 2.1, success criterion 1.4.3."""

import colorsys
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ENOUGH = 4.5
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours like #1D4A86, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def darker_until_readable(colour: str) -> str:
    """The nearest darker colour of the same hue that reads on white."""
    hue, light, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while contrast(_to_hex(hue, light, saturation), "#FFFFFF") < ENOUGH:
        light -= 0.005
    return _to_hex(hue, light, saturation)


def lighter_until_readable(colour: str, *, on: str, least: float = 7) -> str:
    """The nearest lighter, calmer colour of the same hue that reads on a dark one."""
    hue, light, saturation = colorsys.rgb_to_hls(*_channels(colour))
    calm = min(saturation, 0.45)
    while light < 1 and contrast(_to_hex(hue, light, calm), on) < least:
        light = min(light + 0.005, 1)
    return _to_hex(hue, light, calm)


def mix_with_white(colour: str, share: float) -> str:
    """The colour as a tint: `share` of it (0 to 1), the rest white."""
    red, green, blue = (1 - share * (1 - channel) for channel in _channels(colour))
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"


def validate_on_white(colour: str) -> None:
    """Refuse what is no colour, or too pale on white, with a darker proposal."""
    if not _HEX.fullmatch(colour):
        raise ValidationError(_("Write a colour like #0E5A4F."), code="no_colour")
    if contrast(colour, "#FFFFFF") < ENOUGH:
        raise ValidationError(
            _("This colour is too pale to read on white. Take %(darker)s instead."),
            code="too_pale",
            params={"darker": darker_until_readable(colour)},
        )


def _channels(colour: str) -> tuple[float, float, float]:
    number = int(colour[1:], 16)
    return (number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255


def _to_hex(hue: float, light: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue, max(light, 0), saturation)
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
