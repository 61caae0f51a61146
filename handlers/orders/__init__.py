"""Orders and money: what is paid at the desk, its receipts, giving it back, and the town's books."""
