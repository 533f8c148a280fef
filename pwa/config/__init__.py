"""The settings: environment variables, read once at the start into one frozen Config."""

from pwa.config.config import Config
from pwa.config.settings import LOCAL_VAPID_SUBJECT, PREFIX, SETTINGS, Setting, settings_table
from pwa.config.values import LogFormat, LogLevel, PushHosts

__all__ = [
    "LOCAL_VAPID_SUBJECT",
    "PREFIX",
    "SETTINGS",
    "Config",
    "LogFormat",
    "LogLevel",
    "PushHosts",
    "Setting",
    "settings_table",
]
