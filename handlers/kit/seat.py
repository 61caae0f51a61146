"""The seat of a conversation: where one account stands in it, read and written with the update's own transaction."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from locales import best, speak


class Seat:
    """An account's conversation state. Changes are written once, at the end of the update, if there were any."""

    __slots__ = ("_data", "_language", "_raw", "_state", "account_id", "changed")

    def __init__(self, *, account_id: int, state: str | None, data: str, language: str) -> None:
        self.account_id = account_id
        self._state = state
        self._raw = data
        self._data: dict[str, Any] | None = None
        self._language = language
        self.changed = False

    @property
    def state(self) -> str | None:
        return self._state

    @state.setter
    def state(self, value: str | None) -> None:
        if value != self._state:
            self._state = value
            self.changed = True

    @property
    def data(self) -> dict[str, Any]:
        """A copy of the conversation's data; assign it back to keep a change."""
        if self._data is None:
            self._data = json.loads(self._raw)
        return dict(self._data)

    @data.setter
    def data(self, value: dict[str, Any]) -> None:
        self._data = dict(value)
        self.changed = True

    @property
    def raw(self) -> str:
        return self._raw if self._data is None else json.dumps(self._data, ensure_ascii=False)

    @property
    def language(self) -> str:
        return self._language

    @language.setter
    def language(self, code: str) -> None:
        """Speak another language with this account, from this very reply on."""
        self._language = best(code)
        speak(self._language)
        self.changed = True


current_seat: ContextVar[Seat] = ContextVar("seat")
