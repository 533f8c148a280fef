"""Every setting by name: what it means and what holds without it. docs/settings.md shows this table."""

from __future__ import annotations

from dataclasses import dataclass

from pwa.push.subject import DEMO_SUBJECT

PREFIX = "AFTERBEAM_"
LOCAL_VAPID_SUBJECT = DEMO_SUBJECT


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name without the prefix, its meaning and default in words, and whether it is secret.

    The value of a secret setting never stands in an error, and may come from a file: `<name>_FILE`.
    """

    name: str
    meaning: str
    default: str
    secret: bool = False


SETTINGS = (
    Setting(
        "DATABASE_URL",
        "Where data is kept: `sqlite:////path/to/file.db` or `postgresql://user@host/name`.",
        "`afterbeam.db` in DATA_DIR, by SQLite",
        secret=True,
    ),
    Setting("DATA_DIR", "Folder for the embedded database and keys.", "`./var`"),
    Setting(
        "PUBLIC_URL",
        "The address people open. Must be https; http is for this computer's own browser only.",
        "`http://localhost:` and PORT",
    ),
    Setting("HOST", "The address the web server listens on.", "`127.0.0.1`"),
    Setting("PORT", "The port the web server listens on.", "`8000`"),
    Setting(
        "PROXIES",
        "How many reverse proxies of yours stand before the web server: their `X-Forwarded-For` then says "
        "who asks, for counting tries. Too high a number lets anybody claim any address.",
        "`0`",
    ),
    Setting(
        "VAPID_SUBJECT",
        "Whom a push service can write to about your pushes: a `mailto:` address that is read, or an "
        "`https://` page of yours.",
        f"none; on localhost `{LOCAL_VAPID_SUBJECT}`, which Apple refuses",
    ),
    Setting(
        "VAPID_PRIVATE_KEY_FILE",
        "File with the key that signs pushes. Losing it means that every phone must allow reminders anew.",
        "`keys/vapid.pem` in DATA_DIR",
    ),
    Setting(
        "MASTER_KEY_FILE",
        "File with the keys that protect names, messages and answers. Keep a copy apart from the database.",
        "`keys/master-keys.json` in DATA_DIR",
    ),
    Setting(
        "PUSH_HOSTS",
        "Push services that may be sent to, separated by commas; `*.` stands for one label. "
        "A `+` before the first adds to the built-in list, otherwise the list replaces it.",
        "the built-in list",
    ),
    Setting(
        "PUSH_ALLOW_LOOPBACK",
        "`1` lets tests push to the loopback addresses in PUSH_HOSTS. "
        "Refused unless PUBLIC_URL is localhost.",
        "`0`",
    ),
    Setting(
        "PHOTOS_DIR",
        "Folder for patients' photos, sealed. All web servers need the same one. Backups of the database do "
        "not hold it.",
        "`photos` in DATA_DIR",
    ),
    Setting("PHOTOS_PER_PATIENT", "How many photos one patient may keep here, from 1 to 10000.", "`200`"),
    Setting("PHOTO_MB_PER_PATIENT", "How many megabytes they may have together, from 1 to 10000.", "`200`"),
    Setting("LOG_LEVEL", "The least severe log line written: debug, info, warning or error.", "`info`"),
    Setting("LOG_FORMAT", "How log lines look: json or text.", "`text`"),
    Setting(
        "DEAD_MAN_URL",
        "Address the dispatcher calls after every good pass, so that a monitor hears when it stops.",
        "none",
        secret=True,
    ),
    Setting(
        "SMTP_URL",
        "The mail server that carries alerts to staff: `smtp+starttls://user:password@host`, "
        "`smtps://user:password@host`, or `smtp://host` without encryption.",
        "none: alerts are pushed only",
        secret=True,
    ),
    Setting(
        "MAIL_FROM",
        "The address e-mails come from; the mail server must be allowed to send in its name.",
        "none; needed with SMTP_URL",
    ),
)


def settings_table() -> str:
    """The settings as the Markdown table of docs/settings.md."""
    lines = ["| Setting | Meaning | Default |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        also = f"<br>`{PREFIX}{setting.name}_FILE`" if setting.secret else ""
        lines.append(f"| `{PREFIX}{setting.name}`{also} | {setting.meaning} | {setting.default} |")
    return "\n".join(lines) + "\n"
