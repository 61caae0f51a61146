"""How the Bot API says no: one exception that carries the code, the sentence and its parameters."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with `ok: false`.

    `code` is both the HTTP status and `error_code`; `description` is Telegram's sentence, prefix included;
    `parameters` is the `ResponseParameters` object (`retry_after`, `migrate_to_chat_id`), if any.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON that Telegram answers with."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = dict(self.parameters)
        return answer


def bad_request(reason: str) -> Refusal:
    """400: the request can never succeed as it stands."""
    return Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    """403: the bot may not talk there."""
    return Refusal(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> Refusal:
    """429: nothing was done; ask again after `seconds`."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def upgraded(new_chat_id: int) -> Refusal:
    """400 for a group that became a supergroup under another id."""
    return Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new_chat_id)
