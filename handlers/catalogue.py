"""What the capabilities bring, put together: commands by their words, notices by their keys, jobs in order."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from handlers import ROOMS
from handlers.kit.capability import Capability, Command, Fields, Job, Notice
from handlers.kit.screens import Screen
from handlers.kit.typed import plain
from locales import LANGUAGES, _, speaking
from town.settings import TownSettings


@lru_cache(maxsize=1)
def capabilities() -> tuple[Capability, ...]:
    """Every room, in order."""
    return tuple(import_module(f"handlers.{room}.capability").capability for room in ROOMS)


@lru_cache(maxsize=1)
def commands() -> tuple[Command, ...]:
    return tuple(command for capability in capabilities() for command in capability.commands)


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names of all commands."""
    return frozenset(command.name for command in commands())


@lru_cache(maxsize=1)
def jobs() -> tuple[Job, ...]:
    return tuple(job for capability in capabilities() for job in capability.jobs)


@lru_cache(maxsize=1)
def notices() -> dict[str, Notice]:
    return {notice.key: notice for capability in capabilities() for notice in capability.notices}


def render(key: str, fields: Fields, town: TownSettings) -> Screen:
    """A notice in the current language. Raises KeyError for one that no capability brings."""
    return notices()[key].render(fields, town)


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """Every word for every command, in every language: people mix them."""
    found: dict[str, str] = {}
    for code in LANGUAGES:
        with speaking(code):
            for command in commands():
                for word in (command.name, *_(command.words).unescape().split("|")):
                    found.setdefault(plain(word), command.name)
    return found


def command_for(text: str) -> str | None:
    """The command that some words stand for, in any language, or None."""
    return _words().get(plain(text))
