"""One business number's WhatsApp: who is there, and the shapes in which the town hears of them.

Shapes: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids.
"""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.emulators.whatsapp_faults import Tier
from tests.emulators.whatsapp_hooks import Delivery, Hooks
from tests.emulators.whatsapp_media import Library
from tests.emulators.whatsapp_statuses import Statuses
from tests.emulators.whatsapp_templates import Templates
from tests.emulators.whatsapp_world import Account, Contact, Json, Message

WindowErrors = Literal["status", "error"]
COUNTRIES = {"1": "US", "27": "ZA", "34": "ES", "44": "GB", "49": "DE", "52": "MX", "55": "BR", "91": "IN"}
NO_WINDOW = {"reaction", "system"}  # what a person sends that does not surely open the 24 hours

_phones = itertools.count(27_820_000_001)
_user_ids = itertools.count(1_349_120_865_530_274, 7_919)
_wamids = itertools.count(1)


def new_phone() -> str:
    """A phone number that nobody else has."""
    return str(next(_phones))


def new_user_id(phone: str) -> str:
    """A business-scoped user id that nobody else has, of the phone's country."""
    country = next((COUNTRIES[phone[:size]] for size in (2, 1) if phone[:size] in COUNTRIES), "ZA")
    return f"{country}.{next(_user_ids)}"


def new_wamid(phone: str) -> str:
    """A message id that no other message has."""
    return "wamid." + base64.b64encode(f"\x1d\x05\x18{phone}\x15\x02{next(_wamids):010d}".encode()).decode()


@dataclass(slots=True, eq=False)
class State:
    """All of it. `now` gives Unix seconds. `contacts_without_user_id` gives the shapes of before April 2026."""

    account: Account
    hooks: Hooks
    now: Callable[[], float] = time.time
    keeps_record: bool = True
    window_errors: WindowErrors = "status"
    contacts_without_user_id: bool = False
    templates: Templates = field(default_factory=Templates)
    tier: Tier = field(default_factory=Tier)
    statuses: Statuses = field(default_factory=Statuses)
    library: Library = field(init=False)
    people: list[Contact] = field(default_factory=list)
    _known: dict[str, Contact] = field(default_factory=dict)  # by phone and by user id: only the latter has a dot
    _lanes: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.library = Library(lambda: self.now())

    @property
    def today(self) -> str:
        """Now, as webhooks write it."""
        return str(int(self.now()))

    def add_person(self, name: str, phone: str | None, user_id: str | None, username: str, hides: bool) -> Contact:
        """Somebody new. Raises ValueError for a phone or user id that is taken."""
        number = phone or new_phone()
        scoped = user_id or new_user_id(number)
        if self.find(phone=number) or self.find(user_id=scoped):
            raise ValueError(f"{number} or {scoped} is somebody else's")
        contact = Contact(name, number, scoped, f"person {next(self._lanes)}", hides, username)
        self.people.append(contact)
        self._known[number] = self._known[scoped] = contact
        return contact

    def rename(self, person: Contact, phone: str, user_id: str) -> None:
        """Give a person another phone or user id: the old ones are nobody's. Raises ValueError for one taken."""
        for wanted in (phone, user_id):
            if self._known.get(wanted, person) is not person:
                raise ValueError(f"{wanted} is somebody else's")
        del self._known[person.phone], self._known[person.user_id]
        person.phone, person.user_id = phone, user_id
        self._known[phone] = self._known[user_id] = person

    def find(self, *, phone: str = "", user_id: str = "") -> Contact | None:
        """Who has this phone or this user id."""
        return self._known.get(phone or user_id)

    # --- shapes -----------------------------------------------------------------------------------------------------

    def shows_user_id(self, person: Contact) -> bool:
        """Whether webhooks name the user id: always, but in the shapes of old."""
        return person.hides_phone or not self.contacts_without_user_id

    def contact(self, person: Contact) -> Json:
        """The entry in `contacts`."""
        profile = {"name": person.name} | ({"username": person.username} if person.username else {})
        return {"profile": profile} | self.identity(person)

    def identity(self, person: Contact) -> Json:
        """`wa_id` and `user_id`, as far as the town may see them."""
        shown: Json = {} if person.hides_phone else {"wa_id": person.phone}
        return shown | ({"user_id": person.user_id} if self.shows_user_id(person) else {})

    def change(self, value: Json, field_: str = "messages") -> Json:
        """A change as webhooks carry it."""
        metadata = {
            "display_phone_number": self.account.display_number,
            "phone_number_id": self.account.phone_number_id,
        }
        return {"value": {"messaging_product": "whatsapp", "metadata": metadata} | value, "field": field_}

    def message(self, person: Contact, content: Json) -> Json:
        """An entry in `messages`: sender, id and time, and then `content`, which may say otherwise."""
        body: Json = {} if person.hides_phone else {"from": person.phone}
        if self.shows_user_id(person):
            body["from_user_id"] = person.user_id
        return body | {"id": new_wamid(person.phone), "timestamp": self.today} | content

    # --- what happens -----------------------------------------------------------------------------------------------

    def hears(self, person: Contact, content: Json, *, contacts: bool = True) -> str:
        """The town is told of a message; returns its wamid."""
        message = self.message(person, content)
        if message.get("type") not in NO_WINDOW:
            person.wrote_at = self.now()
        person.written.add(message["id"])
        value: Json = {"contacts": [self.contact(person)]} if contacts else {}
        self.hooks.send(self.change(value | {"messages": [message]}), person.lane)
        return str(message["id"])

    def tells(self, person: Contact, content: Json) -> str:
        """A system message, which has neither contacts nor a sender but those in `content`."""
        message = {"id": new_wamid(person.phone), "timestamp": self.today, "type": "system"} | content
        self.hooks.send(self.change({"messages": [message]}), person.lane)
        return str(message["id"])

    def report(
        self, person: Contact | None, message: Message, status: Json, contacts: bool | None = None
    ) -> Delivery | None:
        """The town is told a status, as `statuses` says unless `contacts` is given; None when later, or in a batch."""
        message.statuses.append(status["status"])
        value: Json = {}
        if person is not None and (self.statuses.with_contacts(status["status"]) if contacts is None else contacts):
            value = {"contacts": [self.contact(person)]}
        change = self.change(value | {"statuses": [status]})
        lane = f"statuses {person.lane}" if person is not None else "statuses"
        if self.statuses.delay:
            self.hooks.after(self.statuses.delay, change, lane)
            return None
        return self.hooks.send(change, lane)
