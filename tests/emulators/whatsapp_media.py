"""Files at Meta: what may be uploaded, how long it is kept, and the address that it is fetched from."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.emulators.whatsapp_errors import GraphError, invalid
from tests.emulators.whatsapp_world import DAY_SECONDS, DAYS_OF_RECEIVED, DAYS_OF_UPLOAD, Json, Media

MEBIBYTE = 2**20
OFFICE = "application/vnd.openxmlformats-officedocument"
MIMES: dict[str, tuple[int, set[str]]] = {
    "audio": (16 * MEBIBYTE, {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
    "document": (
        100 * MEBIBYTE,
        {
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint", f"{OFFICE}.wordprocessingml.document",
            f"{OFFICE}.spreadsheetml.sheet", f"{OFFICE}.presentationml.presentation",
        },
    ),
    "image": (5 * MEBIBYTE, {"image/jpeg", "image/png"}),
    "sticker": (500 * 1024, {"image/webp"}),
    "video": (16 * MEBIBYTE, {"video/mp4", "video/3gpp"}),
}  # fmt: skip
"""By message type: the largest file in bytes, and the MIME types, as in Meta's media reference."""

FIRST_BYTES = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
}
SECONDS_OF_ADDRESS = 300


def plain(mime: str) -> str:
    """A MIME type without its parameters."""
    return mime.partition(";")[0].strip().lower()


def kind_of(mime: str) -> str | None:
    """The message type that a MIME type is for."""
    return next((kind for kind, (_, mimes) in MIMES.items() if plain(mime) in mimes), None)


@dataclass(slots=True)
class Library:
    """All files of one account. `now` gives Unix seconds; `url` is where the emulator listens."""

    now: Callable[[], float]
    url: str = ""
    _files: dict[str, Media] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1_375_245_879_353_001))

    def upload(self, data: bytes, name: str, declared: str, part_mime: str) -> Media:
        """Take a file of the town's. Raises GraphError for a type, size or content that Meta does not take."""
        kind = kind_of(declared)
        if kind is None or plain(part_mime) != plain(declared):
            known = ", ".join(sorted(mime for _, mimes in MIMES.values() for mime in mimes))
            raise GraphError(
                100, f"Param file must be a file with one of the following types: {known}. Received file of type"
                f" '{part_mime}', declared as '{declared}'."
            )  # fmt: skip
        if not data:
            raise GraphError(131053, "The file is empty.")
        if len(data) > MIMES[kind][0]:
            raise GraphError(131053, f"Media file size too big. Max file size we currently support: {MIMES[kind][0]}.")
        if not data.startswith(FIRST_BYTES.get(plain(declared), b"")):
            raise GraphError(131053, f"The file is not of the type it is said to be, {declared}.")
        return self.keep(data, name, declared, days=DAYS_OF_UPLOAD)

    def keep(self, data: bytes, name: str, mime: str, *, days: int = DAYS_OF_RECEIVED) -> Media:
        """Keep a file for so many days: a person's, unless told otherwise."""
        media = Media(str(next(self._ids)), mime, data, name, self.now(), days)
        self._files[media.id] = media
        return media

    def find(self, media_id: str) -> Media | None:
        """The file with this id, unless its time is over."""
        media = self._files.get(media_id)
        return media if media is not None and self.now() < media.at + media.days * DAY_SECONDS else None

    def for_message(self, media_id: str, kind: str) -> Media:
        """The file that a message of type `kind` names. Raises GraphError when it is not there or not of the kind."""
        media = self.find(media_id)
        if media is None:
            raise invalid(f"Media ID {media_id} does not exist")
        if plain(media.mime) not in MIMES[kind][1] and kind != "document":
            raise GraphError(131053, f"A file of type {media.mime} cannot be sent as {kind}.")
        return media

    def forget(self, media_id: str) -> bool:
        """Delete a file; False when there was none."""
        return self._files.pop(media_id, None) is not None

    def address(self, media: Media) -> str:
        """Where the file can be fetched for five minutes, with the bearer token."""
        query = urlencode({"mid": media.id, "ext": int(self.now()) + SECONDS_OF_ADDRESS, "hash": media.sha256[:12]})
        return f"{self.url}/whatsapp_business/attachments/?{query}"

    def at_address(self, mid: str, ext: str, hash_: str) -> Media | None:
        """The file behind an address, unless the address is too old or made up."""
        media = self.find(mid)
        if media is None or not ext.isdigit() or int(ext) < self.now() or media.sha256[:12] != hash_:
            return None
        return media

    def describe(self, media: Media) -> Json:
        """What GET /{media id} answers."""
        return {
            "messaging_product": "whatsapp",
            "url": self.address(media),
            "mime_type": media.mime,
            "sha256": media.sha256,
            "file_size": len(media.data),
            "id": media.id,
        }
