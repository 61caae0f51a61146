"""How Graph says no: codes, titles and HTTP statuses as in Meta's error reference.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from typing import NamedTuple

from tests.emulators.whatsapp_world import Json

REFERENCE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class Known(NamedTuple):
    """A code of the reference: the HTTP status it comes with, its title, and what `details` says by default."""

    http: int
    title: str
    details: str = ""


KNOWN: dict[int, Known] = {
    1: Known(500, "An unknown error occurred"),
    2: Known(503, "Service temporarily unavailable"),
    4: Known(400, "Application request limit reached"),
    10: Known(403, "Application does not have permission for this action"),
    100: Known(400, "Invalid parameter"),
    190: Known(401, "Invalid OAuth access token - Cannot parse access token"),
    368: Known(403, "Temporarily blocked for policies violations"),
    80007: Known(400, "Rate limit issues"),
    130429: Known(400, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: Known(400, "User's number is part of an experiment"),
    131000: Known(500, "Something went wrong"),
    131005: Known(403, "Access denied"),
    131008: Known(400, "Required parameter is missing"),
    131009: Known(400, "Parameter value is not valid"),
    131016: Known(500, "Service unavailable"),
    131021: Known(400, "Recipient cannot be sender"),
    131026: Known(400, "Message undeliverable", "Message Undeliverable."),
    131030: Known(400, "Recipient phone number not in allowed list"),
    131031: Known(403, "Business Account locked"),
    131042: Known(400, "Business eligibility payment issue"),
    131047: Known(
        400,
        "Re-engagement message",
        "More than 24 hours have passed since the recipient last replied to the sender number.",
    ),
    131048: Known(
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent from this phone"
        " number. This may be because too many previous messages were blocked or flagged as spam.",
    ),
    131049: Known(
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: Known(
        400,
        "User has stopped marketing messages",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp"
        " from your business.",
    ),
    131051: Known(400, "Unsupported message type", "Message type is currently not supported."),
    131052: Known(400, "Media download error"),
    131053: Known(400, "Media upload error"),
    131056: Known(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same phone"
        " number in a short period of time.",
    ),
    131057: Known(500, "Account in maintenance mode"),
    131062: Known(400, "Business-scoped User ID (BSUID) recipients are not supported for this message."),
    132000: Known(400, "Number of parameters does not match the expected number of params"),
    132001: Known(404, "Template name does not exist in the translation"),
    132005: Known(400, "Translated text too long"),
    132007: Known(400, "Template format character policy violated"),
    132008: Known(400, "Template parameter value invalid"),
    132012: Known(400, "Parameter format does not match format in the created template"),
    132015: Known(400, "Template is paused"),
    132016: Known(400, "Template is disabled"),
    132018: Known(400, "There's an issue with the parameters in your template"),
    133005: Known(400, "Two-step verification PIN mismatch"),
    133010: Known(400, "Account not registered"),
}


class GraphError(Exception):
    """An answer with an `error` object, and the `errors` of a failed status.

    `code` is Graph's, `http` the status it comes with (by default the reference's), `details` what went wrong in
    particular, `subcode` its `error_subcode`, `retry_after` the seconds of a Retry-After header.
    """

    def __init__(
        self, code: int, details: str = "", *, http: int = 0, subcode: int = 0, retry_after: float | None = None
    ) -> None:
        known = KNOWN.get(code, Known(400, "Something went wrong"))
        self.code = code
        self.title = known.title
        self.details = details or known.details or known.title
        self.http = http or known.http
        self.subcode = subcode
        self.retry_after = retry_after
        super().__init__(f"(#{code}) {self.title}: {self.details}")

    def body(self) -> Json:
        """The JSON that Graph answers with."""
        if self.code in {100, 190}:  # the Graph platform's own: the sentence is the message
            error: Json = {"message": self._platform_message(), "type": self._type(), "code": self.code}
            if self.subcode:
                error["error_subcode"] = self.subcode
        else:
            error = {
                "message": f"(#{self.code}) {self.title}",
                "type": "OAuthException",
                "code": self.code,
                "error_data": {"messaging_product": "whatsapp", "details": self.details},
            }
            if self.code < 10:
                error["is_transient"] = True
        return {"error": error | {"fbtrace_id": f"A{self.code}EmulatorTrace"}}

    def _type(self) -> str:
        return "GraphMethodException" if self.subcode == 33 else "OAuthException"

    def _platform_message(self) -> str:
        return self.details if self.code == 190 or self.subcode == 33 else f"(#{self.code}) {self.details}"

    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        return {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}

    def as_status(self) -> Json:
        """The entry in a failed status's `errors`."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": REFERENCE,
        }


def required(name: str) -> GraphError:
    """100: a parameter is missing."""
    return GraphError(100, f"The parameter {name} is required.")


def invalid(details: str) -> GraphError:
    """131009: a parameter's value is wrong."""
    return GraphError(131009, details)


def unknown_object(object_id: str, method: str) -> GraphError:
    """100/33: there is nothing with this id, or not for this token."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation",
        subcode=33,
    )
