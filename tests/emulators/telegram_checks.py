"""What Telegram refuses: keyboards, texts, commands, polls, pictures. Each check raises Refusal or returns its value.

Limits are those of https://core.telegram.org/bots/api; the sentences are Telegram's own.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram_errors import Refusal, bad_request
from tests.emulators.telegram_html import Formatted, parse, trimmed, utf16
from tests.emulators.telegram_params import Attachment, Params
from tests.emulators.telegram_world import Json

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA_BYTES = 64
MOST_BUTTONS = 100
MOST_IN_ROW = 8
MOST_COMMANDS = 100
LARGEST_PHOTO = 10 * 2**20
LARGEST_FILE = 50 * 2**20
LARGEST_DOWNLOAD = 20 * 2**20
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
OTHER_ACTIONS = (
    "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
SCOPES_OF_KIND = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
SCOPES_OF_CHAT = {"chat", "chat_administrators", "chat_member"}
CHAT_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


def formatted(params: Params, name: str, *, strict: bool) -> Formatted:
    """The words in parameter `name` with their entities, by `parse_mode` or as given in `entities`."""
    source = params.text(name)
    mode = params.text("parse_mode").lower()
    if mode not in {"", "html"}:
        # Townbell speaks HTML only; another mode is a mistake of ours, whatever Telegram would make of it.
        raise bad_request("unsupported parse_mode")
    if mode == "html":
        return parse(source, strict=strict)
    entities = params.tree("caption_entities" if name == "caption" else "entities", [])
    return trimmed(Formatted(source, entities))


def message_text(params: Params, *, strict: bool) -> Formatted:
    """The text of a message: 1 to 4096 UTF-16 units once parsed."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    text = formatted(params, "text", strict=strict)
    if not text.text:
        raise bad_request("text must be non-empty")
    if utf16(text.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text


def caption(params: Params, *, strict: bool) -> Formatted:
    """The caption of a file: up to 1024 UTF-16 units once parsed."""
    text = formatted(params, "caption", strict=strict)
    if utf16(text.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return text


def reply_markup(params: Params) -> Json | None:
    """The keyboard, checked; None when there is none or an empty one."""
    markup = params.tree("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return markup
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard: field "inline_keyboard" must be of type Array')
    if sum(len(row) for row in rows) > MOST_BUTTONS or any(len(row) > MOST_IN_ROW for row in rows):
        raise bad_request("reply markup is too long")
    kept = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    given = {name: value for name, value in button.items() if value is not None}
    text = given.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if "url" in given:
        _check_url(given["url"])
    elif "callback_data" in given:
        if not 1 <= len(str(given["callback_data"]).encode("utf-8", "surrogatepass")) <= LONGEST_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif not any(name in given for name in OTHER_ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return given


def _check_url(url: Any) -> None:
    def refusal(reason: str) -> Refusal:
        return bad_request(f"inline keyboard button URL '{url}' is invalid: {reason}")

    try:
        parts = urlsplit(str(url))
        host = parts.hostname or ""
    except ValueError:
        raise refusal("Wrong HTTP URL") from None
    if parts.scheme == "tg":
        return
    if parts.scheme not in {"http", "https"}:
        raise refusal("Unsupported URL protocol" if parts.scheme else "Wrong HTTP URL")
    # Telegram wants a public name: one with a dot in it (so "localhost" is refused).
    if re.search(r"\s", str(url)) or ("." not in host and ":" not in host):
        raise refusal("Wrong HTTP URL")


def commands(params: Params) -> list[Json]:
    """The commands of setMyCommands: at most 100, name 1 to 32 of [a-z0-9_], description 1 to 256."""
    given = params.tree("commands")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked: list[Json] = []
    for command in given:
        name = str(command.get("command", "")).removeprefix("/") if isinstance(command, dict) else ""
        if not COMMAND_NAME.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        description = str(command.get("description", "")).strip()
        if not 1 <= utf16(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        checked.append({"command": name, "description": description})
    return checked


def language(params: Params) -> str:
    """An empty or a two-letter language code."""
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def poll(params: Params) -> Json:
    """The Bot API `Poll` object of sendPoll, without its id: question up to 300, 1 to 12 options up to 100."""
    question = formatted(params, "question", strict=False).text if params.text("question") else ""
    if not question:
        raise bad_request("poll question must be non-empty")
    if utf16(question) > 300:
        raise bad_request("poll question length must not exceed 300")
    given = params.tree("options")
    if not isinstance(given, list) or not given:
        raise bad_request("poll must have at least 1 option")
    if len(given) > 12:
        raise bad_request("poll can't have more than 12 options")
    options = [str(o.get("text", "")).strip() if isinstance(o, dict) else str(o).strip() for o in given]
    if not all(options):
        raise bad_request("poll options must be non-empty")
    if any(utf16(option) > 100 for option in options):
        raise bad_request("poll options length must not exceed 100")
    kind = params.text("type") or "regular"
    if kind not in {"regular", "quiz"}:
        raise bad_request("unsupported poll type specified")
    return {
        "question": question,
        "options": [{"persistent_id": str(i), "text": t, "voter_count": 0} for i, t in enumerate(options)],
        "total_voter_count": 0,
        "is_closed": params.flag("is_closed"),
        "is_anonymous": params.flag("is_anonymous", True),
        "type": kind,
        "allows_multiple_answers": params.flag("allows_multiple_answers"),
        "allows_revoting": params.flag("allows_revoting", kind == "regular"),
        "members_only": params.flag("members_only"),
    }


def picture(photo: Attachment) -> tuple[int, int]:
    """Width and height of a PNG, or (0, 0) for another picture. Raises Refusal for what is no picture."""
    if not photo.data:
        raise bad_request("file must be non-empty")
    if len(photo.data) > LARGEST_PHOTO:
        raise bad_request(f"file of size {len(photo.data)} bytes is too big for a photo; the maximum size is "
                          f"{LARGEST_PHOTO} bytes")  # fmt: skip
    if photo.data.startswith(b"\x89PNG\r\n\x1a\n") and len(photo.data) >= 24:
        width, height = (int.from_bytes(photo.data[at : at + 4], "big") for at in (16, 20))
        longer, shorter = max(width, height), min(width, height)
        if not shorter or width + height > 10_000 or longer > 20 * shorter:
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return width, height
    if photo.data.startswith((b"\xff\xd8\xff", b"GIF8", b"BM")) or photo.data[8:12] == b"WEBP":
        return 0, 0
    raise bad_request("IMAGE_PROCESS_FAILED")


def document(upload: Attachment) -> None:
    """A file to send: not empty, at most 50 MB."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > LARGEST_FILE:
        raise Refusal(413, "Request Entity Too Large")


def webhook(params: Params) -> str:
    """The secret of setWebhook, its URL checked: https, or http on loopback as a local Bot API server allows."""
    parts = urlsplit(params.text("url"))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= params.number("max_connections", 40) <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    return secret
