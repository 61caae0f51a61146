"""Graph's paths: which call an HTTP request is, and the answers of all but the sending of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import BodyPartReader, web

from tests.emulators.whatsapp_errors import GraphError, invalid, required, unknown_object
from tests.emulators.whatsapp_state import State
from tests.emulators.whatsapp_world import Json

VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")
PAGE = 25
LARGEST_PAGE = 1000
MOST_TEMPLATES = 250
# Graph leaves out a field that has no value here, and refuses one that does not exist.
WITHOUT_VALUE = {
    "previous_category", "correct_category", "rejected_reason", "message_send_ttl_seconds", "quality_score",
    "cta_url_link_tracking_opted_out", "degrees_of_freedom_spec", "is_primary_device_delivery_only", "sub_category",
    "library_template_name", "conversational_automation", "webhook_configuration", "new_name_status", "is_on_biz_app",
    "is_official_business_account", "is_pin_enabled", "is_preverified_number", "search_visibility",
    "eligibility_for_api_business_global_search", "health_status", "certificate", "new_certificate",
    "last_onboarded_time", "country_code", "country_dial_code",
}  # fmt: skip
TEMPLATE_FILTERS = ("name", "language", "status", "category")


@dataclass(frozen=True, slots=True)
class Route:
    """What a request is about: `call` is "messages", "media", "templates", "number", …; `node` the id in the path."""

    call: str
    node: str
    path: str


def route(state: State, method: str, path: str) -> Route:
    """The call that a path means. Raises GraphError for an object that does not exist for this token."""
    parts = [part for part in path.split("/") if part]
    if parts and VERSION.fullmatch(parts[0]):
        parts = parts[1:]
    node, edge = (parts[0] if parts else ""), "/".join(parts[1:])
    plain = "/" + "/".join(parts)
    number, waba = state.account.phone_number_id, state.account.waba_id
    calls = {
        ("POST", number, "messages"): "messages",
        ("POST", number, "media"): "upload",
        ("GET", number, ""): "number",
        ("GET", waba, ""): "account",
        ("GET", waba, "message_templates"): "templates",
        ("GET", waba, "phone_numbers"): "numbers",
        ("GET", waba, "subscribed_apps"): "subscriptions",
        ("POST", waba, "subscribed_apps"): "subscribe",
        ("GET", "whatsapp_business", "attachments"): "download",
    }
    call = calls.get((method, node, edge))
    if call is None and not edge and node.isdigit() and node not in (number, waba):
        call = {"GET": "media", "DELETE": "delete"}.get(method)
    if call is None:
        raise unknown_object(node, method)
    return Route(call, node, plain)


def admit(state: State, headers: list[str]) -> None:
    """Check the bearer token, given once. Raises GraphError 190."""
    if len(headers) != 1 or not headers[0].startswith("Bearer "):
        raise GraphError(190, "An active access token must be used to query information about the current user.")
    if headers[0].removeprefix("Bearer ").strip() != state.account.token:
        raise GraphError(190)


def answer(state: State, asked: Route, query: Mapping[str, str]) -> Json:
    """The answer of a call that only reads or deletes. Raises GraphError."""
    if asked.call == "number":
        return picked(_number(state), query.get("fields"))
    if asked.call == "numbers":
        return {"data": [picked(_number(state), query.get("fields"))], "paging": {"cursors": {}}}
    if asked.call == "account":
        return picked({"id": state.account.waba_id, "name": state.account.verified_name}, query.get("fields"))
    if asked.call == "templates":
        return _templates(state, query)
    if asked.call == "subscriptions":
        return {"data": [{"whatsapp_business_api_data": {"id": "1", "name": state.account.verified_name}}]}
    if asked.call == "subscribe":
        return {"success": True}
    return _media(state, asked, query)


def _media(state: State, asked: Route, query: Mapping[str, str]) -> Json:
    media = state.library.find(asked.node)
    wrong_number = query.get("phone_number_id") not in (None, state.account.phone_number_id)
    if media is None or wrong_number:
        raise unknown_object(asked.node, "GET" if asked.call == "media" else "DELETE")
    if asked.call == "media":
        return state.library.describe(media)
    state.library.forget(asked.node)
    return {"success": True}


def _number(state: State) -> Json:
    digits = state.account.display_number
    return {
        "id": state.account.phone_number_id,
        "display_phone_number": f"+{digits[:2]} {digits[2:4]} {digits[4:7]} {digits[7:]}",
        "verified_name": state.account.verified_name,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API" if state.account.is_registered else "NOT_APPLICABLE",
        "throughput": {"level": "STANDARD"},
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "account_mode": "LIVE" if state.account.listed is None else "SANDBOX",
        "messaging_limit_tier": state.tier.name,
        "whatsapp_business_manager_messaging_limit": state.tier.name,
    }


def picked(whole: Json, fields: str | None) -> Json:
    """The fields that were asked for, and the id. Raises GraphError for one that there is not."""
    if not fields:
        return whole
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in whole and name not in WITHOUT_VALUE]:
        raise GraphError(100, f"Tried accessing nonexisting field ({unknown[0]})")
    return {name: whole[name] for name in wanted if name in whole} | {"id": whole["id"]}


def _templates(state: State, query: Mapping[str, str]) -> Json:
    found = state.templates.matching(**{key: query[key] for key in TEMPLATE_FILTERS if key in query})
    limit, after = query.get("limit", str(PAGE)), query.get("after", "0")
    if not limit.isdigit() or not 1 <= int(limit) <= LARGEST_PAGE or not after.isdigit():
        raise GraphError(100, "Invalid limit or cursor")
    start, stop = int(after), int(after) + int(limit)
    page = [picked(template.json(), query.get("fields")) for template in found[start:stop]]
    body: Json = {"data": page}
    if "summary" in query:
        count = len(state.templates.matching())
        body["summary"] = {
            "total_count": len(found),
            "message_template_count": count,
            "message_template_limit": MOST_TEMPLATES,
            "are_translations_complete": True,
        }
    if page:
        body["paging"] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
        if stop < len(found):
            kept = {key: value for key, value in query.items() if key != "after"}
            following = urlencode(kept | {"after": str(stop)})
            path = f"/v25.0/{state.account.waba_id}/message_templates"
            body["paging"]["next"] = f"{state.library.url}{path}?{following}"
    return body


async def upload(state: State, request: web.Request) -> Json:
    """POST /{phone number id}/media, as multipart. Raises GraphError."""
    if request.content_type != "multipart/form-data":
        raise required("file")
    words: dict[str, str] = {}
    file: tuple[str, str, bytes] | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid("a part within a part")
        if part.name == "file":
            content = bytes(await part.read())
            file = (part.filename or "file", part.headers.get("Content-Type", ""), content)
        else:
            words[part.name or ""] = await part.text()
    if words.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if file is None or "type" not in words:
        raise required("file" if file is None else "type")
    name, mime, content = file
    return {"id": state.library.upload(content, name, words["type"], mime).id}
