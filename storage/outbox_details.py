"""What the `detail` of an outbox row says of why it was not sent, where somebody goes by it."""

IN_FLIGHT = "in flight"

MUTED = "turned off"
"""The detail of a row that was dropped because its resident has turned its topic off."""

WITHDRAWN = "withdrawn"
"""The detail of a row that was dropped because it would no longer be so."""

UNREACHED = "no account can be reached"
"""The detail of a row that failed for nothing but that."""

HELD = "waits until they write"
"""The detail of a row that failed because the channel takes nothing of this kind before its person writes again."""

PUT_OFF = "put off: "
"""How the detail of a row begins that waits because its channel takes nothing of the town, or of its kind, just now."""

TROUBLE = PUT_OFF + "the town's trouble: "
"""The same where somebody of the town has to mend something; the channel's code and words follow."""

OUT_OF_REACH = (UNREACHED, HELD)
"""Why a row waits for its resident to come back."""
