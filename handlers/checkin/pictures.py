"""QR codes, as pictures for a chat and for a page."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

QUIET = 4
"""Modules of white around a code, which scanners need (ISO/IEC 18004)."""


def png(text: str) -> bytes:
    """A picture of about 500 pixels."""
    import segno  # only where a code is shown: most processes never do

    file = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(file, kind="png", border=QUIET, scale=max(4, 500 // code.symbol_size(border=QUIET)[0]))
    return file.getvalue()


@lru_cache(maxsize=64)
def svg(text: str) -> str:
    """A picture of any size, as an address that holds it ("data:image/svg+xml,…"); black on white in the dark too."""
    import segno  # as above

    code = segno.make(text, error="m", micro=False)
    return code.svg_data_uri(border=QUIET, dark="#000", light="#fff", omitsize=True, nl=False)
