"""Pictures that a channel has already, so that it need not be given them again."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256


class Uploads:
    """The channel's ids of pictures, by their bytes' digest: the `most` used last."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._ids: OrderedDict[bytes, str] = OrderedDict()

    def get(self, content: bytes) -> str | None:
        """The id of a picture that was uploaded before."""
        key = sha256(content).digest()
        if key in self._ids:
            self._ids.move_to_end(key)
        return self._ids.get(key)

    def keep(self, content: bytes, file_id: str) -> None:
        """Remember under which id the channel has a picture."""
        self._ids[sha256(content).digest()] = file_id
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)

    def forget(self, content: bytes) -> None:
        """The id is not good any more."""
        self._ids.pop(sha256(content).digest(), None)
