"""Channels that reach a person without an app: e-mail now, others through the same port."""
