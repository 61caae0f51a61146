"""The business account behind a WhatsApp number, for whoever sets it up: its templates, and who hears its messages."""

from __future__ import annotations

from typing import Any

from bot.delivery.pace import Pace
from bot.delivery.whatsapp import WhatsAppClient, limits
from bot.settings import Settings


class WhatsAppAccount(WhatsAppClient):
    """A client that may also change the account. As with `WhatsAppClient`, all of it raises WhatsAppRefused."""

    def __init__(self, settings: Settings) -> None:
        token = settings.whatsapp_token.get_secret_value() if settings.whatsapp_token else ""
        business_id = settings.whatsapp_business_id
        pace = Pace(limits(settings.whatsapp_messages_per_second))
        super().__init__(token, settings.whatsapp_phone_id or "", business_id, settings.whatsapp_api_base, pace)
        self._account = business_id or ""

    async def register(self, pin: str) -> None:
        """Put the number into service; `pin` are the six digits of its two-step verification, from now on if none was.

        https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/registration
        """
        await self._call(self._api.register_phone_number(self._phone_id, pin))

    async def create_template(self, submission: dict[str, Any]) -> str:
        """Hand a template in (`handlers.kit.templates.submission`); returns its state, mostly "PENDING"."""
        answer = await self._call(self._api.create_template(self._account, submission))
        return str(answer.get("status", "PENDING"))

    async def subscriptions(self) -> list[dict[str, Any]]:
        """The apps that hear of the account's messages: name, and callback where it is another than the app's own."""
        answer = await self._call(self._api.get_waba_subscribed_apps(self._account))
        return [
            {**entry.get("whatsapp_business_api_data", {}), "callback": entry.get("override_callback_uri")}
            for entry in answer.get("data", [])
        ]

    async def subscribe(self) -> None:
        """Let the token's app hear of the account's messages, at the callback that is set for the app."""
        # To Graph that is the same call as to take back a callback that was set for this account alone.
        await self._call(self._api.delete_waba_alternate_callback_url(self._account))
