"""The Bot API's methods, each a function of the state and the parameters that returns `result` or raises Refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators import telegram_checks as checks
from tests.emulators.telegram_errors import bad_request
from tests.emulators.telegram_html import Formatted, utf16
from tests.emulators.telegram_params import Attachment, Params
from tests.emulators.telegram_state import State
from tests.emulators.telegram_updates import Webhook
from tests.emulators.telegram_world import Chat, Json, Message, Toast, Upload, file_json

Method = Callable[[State, Params], Awaitable[Any]]
METHODS: dict[str, tuple[str, Method]] = {}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def _method(name: str) -> Callable[[Method], Method]:
    def keep(method: Method) -> Method:
        METHODS[name.lower()] = (name, method)  # Telegram's method names know no case
        return method

    return keep


@_method("getMe")
async def get_me(state: State, params: Params) -> Json:
    return state.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@_method("getUpdates")
async def get_updates(state: State, params: Params) -> list[Any]:
    return await state.updates.get(params)


@_method("setWebhook")
async def set_webhook(state: State, params: Params) -> bool:
    hook: Webhook | None = None
    if params.text("url"):
        hook = Webhook(params.text("url"), checks.webhook(params), params.number("max_connections", 40))
        if params.values.get("allowed_updates") is not None:
            state.updates.allowed = [str(kind) for kind in params.tree("allowed_updates", [])]
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    await state.updates.set_webhook(hook)
    return True


@_method("deleteWebhook")
async def delete_webhook(state: State, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        state.updates.clear()
    await state.updates.set_webhook(None)
    return True


@_method("getWebhookInfo")
async def get_webhook_info(state: State, params: Params) -> Json:
    return state.updates.info()


def _scope(state: State, params: Params) -> tuple[str, str]:
    scope = params.tree("scope", {"type": "default"})
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind in checks.SCOPES_OF_KIND:
        return kind, checks.language(params)
    if kind not in checks.SCOPES_OF_CHAT:
        raise bad_request("unsupported type specified for BotCommandScope")
    chat = state.chat(Params({"chat_id": str(scope.get("chat_id", ""))}), to_send=False)
    member = f":{scope['user_id']}" if kind == "chat_member" and "user_id" in scope else ""
    return f"{kind}:{chat.id}{member}", checks.language(params)


@_method("setMyCommands")
async def set_my_commands(state: State, params: Params) -> bool:
    state.commands[_scope(state, params)] = checks.commands(params)
    return True


@_method("getMyCommands")
async def get_my_commands(state: State, params: Params) -> list[Json]:
    return state.commands.get(_scope(state, params), [])


@_method("deleteMyCommands")
async def delete_my_commands(state: State, params: Params) -> bool:
    state.commands.pop(_scope(state, params), None)
    return True


@_method("setMyDescription")
async def set_my_description(state: State, params: Params) -> bool:
    return _describe(state, params, "description", 512)


@_method("setMyShortDescription")
async def set_my_short_description(state: State, params: Params) -> bool:
    return _describe(state, params, "short_description", 120)


def _describe(state: State, params: Params, name: str, longest: int) -> bool:
    text = params.text(name).strip()
    if utf16(text) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    state.descriptions[name, checks.language(params)] = text
    return True


@_method("getChat")
async def get_chat(state: State, params: Params) -> Json:
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return state.chat(params, to_send=False).json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@_method("sendChatAction")
async def send_chat_action(state: State, params: Params) -> bool:
    chat = state.chat(params)
    if params.text("action") not in checks.CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.actions.append((chat.id, params.text("action")))
    return True


@_method("sendMessage")
async def send_message(state: State, params: Params) -> Json:
    chat = state.chat(params)
    text = checks.message_text(params, strict=state.strict_html)
    return _send(state, params, chat, text, "text").json()


@_method("sendPhoto")
async def send_photo(state: State, params: Params) -> Json:
    chat = state.chat(params)
    text = checks.caption(params, strict=state.strict_html)
    upload = _file(state, params, "photo")
    size = checks.picture(Attachment(upload.name, upload.data, upload.mime))
    return _send(state, params, chat, text, "caption", photo=upload, size=size).json()


@_method("sendDocument")
async def send_document(state: State, params: Params) -> Json:
    chat = state.chat(params)
    text = checks.caption(params, strict=state.strict_html)
    upload = _file(state, params, "document")
    checks.document(Attachment(upload.name, upload.data, upload.mime))
    return _send(state, params, chat, text, "caption", document=upload).json()


@_method("sendPoll")
async def send_poll(state: State, params: Params) -> Json:
    chat = state.chat(params)
    poll = {"id": str(state.number("polls", 5_300_000_000_000_000_001))} | checks.poll(params)
    message = _send(state, params, chat, Formatted(poll["question"], []), "question", poll=poll)
    state.polls[poll["id"]] = message
    return message.json()


@_method("getFile")
async def get_file(state: State, params: Params) -> Json:
    upload = state.uploads.get(params.text("file_id"))
    if upload is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(upload.data) > checks.LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return file_json(upload) | {"file_path": state.path_of(upload)}


def _file(state: State, params: Params, name: str) -> Upload:
    attached = params.upload(name)
    if attached is not None:
        return state.keep(attached.name, attached.data, attached.mime)
    sent_before = state.uploads.get(params.text(name))
    if sent_before is not None:
        return sent_before
    if not params.text(name):
        raise bad_request(f"there is no {name} in the request")
    raise bad_request("wrong file identifier/HTTP URL specified")


def _send(state: State, params: Params, chat: Chat, text: Formatted, source: str, **content: Any) -> Message:
    markup = checks.reply_markup(params)
    answered = params.tree("reply_parameters", {}).get("message_id") or params.number("reply_to_message_id")
    reply_to = chat.find(int(answered)) if answered else None
    if answered and reply_to is None and not params.tree("reply_parameters", {}).get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return state.add_message(
        chat, state.bot, text=text.text, html=params.text(source), entities=text.entities, markup=markup,
        reply_to=reply_to, **content,
    )  # fmt: skip


def _editable(state: State, params: Params) -> Message:
    chat = state.chat(params)
    message = chat.find(params.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _edited(state: State, message: Message) -> Json:
    message.edited, message.edit_date = True, state.today
    return message.json()


@_method("editMessageText")
async def edit_message_text(state: State, params: Params) -> Json:
    text = checks.message_text(params, strict=state.strict_html)
    markup = checks.reply_markup(params)
    message = _editable(state, params)
    if message.has_file or message.poll is not None:
        raise bad_request("there is no text in the message to edit")
    if (text.text, text.entities, markup) == (message.text, message.entities, message.markup):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup = text.text, text.entities, markup
    message.html = params.text("text")
    return _edited(state, message)


@_method("editMessageReplyMarkup")
async def edit_message_reply_markup(state: State, params: Params) -> Json:
    markup = checks.reply_markup(params)
    message = _editable(state, params)
    if markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    message.markup = markup
    return _edited(state, message)


@_method("deleteMessage")
async def delete_message(state: State, params: Params) -> bool:
    message = state.chat(params).find(params.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if message.chat.type != "private" and not message.from_bot:
        raise bad_request("message can't be deleted")
    message.deleted = True
    return True


@_method("answerCallbackQuery")
async def answer_callback_query(state: State, params: Params) -> bool:
    text = params.text("text")
    if utf16(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = state.close_query(params.text("callback_query_id"))
    toast = Toast(text, params.flag("show_alert"), query.id, params.text("url"))
    state.toasts.setdefault(query.person_id, []).append(toast)
    return True
