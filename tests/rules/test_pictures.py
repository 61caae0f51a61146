"""What is made of a photo: small, upright, and silent about its owner."""

from __future__ import annotations

import asyncio
import random
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.intake import pictures
from bot.intake.pictures import KEPT_BYTES, SIDE, made_fit
from town.facts import PictureBad

RED, BLUE = (200, 30, 30), (30, 30, 200)


def saved(image: Image.Image, kind: str = "JPEG", **given: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **given)
    return out.getvalue()


def halves(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def is_like(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found: Any = image.getpixel(at)
    return all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True))


def fitted(content: bytes) -> Image.Image:
    return Image.open(BytesIO(made_fit(content)))


@pytest.mark.parametrize("size", [(4000, 3000), (300, 5000), (1024, 1024), (40, 30), (1, 1)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_size(size: tuple[int, int], kind: str) -> None:
    content = made_fit(saved(Image.new("RGB", size, RED), kind))
    image = Image.open(BytesIO(content))
    assert image.format == "JPEG"
    assert max(image.size) == min(max(size), SIDE)
    assert len(content) <= KEPT_BYTES


def test_noise_fits_as_well() -> None:
    noise = Image.frombytes("RGB", (2000, 2000), random.Random(7).randbytes(12_000_000))
    content = made_fit(saved(noise, quality=60))
    assert len(content) <= KEPT_BYTES
    assert max(Image.open(BytesIO(content)).size) > 500


@pytest.mark.parametrize(
    ("turned", "above", "size"),
    [(1, (200, 10), (400, 300)), (3, (200, 290), (400, 300)), (6, (290, 200), (300, 400)), (8, (10, 200), (300, 400))],
)
def test_it_stands_upright(turned: int, above: tuple[int, int], size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    image = fitted(saved(halves(), exif=exif))
    assert image.size == size
    assert is_like(image, above, RED)
    assert is_like(image, (size[0] - 1 - above[0], size[1] - 1 - above[1]), BLUE)


def test_nothing_is_said_of_its_owner() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Riverbend Phones"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 55.0, 12.0), 3: "E", 4: (18.0, 25.0, 0.0)})
    jpeg = saved(halves(), exif=exif, comment=b"at home", icc_profile=b"profile of Thandi", xmp=b"<x>Mill Lane</x>")
    words = PngInfo()
    words.add_text("Author", "Thandi of Mill Lane")
    png = saved(halves(), "PNG", pnginfo=words, exif=exif)
    for content in (jpeg, png):
        kept = made_fit(content)
        assert not Image.open(BytesIO(kept)).getexif()
        for told in (b"Riverbend", b"Thandi", b"Mill Lane", b"at home", b"Exif", b"GPS"):
            assert told not in kept, told


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_lets_something_through_stands_on_white(mode: str) -> None:
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 30, 60))
    image = fitted(saved(clear.convert(mode), "PNG"))
    assert is_like(image, (50, 30), (255, 255, 255))


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "I;16"])
def test_pictures_of_other_kinds(mode: str) -> None:
    image = Image.new("I;16", (60, 60)) if mode == "I;16" else halves((60, 60)).convert(mode)
    assert fitted(saved(image, "JPEG" if mode == "CMYK" else "PNG")).size == (60, 60)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"dear town",
        saved(halves(), "GIF"),
        saved(halves(), "BMP"),
        saved(halves(), "WEBP"),
        saved(halves(), "TIFF"),
        saved(halves())[:-200],
        saved(Image.new("1", (3000, 100)), "PNG"),
        saved(Image.new("1", (5000, 4001)), "PNG"),
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["empty", "text", "gif", "bmp", "webp", "tiff", "cut off", "slender", "bomb", "jpeg head", "png head"],
)
def test_what_cannot_be_shown(content: bytes) -> None:
    with pytest.raises(PictureBad):
        made_fit(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_broken_files_are_refused_and_nothing_worse(kind: str) -> None:
    dice = random.Random(11)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = saved(halves((40, 30)), kind, exif=exif)
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            broken[dice.randrange(3, len(broken))] = dice.randrange(256)
        try:
            assert made_fit(bytes(broken))
        except PictureBad as fact:
            assert fact.most  # noqa: PT017 - whether it is one at all is left to the dice


async def test_many_at_once_are_unpacked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    most, now = 0, 0
    real = pictures.made_fit

    def counted(content: bytes) -> bytes:
        nonlocal most, now
        now += 1
        most = max(most, now)
        try:
            return real(content)
        finally:
            now -= 1

    monkeypatch.setattr(pictures, "made_fit", counted)
    await asyncio.gather(*(pictures.fit(saved(halves())) for _ in range(4)))
    assert most == 1


async def test_what_nobody_foresaw_is_logged_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(content: bytes) -> bytes:
        raise RuntimeError("a decoder's own trouble")

    monkeypatch.setattr(pictures, "made_fit", fails)
    assert isinstance(await pictures.fit(saved(halves())), PictureBad)
    assert "a decoder's own trouble" in caplog.text


async def test_how_many_bytes() -> None:
    for content in (b"", bytes(pictures.MOST_BYTES + 1)):
        assert isinstance(await pictures.fit(content), PictureBad)
    assert isinstance(await pictures.fit(saved(halves())), bytes)
