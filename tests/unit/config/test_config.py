from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.config import SETTINGS, Config, LogFormat, LogLevel, PushHosts, settings_table
from pwa.domain.errors import ConfigurationError

REAL = {"PUBLIC_URL": "https://care.clinic.org", "VAPID_SUBJECT": "mailto:it@clinic.org"}
DOCS = Path(__file__).parents[3] / "docs"


def read(settings: dict[str, str]) -> Config:
    return Config.from_env({f"AFTERBEAM_{name}": value for name, value in settings.items()})


def refusal(settings: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(settings)
    return str(refused.value)


def complaint_about(settings: dict[str, str]) -> str | None:
    try:
        read(settings)
    except ConfigurationError as refused:
        return str(refused)
    return None


def test_without_any_setting_it_runs_on_this_computer_only() -> None:
    config = Config.from_env({"PATH": "/bin", "PORT": "9"})
    var = Path("var").absolute()
    assert config.public_url == "http://localhost:8000"
    assert (config.host, config.port) == ("127.0.0.1", 8000)
    assert config.data_dir == var
    assert config.database_url == f"sqlite:///{var}/afterbeam.db"
    assert config.master_key_file == var / "keys" / "master-keys.json"
    assert config.vapid_private_key_file == var / "keys" / "vapid.pem"
    assert config.push_hosts == PushHosts()
    assert not config.push_allow_loopback
    assert (config.log_level, config.log_format) == (LogLevel.INFO, LogFormat.TEXT)
    assert config.dead_man_url is None
    assert config.is_local


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Config.from_env({}).port = 1  # type: ignore[misc]  # that is the test


def test_keys_and_database_follow_the_data_folder(tmp_path: Path) -> None:
    config = read({"DATA_DIR": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/afterbeam.db"
    assert config.master_key_file.is_relative_to(tmp_path)


def test_the_address_follows_the_port() -> None:
    assert read({"PORT": "9001"}).public_url == "http://localhost:9001"


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000.0", "0x10", "8 000", "٨"])
def test_a_port_that_is_none_is_refused_with_the_mend(port: str) -> None:
    assert refusal({"PORT": port}) == f"AFTERBEAM_PORT is '{port}'. Give a number from 1 to 65535."


def test_an_empty_setting_counts_as_not_set() -> None:
    assert read({"PORT": " ", "DEAD_MAN_URL": ""}) == read({})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("PROT", "AFTERBEAM_PORT"),
        ("MASTER_KEY", "AFTERBEAM_MASTER_KEY_FILE"),
        ("VAPID_PRIVATE_KEY", "AFTERBEAM_VAPID_PRIVATE_KEY_FILE"),
        ("DATABSE_URL_FILE", "AFTERBEAM_DATABASE_URL_FILE"),
    ],
)
def test_a_misspelt_setting_is_refused_and_the_near_name_offered(typed: str, meant: str) -> None:
    message = refusal({typed: "CANARY"})
    assert message == f"AFTERBEAM_{typed} is not a setting. Did you mean {meant}?"


def test_a_name_like_no_setting_points_to_the_list() -> None:
    assert refusal({"QQQQQQQQQQQQQQQQQQ": "x"}).endswith("docs/settings.md lists the settings.")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://care.clinic.org", "https://care.clinic.org"),
        ("https://care.clinic.org/", "https://care.clinic.org"),
        ("https://Care.Clinic.org:443", "https://care.clinic.org"),
        ("https://care.clinic.org:8443", "https://care.clinic.org:8443"),
        ("http://localhost", "http://localhost"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://[::1]:9000/", "http://[::1]:9000"),
        ("https://localhost:8443", "https://localhost:8443"),
    ],
)
def test_a_public_address_is_kept_as_an_origin(given: str, kept: str) -> None:
    assert read({**REAL, "PUBLIC_URL": given}).public_url == kept


@pytest.mark.parametrize(
    "bad",
    [
        "care.clinic.org",
        "ftp://care.clinic.org",
        "https://",
        "https://care clinic.org",
        "https://care.clinic.org:99999",
        "https://care_clinic.org",
        "https://care.clinic.org/app",
        "https://care.clinic.org?x=1",
        "https://care.clinic.org#t",
        "https://user:CANARY@care.clinic.org",
        "http://care.clinic.org",
        "http://localhost.clinic.org",
        "http://192.168.1.20:8000",
        "http://127.0.0.1.clinic.org",
        "http://localhost@clinic.org",
    ],
)
def test_a_public_address_that_phones_could_not_use_is_refused(bad: str) -> None:
    message = refusal({**REAL, "PUBLIC_URL": bad})
    assert message.startswith("AFTERBEAM_PUBLIC_URL ")
    assert "CANARY" not in message


