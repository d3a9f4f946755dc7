"""Training and evaluation; never imported when tagging."""
