"""Looks at a WhatsApp number, its account and its webhook, and says in a sentence what is missing."""

from __future__ import annotations

import secrets
from typing import Any

from bot.delivery.whatsapp import WhatsAppRefused
from bot.delivery.whatsapp_account import WhatsAppAccount
from bot.delivery.whatsapp_budget import limit_of
from bot.doctor import Finding
from bot.settings import Settings
from bot.whatsapp_templates import State, standings

BAD_TOKEN, NO_RIGHT, NOT_THERE = 190, (3, 10), 100
RIGHTS = range(200, 300)
PATIENCE = 10.0  # seconds for our own webhook
QUALITIES = {
    "GREEN": (True, "good"),
    "YELLOW": (None, "middling"),
    "RED": (False, "low"),
    "UNKNOWN": (None, "not known"),
}
REGISTER = "Run `python bot.py whatsapp register`."
NOWHERE = "NOT_APPLICABLE"
"""The platform of a number that is in service nowhere."""

TEST_NUMBER = "SANDBOX"
"""The mode of a number that Meta lends for trying things out."""

NOT_REGISTERED, WRONG_PIN, NOT_CONFIRMED, PINS, TRIES = 133010, 133005, 133006, (133008, 133009), 133016
SUBSCRIBE = "Run `python bot.py whatsapp check --subscribe`."
NO_ACCOUNT = "Set TOWNBELL_WHATSAPP_BUSINESS_ID to the account's id, as WhatsApp Manager shows it."


def trouble(refused: WhatsAppRefused) -> tuple[str, str]:
    """What an error means to whoever sets the number up, and how to mend it."""
    code = refused.code
    if code == BAD_TOKEN:
        return (
            "WhatsApp does not take the token: it has run out, or was withdrawn.",
            "Make a lasting one for a system user in Meta's business settings; it goes into TOWNBELL_WHATSAPP_TOKEN.",
        )
    if code in NO_RIGHT or code in RIGHTS:
        return (
            "The token may not do that.",
            "Give its system user the account, whatsapp_business_messaging and whatsapp_business_management.",
        )
    if code == NOT_THERE:
        return (
            f"WhatsApp says: {refused.details}",
            "Compare TOWNBELL_WHATSAPP_PHONE_ID and TOWNBELL_WHATSAPP_BUSINESS_ID with what Meta shows.",
        )
    if code == NOT_REGISTERED:
        return "The number is not in service yet.", REGISTER
    if code == WRONG_PIN:
        return (
            "That is not the number's PIN.",
            "If nobody knows it: WhatsApp Manager, Phone numbers, the number, Two-step verification, changes it.",
        )
    if code == NOT_CONFIRMED:
        return "The number is not confirmed yet.", "Confirm it in WhatsApp Manager by the code that it is sent."
    if code in PINS or code == TRIES:
        wait = "three days" if code == TRIES else "a while"
        return "That was tried too often.", f"Wait for {wait}; until then Meta takes no other try."
    if code == 0:
        return f"WhatsApp does not answer ({refused.details}).", "Look at this computer's connection, and try again."
    return f"WhatsApp says: {refused}", "Try again later; Meta's status page tells of its own troubles."


async def examine(settings: Settings, *, subscribe: bool) -> list[Finding]:
    """All there is to look at. `subscribe`: the account's messages are sent to our app first."""
    client = WhatsAppAccount(settings)
    try:
        number = await _number(client, settings)
        if number[0].ok is False:
            return number
        return [*number, *await _account(client, settings, subscribe=subscribe), await _webhook(settings)]
    finally:
        await client.close()


async def _number(client: WhatsAppAccount, settings: Settings) -> list[Finding]:
    try:
        told = await client.number()
    except WhatsAppRefused as refused:
        return [Finding("Number", False, *trouble(refused))]
    ok, word = QUALITIES.get(str(told.get("quality_rating")), (None, "not known"))
    mend = "" if ok is not False else "People block or report it: send less that nobody asked for."
    limit = settings.whatsapp_people_per_day or limit_of(told)
    most = "Any number of" if limit is None else f"{limit:,}"
    return [
        number_of(told, "Number"),
        *([_test_number()] if told.get("account_mode") == TEST_NUMBER else []),
        Finding("Quality", ok, f"It is {word}.", mend),
        Finding("People a day", None, f"{most} people may be written to first, within 24 hours."),
    ]


