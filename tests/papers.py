"""What stands on a PDF page that the town has made, as its reader sees it."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)
_LETTER = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4,8})>")
_SHOWN = re.compile(rb"/F([0-9]+) [0-9.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def text_of(pdf: bytes) -> list[str]:
    """The pieces of text of a PDF, in the order in which they were written: a cell of a table is one or several.

    Letters are numbers of a font's own; its ToUnicode map (ISO 32000-1, 9.10.3) says which.
    """
    assert pdf.startswith(b"%PDF-")
    streams = [_plain(found) for found in _STREAM.findall(pdf)]
    fonts = [
        {int(code, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for code, letter in _LETTER.findall(stream)}
        for stream in streams
        if b"begincmap" in stream
    ]
    pieces, font = [], 1
    for stream in streams:
        if b" Tj" not in stream:
            continue
        for number, shown in _SHOWN.findall(stream):
            if number:
                font = int(number)
                continue
            codes = re.sub(rb"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), shown, flags=re.DOTALL)
            pairs = zip(codes[::2], codes[1::2], strict=True)
            pieces.append("".join(fonts[font - 1][high * 256 + low] for high, low in pairs))
    return pieces


def _plain(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