def test_real_use_needs_a_subject_and_says_so() -> None:
    assert refusal({"PUBLIC_URL": REAL["PUBLIC_URL"]}).startswith("AFTERBEAM_VAPID_SUBJECT is missing.")


def test_on_this_computer_the_subject_is_a_placeholder_that_is_known_as_one() -> None:
    assert read({}).vapid_subject_is_placeholder
    assert not read(REAL).vapid_subject_is_placeholder


@pytest.mark.parametrize(
    "subject", ["mailto:it@clinic.org", "https://clinic.org/contact", "mailto:a+b@sub.clinic.org"]
)
def test_a_real_subject_is_kept_as_it_is(subject: str) -> None:
    assert read({**REAL, "VAPID_SUBJECT": subject}).vapid_subject == subject


@pytest.mark.parametrize(
    "subject",
    [
        "it@clinic.org",
        "mailto: it@clinic.org",
        "mailto:<it@clinic.org>",
        "mailto:it",
        "mailto:it@localhost",
        "mailto:it@box.local",
        "mailto:it@example.com",
        "mailto:nobody@afterbeam.invalid",
        "http://clinic.org",
        "https://localhost",
        "https://",
        "tel:123",
    ],
)
def test_a_subject_that_a_push_service_refuses_is_refused_first(subject: str) -> None:
    message = refusal({**REAL, "VAPID_SUBJECT": subject})
    assert message.startswith(f"AFTERBEAM_VAPID_SUBJECT is '{subject}'")


def test_on_this_computer_a_test_may_use_an_example_subject_but_not_a_broken_one() -> None:
    assert read({"VAPID_SUBJECT": "mailto:it@example.com"}).vapid_subject == "mailto:it@example.com"
    assert refusal({"VAPID_SUBJECT": "it@example.com"})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgresql://a@h/d", "postgresql+psycopg://a@h/d"),
        ("postgres://a@h/d", "postgresql+psycopg://a@h/d"),
        ("postgresql+psycopg://a@/d?host=/run/pg", "postgresql+psycopg://a@/d?host=/run/pg"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
        ("sqlite:///a.db", f"sqlite:///{Path('a.db').absolute()}"),
    ],
)
def test_a_database_address_is_made_exact(given: str, kept: str) -> None:
    assert read({"DATABASE_URL": given}).database_url == kept


