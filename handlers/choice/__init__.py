"""What somebody wants to hear of: topics, and the words that stop and start them."""
