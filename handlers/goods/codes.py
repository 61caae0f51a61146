"""The codes that goods are collected with."""

from __future__ import annotations

import re
import secrets
import unicodedata

from handlers.roles.codes import JOIN_LETTERS

LENGTH = 7
"""31 letters and digits each: among 10,000 codes, one in three million new ones is taken already."""

_SPACES = str.maketrans(dict.fromkeys("-‐‑‒–— ", ""))
_CODE = re.compile(f"[{JOIN_LETTERS}]{{{LENGTH}}}")


def new_code() -> str:
    """A code such as "KMP4R7X"."""
    return "".join(secrets.choice(JOIN_LETTERS) for _ in range(LENGTH))


def shown(code: str) -> str:
    """A code as it is easier to read out and to type: "KMP-4R7X"."""
    return f"{code[:3]}-{code[3:]}"


def code_in(text: str) -> str | None:
    """The code that a text is, in any case, with or without its hyphen; None for anything else."""
    if len(text) > 20:
        return None
    letters = unicodedata.normalize("NFKC", text).upper().translate(_SPACES).strip()
    return letters if _CODE.fullmatch(letters) else None
