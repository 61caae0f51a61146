"""Skills: what somebody knows and learns, masters, and what they sign off."""