def number_of(told: dict[str, Any], what: str) -> Finding:
    """The number itself, by what WhatsApp tells of it."""
    shown, name = told.get("display_phone_number", "The number"), told.get("verified_name") or "no name yet"
    if told.get("platform_type") == NOWHERE:
        return Finding(what, False, f"{shown} is not in service yet: nobody can write to it.", REGISTER)
    return Finding(what, True, f"{shown} answers; residents see it as “{name}”.")


def _test_number() -> Finding:
    sentence = "It is a test number: it writes to the people on its list alone; for others it waits until they write."
    return Finding("People", None, sentence, "Put their numbers on its list, on the app's page: WhatsApp, API Setup.")


async def _account(client: WhatsAppAccount, settings: Settings, *, subscribe: bool) -> list[Finding]:
    if settings.whatsapp_business_id is None:
        return [Finding("Account", False, "Its id is not set, so no template can be looked up or sent.", NO_ACCOUNT)]
    try:
        if subscribe:
            await client.subscribe()
        return [_apps(await client.subscriptions(), callback(settings)), _templates(await client.templates())]
    except WhatsAppRefused as refused:
        return [Finding("Account", False, *trouble(refused))]


def _apps(apps: list[dict[str, Any]], address: str) -> Finding:
    if not apps:
        return Finding(
            "Messages", False, "No app hears of the account's messages, so none reaches the town.", SUBSCRIBE
        )
    names = ", ".join(str(app.get("name") or app.get("id")) for app in apps)
    elsewhere = [app["callback"] for app in apps if app["callback"] and app["callback"] != address]
    if elsewhere and len(elsewhere) == len(apps):
        return Finding("Messages", False, f"They go to {elsewhere[0]}, not to {address}.", SUBSCRIBE)
    return Finding("Messages", True, f"They go to the app {names}. That has to be the one whose secret is set here.")


def _templates(account: list[dict[str, Any]]) -> Finding:
    found = standings(account)
    good = sum(one.state is State.APPROVED for one in found)
    if good == len(found):
        return Finding("Templates", True, f"All {good} are approved.")
    mend = "`python bot.py whatsapp templates` tells which are not, and what to do."
    sentence = f"{good} of {len(found)} are approved. Without one, a notice waits until its resident writes."
    return Finding("Templates", None if good else False, sentence, mend)


async def _webhook(settings: Settings) -> Finding:
    """Whether our webhook answers at its public address as Meta will ask it."""
    import aiohttp

    address = callback(settings)
    if settings.web_public_url is None or not settings.is_secure:
        mend = "Set TOWNBELL_WEB_PUBLIC_URL to the town's https:// address."
        return Finding("Webhook", False, "Meta only calls https:// addresses, and the town has none.", mend)
    challenge = secrets.token_hex(8)
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token(settings)}
    try:
        patience = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=patience) as http, http.get(address, params=asked) as answer:
            said = await answer.content.read(100)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        mend = "Start the town, and look at what stands between it and the world."
        return Finding("Webhook", False, f"{address} does not answer ({type(error).__name__}).", mend)
    if said != challenge.encode():
        mend = "Another program answers there, or a town with other settings: look at its TOWNBELL_WHATSAPP_* too."
        return Finding("Webhook", False, f"{address} does not answer as the town would.", mend)
    return Finding("Webhook", True, f"{address} answers.")


def callback(settings: Settings) -> str:
    """The address that Meta is to call."""
    return f"{settings.web_public_url or 'https://<the town’s address>'}{settings.whatsapp_path}"


def verify_token(settings: Settings) -> str:
    """The word by which Meta and the town know each other's first call."""
    token = settings.whatsapp_verify_token
    return "" if token is None else token.get_secret_value()
