"""Packaged clinical content: seed protocols, texts and sources, and what reads, checks and rehearses them."""
