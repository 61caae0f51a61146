"""Free goods: what there is, claiming it within one's allowance, waiting for it, giving it back."""
