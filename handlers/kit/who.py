"""Who is speaking: what an update's own transaction knows of the person behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from storage.tables import ResidentState
from town.settings import TownSettings


@dataclass(frozen=True)
class Who:
    """The account an update came from, its resident (None before the sign-up is finished) and the town's settings.

    `resident_id` is who speaks. `owner_id` is the account's own resident: another one where several share it. With
    `steward_id`, that of a coordinator, this one speaks for a resident without a phone.
    """

    account_id: int
    channel: str
    address: str
    language: str
    resident_id: int | None
    name: str
    resident_state: str | None
    town: TownSettings
    owner_id: int | None = None
    steward_id: int | None = None
    shared: bool = False

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.town.zone)

    @property
    def is_resident(self) -> bool:
        return self.resident_state == ResidentState.RESIDENT

    @property
    def has_to_sign_up(self) -> bool:
        """Whether nobody knows them yet, or they were turned away and may ask again."""
        return self.resident_id is None or self.resident_state == ResidentState.LEFT

    @property
    def me(self) -> int:
        """The resident's id, for handlers behind the `residents_only` filter.

        Raises LookupError for somebody who is not a resident: a mistake in a filter, never a person's.
        """
        if self.resident_id is None:
            raise LookupError("not a resident")
        return self.resident_id
