"""On which channels and databases a conversation is tested, where all pairs of them would tell no more than fewer.

A test that names none of them runs on `CROSSWISE` (see `tests/conftest.py`), as one that is marked `crosswise` does.
"""

from __future__ import annotations

import pytest

EACH_CHANNEL = [("sqlite", "web"), ("sqlite", "telegram"), ("sqlite", "whatsapp")]

once = pytest.mark.parametrize(("database_url", "channel"), EACH_CHANNEL, indirect=True)
"""What asks nothing of a channel or a database that another test does not ask of each. It reads the same on all three,
and runs on one of them, by turns from test to test; on all with ``TOWNBELL_TEST_PAIRS=all``."""

crosswise = pytest.mark.parametrize(
    ("database_url", "channel"),
    [("sqlite", "web"), ("postgresql", "telegram"), ("sqlite", "whatsapp")],
    indirect=True,
)
"""On each channel and on each database, but not on every pair of them."""

can_change = pytest.mark.parametrize(
    ("database_url", "channel"), [("sqlite", "web"), ("postgresql", "telegram")], indirect=True
)
"""On the channels on which a message can be changed after it was sent: WhatsApp is none of them."""

web_only = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web")], indirect=True)
"""What is the web chat's own: its pages, its history, what it keeps."""
