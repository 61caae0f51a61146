"""The catalogues: `make messages` brings them up to date with the source, `make catalogues` checks them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from locales import FALLBACK, LANGUAGES, catalogue_path

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
FOLDERS = ("bot", "handlers", "locales")
TRANSLATED = [language for language in LANGUAGES if language != FALLBACK]


@lru_cache(maxsize=1)
def extracted() -> Catalog:
    """Every message of the source, as a template."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(pattern, mapping["method"]) for mapping in mappings for pattern in mapping["pattern"]]
    found = Catalog(project="Townbell", fuzzy=False)
    for folder in FOLDERS:
        within = [(pattern.removeprefix(f"{folder}/"), how) for pattern, how in methods if pattern.startswith(folder)]
        for name, _line, message, comments, _context in extract_from_dir(
            ROOT / folder, within, keywords=KEYWORDS, comment_tags=("NOTE:",)
        ):
            found.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments)
    return found


def read(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Add what is new, drop what is gone; returns how many messages have no translation."""
    path = catalogue_path(language)
    if path.exists():
        catalogue = read(language)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, project="Townbell", fuzzy=False)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, sort_output=True, no_location=True)
    return sum(1 for message in catalogue if message.id and not all(texts(message.string)))


def texts(value: str | Sequence[str | None] | None) -> list[str]:
    """A message, or all forms of a plural one; empty where nothing is written."""
    return [value or ""] if value is None or isinstance(value, str) else [form or "" for form in value]


if __name__ == "__main__":
    for code in TRANSLATED:
        print(f"{code}: {update(code)} without a translation")