@pytest.mark.parametrize(
    "bad",
    [
        "CANARY",
        "mysql://u:CANARY@h/d",
        "postgresql+asyncpg://u:CANARY@h/d",
        "postgresql://u:CANARY@h:port/d",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:CANARY?mode=memory",
    ],
)
def test_a_database_address_is_never_quoted_when_refused(bad: str) -> None:
    message = refusal({"DATABASE_URL": bad})
    assert message.startswith("AFTERBEAM_DATABASE_URL ")
    assert "CANARY" not in message


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://a:CANARY@h/d\n")
    config = read({"DATABASE_URL_FILE": str(file)})
    assert config.database_url == "postgresql+psycopg://a:CANARY@h/d"
    assert "CANARY" not in repr(config)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    message = refusal({"DATABASE_URL": "sqlite:////CANARY", "DATABASE_URL_FILE": str(tmp_path / "url")})
    assert (
        message
        == "AFTERBEAM_DATABASE_URL is set twice, also as AFTERBEAM_DATABASE_URL_FILE. Keep one of them."
    )


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_a_secret_file_that_gives_nothing_is_refused_without_quoting_its_name(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "CANARY"
    if content is not None:
        file.write_bytes(content)
    message = refusal({"DEAD_MAN_URL_FILE": str(file)})
    assert message.startswith("AFTERBEAM_DEAD_MAN_URL_FILE names ")
    assert "CANARY" not in message


def test_push_hosts_replace_the_built_in_list_or_add_to_it() -> None:
    assert read({"PUSH_HOSTS": "push.example.net, *.Example.ORG"}).push_hosts.over(["a.b"]) == (
        "push.example.net",
        "*.example.org",
    )
    assert read({"PUSH_HOSTS": "+push.example.net"}).push_hosts.over(["a.b"]) == ("a.b", "push.example.net")
    assert read({}).push_hosts.over(["a.b"]) == ("a.b",)


@pytest.mark.parametrize(
    "hosts",
    [
        *("intranet", "*", "*.org*", "https://push.example.net", "a.b,,c.d", "+", "a.b:443", "x@a.b"),
        *("10.0.0.1", "::1", "127.0.0.1", "localhost", "*.*.example.net", "a..b", "a.b."),
    ],
)
def test_push_hosts_that_are_not_names_of_services_are_refused(hosts: str) -> None:
    assert refusal({"PUSH_HOSTS": hosts}).startswith("AFTERBEAM_PUSH_HOSTS lists ")


def test_loopback_push_hosts_are_for_tests_that_ask_for_them() -> None:
    config = read({"PUSH_HOSTS": "127.0.0.1,localhost,::1", "PUSH_ALLOW_LOOPBACK": "1"})
    assert config.push_allow_loopback
    assert config.push_hosts.instead == ("127.0.0.1", "localhost", "::1")
    assert refusal({"PUSH_HOSTS": "10.0.0.1", "PUSH_ALLOW_LOOPBACK": "1"})


def test_pushing_to_loopback_is_refused_where_patients_come() -> None:
    assert "AFTERBEAM_PUBLIC_URL is not localhost" in refusal({**REAL, "PUSH_ALLOW_LOOPBACK": "1"})
    assert "Give 0 or 1" in refusal({"PUSH_ALLOW_LOOPBACK": "yes"})


@pytest.mark.parametrize(("name", "bad"), [("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml")])
def test_a_word_that_is_none_of_the_choices_is_refused_with_the_choices(name: str, bad: str) -> None:
    assert f"AFTERBEAM_{name} is '{bad}'. Give one of: " in refusal({name: bad})


def test_words_may_be_in_capitals() -> None:
    assert read({"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "JSON"}).log_level is LogLevel.DEBUG


def test_the_dead_man_address_is_a_web_address_and_secret() -> None:
    config = read({"DEAD_MAN_URL": "https://hc-ping.com/CANARY"})
    assert config.dead_man_url == "https://hc-ping.com/CANARY"
    assert "CANARY" not in repr(config)
    assert "CANARY" not in refusal({"DEAD_MAN_URL": "hc-ping.com/CANARY"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "127.0.0.1", "web", "care.clinic.org"])
def test_a_host_to_listen_on_is_kept(host: str) -> None:
    address = {"PUBLIC_URL": "https://care.clinic.org", "VAPID_SUBJECT": "mailto:care@clinic.org"}
    assert read({"HOST": host, **address}).host == host


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://localhost:8000"),
        ("127.0.0.1", "http://localhost:8000"),
        ("localhost", "http://localhost:8000"),
        ("127.0.0.2", "http://127.0.0.2:8000"),
    ],
)
def test_the_address_on_this_computer_is_one_that_answers(host: str, address: str) -> None:
    config = read({"HOST": host})
    assert (config.public_url, config.is_local) == (address, True)


@pytest.mark.parametrize("host", ["192.168.1.5", "web", "care.clinic.org"])
def test_a_host_where_nobody_could_sign_in_wants_the_https_address(host: str) -> None:
    assert refusal({"HOST": host}).startswith(
        f"AFTERBEAM_HOST is '{host}', where browsers let nobody sign in"
    )


@pytest.mark.parametrize("host", ["a b", "http://x", "0.0.0.0:80", "-x"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    assert refusal({"HOST": host}).startswith("AFTERBEAM_HOST is ")


@given(name=st.sampled_from([setting.name for setting in SETTINGS]), value=st.text(max_size=40))
def test_whatever_is_set_either_works_or_names_its_setting(name: str, value: str) -> None:
    complaint = complaint_about({name: value})
    # A public address that works makes the subject be missed.
    assert complaint is None or complaint.startswith(
        (f"AFTERBEAM_{name} ", "AFTERBEAM_VAPID_SUBJECT is missing", "AFTERBEAM_MAIL_FROM is missing")
    )


def test_each_setting_is_documented_as_it_is() -> None:
    page = (DOCS / "settings.md").read_text()
    assert settings_table() in page, "paste pwa.config.settings_table() into docs/settings.md"


def test_each_setting_is_read() -> None:
    names = {setting.name.lower() for setting in SETTINGS}
    assert names == set(Config.__dataclass_fields__)


def test_photos_follow_the_data_folder_and_have_a_quota(tmp_path: Path) -> None:
    config = read({"DATA_DIR": str(tmp_path)})
    assert config.photos_dir == tmp_path / "photos"
    assert (config.photos_per_patient, config.photo_mb_per_patient) == (200, 200)
    assert read({"PHOTOS_DIR": "/srv/photos"}).photos_dir == Path("/srv/photos")


@pytest.mark.parametrize("name", ["PHOTOS_PER_PATIENT", "PHOTO_MB_PER_PATIENT"])
@pytest.mark.parametrize("number", ["0", "10001", "-1", "many", "1.5", "٨"])
def test_a_quota_that_is_none_is_refused_with_the_mend(name: str, number: str) -> None:
    assert refusal({name: number}) == f"AFTERBEAM_{name} is '{number}'. Give a number from 1 to 10000."
