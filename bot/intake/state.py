"""aiogram's FSM storage over the account's row: the state of a conversation commits with its effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from handlers.kit.seat import current_seat


class AccountState(BaseStorage):
    """State and data of the account whose update is being handled: no statement of its own, no second store."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        current_seat.get().state = state.state if isinstance(state, State) else state

    async def get_state(self, key: StorageKey) -> str | None:
        return current_seat.get().state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        current_seat.get().data = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return current_seat.get().data

    async def close(self) -> None:
        """Nothing is held open."""
