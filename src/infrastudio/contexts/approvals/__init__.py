"""Approvals: what one actor asks for and another one has to confirm before it is done."""
