"""The mark of the demo's organisation: white waves in a green circle."""

import io
import math

from PIL import Image, ImageDraw

GREEN = (0x0E, 0x5A, 0x4F, 255)
WHITE = (255, 255, 255, 255)
SIDE = 192  # shown at a quarter to a third of it, so it is sharp on any screen
FINER = 4  # drawn larger and then shrunk, since Pillow draws hard edges


def png() -> bytes:
    """The logo as the bytes of a PNG with a clear background."""
    side = SIDE * FINER
    image = Image.new("RGBA", (side, side), (*GREEN[:3], 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, side - 1, side - 1), fill=GREEN)
    _dot(draw, 0.5 * side, 0.26 * side, 0.065 * side)
    for height, half in ((0.44, 0.31), (0.60, 0.31), (0.76, 0.18)):
        _wave(draw, side, height=height, half=half)
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return file.getvalue()


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=WHITE)


def _wave(draw: ImageDraw.ImageDraw, side: int, *, height: float, half: float) -> None:
    """Two crests, drawn as many dots: that rounds its ends and keeps it even."""
    steps = 240
    for step in range(steps + 1):
        along = step / steps * 2 - 1
        x = 0.5 + along * half
        y = height - 0.035 * math.sin(along * half / 0.31 * 2 * math.pi - math.pi / 2)
        _dot(draw, x * side, y * side, 0.026 * side)
