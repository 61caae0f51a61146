"""Photos that people send, made fit to be shown: small, upright, and without a word about where they were taken.

A photo comes from a stranger's hand, and the decoders below are the largest piece of foreign code that its bytes reach.
So only what phones make is decoded at all (JPEG and PNG), its size is read from its head before anything is unpacked,
one is decoded at a time, and what is kept is a picture drawn anew: nothing of the file itself.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING

from town.facts import Fact, PictureBad

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
"""Of a photo as it comes."""

MOST_PIXELS = 20_000_000
"""Of a photo once it is unpacked: 80 MB of memory at most, for a moment. Both channels send far smaller ones."""

SIDE = 1024
"""Pixels of the longer side of what is kept."""

SLENDEREST = 20
"""How many times as long as wide a picture may be, so that Telegram shows it."""

KEPT_BYTES = 300_000
QUALITIES = (85, 75, 60, 45)

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_alone = ThreadPoolExecutor(1, thread_name_prefix="pictures")


async def fit(content: bytes) -> bytes | Fact:
    """A photo as a JPEG of at most 1024 pixels a side and 300 kB, or what is wrong with it; off the loop."""
    if not 0 < len(content) <= MOST_BYTES:
        return PictureBad(most=MOST_BYTES)
    try:
        return await asyncio.get_running_loop().run_in_executor(_alone, made_fit, content)
    except PictureBad as fact:
        return fact
    except Exception:
        log.exception("a photo of %s bytes could not be read", len(content))
        return PictureBad(most=MOST_BYTES)


def made_fit(content: bytes) -> bytes:
    """The same at once, for who is off the loop already. Raises PictureBad."""
    try:
        return _saved(_shrunk(_opened(content)))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, OverflowError) as error:
        raise PictureBad(most=MOST_BYTES) from error  # what Pillow raises for files that are cut off, or no picture


def _opened(content: bytes) -> Image:
    """The picture behind a file's head; nothing is unpacked yet. Raises ValueError, and whatever Pillow does."""
    from PIL.JpegImagePlugin import JpegImageFile  # 40 ms and 5 MB, once somebody sends a photo
    from PIL.PngImagePlugin import PngImageFile

    image: Image
    if content.startswith(_JPEG):
        image = JpegImageFile(BytesIO(content))
    elif content.startswith(_PNG):
        image = PngImageFile(BytesIO(content))
    else:
        raise ValueError("neither JPEG nor PNG")
    shorter, longer = sorted(image.size)
    if shorter < 1 or longer > SLENDEREST * shorter or shorter * longer > MOST_PIXELS:
        raise ValueError("too large, or too slender")
    image.draft("RGB", (SIDE, SIDE))  # a JPEG is unpacked at a part of its size
    return image


def _shrunk(image: Image) -> Image:
    """The picture upright, on white where it lets something through, at most `SIDE` pixels a side."""
    from PIL import Image as images
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        above = upright.convert("RGBA")
        upright = images.new("RGBA", above.size, "white")
        upright.alpha_composite(above)
    plain = upright.convert("RGB")
    plain.thumbnail((SIDE, SIDE), images.Resampling.LANCZOS)
    plain.info.clear()  # its comment would be written with it
    return plain


def _saved(image: Image) -> bytes:
    """The picture as a JPEG of at most `KEPT_BYTES`: first the quality gives way, then the size."""
    while True:
        for quality in QUALITIES:
            out = BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= KEPT_BYTES:
                return out.getvalue()
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))
