"""Threats T11 and T12: an endpoint is a patient's word, and our server posts to it."""

from __future__ import annotations

import pytest

from pwa.push.endpoints import (
    LOOPBACK,
    EndpointRefused,
    EndpointRules,
    EndpointRulesRefused,
    LoopbackRefused,
    check_endpoint,
)

RULES = EndpointRules()
LOCAL = EndpointRules(allow_loopback=LOOPBACK)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/dXa:APA91b-x_Y", "https://fcm.googleapis.com"),
        ("https://jmt17.google.com/fcm/send/abc", "https://jmt17.google.com"),
        (
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
            "https://updates.push.services.mozilla.com",
        ),
        (
            "https://autopush.push.services.mozilla.com/wpush/v2/g",
            "https://autopush.push.services.mozilla.com",
        ),
        ("https://web.push.apple.com/QGu", "https://web.push.apple.com"),
        ("https://api.eu.push.apple.com/QGu", "https://api.eu.push.apple.com"),
        (
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2fFux%3d",
            "https://wns2-par02p.notify.windows.com",
        ),
        ("https://fcm.googleapis.com:443/fcm/send/abc", "https://fcm.googleapis.com"),
        ("https://FCM.GoogleAPIs.com/fcm/send/abc", "https://fcm.googleapis.com"),
    ],
)
def test_the_push_services_of_the_browsers_are_admitted(url: str, origin: str) -> None:
    endpoint = check_endpoint(url, RULES)
    assert endpoint.origin == origin
    assert endpoint.url == origin + endpoint.path
    assert url.endswith(endpoint.path)
    assert not endpoint.is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fcm.googleapis.com/x",
        "//fcm.googleapis.com/x",
        "https:fcm.googleapis.com/x",
        "https:///fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "http://fcm.googleapis.com:443/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:80/x",
        "https://fcm.googleapis.com:/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com:443443/x",
        "https://169.254.169.254/a.google.com/",
        "https://169.254.169.254/fcm.googleapis.com",
        "https://evil.org/?.push.apple.com/",
        "https://evil.org/#.push.apple.com/",
        "https://evil.org\\.push.apple.com/",
        "https://evil.org\\@fcm.googleapis.com/",
        "https://fcm.googleapis.com@evil.org/",
        "https://fcm.googleapis.com:443@evil.org/",
        "https://user:password@fcm.googleapis.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.org/x",
        "https://fcm.googleapis.com.evil/x",
        "https://evilfcm.googleapis.com/x",
        "https://x.fcm.googleapis.com/x",
        "https://googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "https://fcm.googleapis.com.:443/x",
        "https://web.push.apple.com./x",
        "https://.push.apple.com/x",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://a..push.apple.com/x",
        "https://-a.push.apple.com/x",
        "https://a_b.push.apple.com/x",
        "https://notify.windows.com/x",
        "https://xnotify.windows.com/x",
        "https://notify.windows.com.evil.org/x",
        "https://fcm.googleapis.com%2eevil.org/x",
        "https://fcm%2egoogleapis.com/x",
        "https://fcm.googleapis.com%00.evil.org/x",
        "https://fcm.googleapis.com /x",
        " https://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x ",
        "https://fcm.googleapis.com/x\n",
        "https://fcm.googleapis.com/x\r\nX-Header: 1",
        "https://fcm.googleapis.com/x\ty",
        "https://fcm.googleapis.com/x#fragment",
        "https://fcm.googleapis.com\t/x",
        "https://fcm。googleapis。com/x",
        "https://\uff46cm.googleapis.com/x",
        "https://fcm.googleapis.\u0441\u043em/x",
        "https://xn--fcm-googleapis-com-kx4c/x",
        "https://fcm.googleapis.xn--om-nmc/x",
        "https://127.0.0.1/x",
        "https://0x7f.1/x",
        "https://2130706433/x",
        "https://0177.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[::ffff:7f00:1]/x",
        "https://[fe80::1%25eth0]/x",
        "https://[::1/x",
        "https://10.0.0.1/x",
        "https://192.168.1.1/x",
        "http://127.0.0.1:8080/x",
        "https://" + "a" * 64 + ".push.apple.com/x",
        "https://fcm.googleapis.com/" + "x" * 2048,
    ],
)
def test_any_other_address_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(EndpointRefused) as refused:
        check_endpoint(url, RULES)
    assert refused.value.message.endswith(".")
    assert ". " not in refused.value.message
    assert len(url) < 30 or url not in refused.value.message


def test_an_address_of_2048_characters_is_admitted_and_of_2049_is_not() -> None:
    start = "https://fcm.googleapis.com/"
    assert check_endpoint(start + "x" * (2048 - len(start)), RULES)
    with pytest.raises(EndpointRefused, match="2048"):
        check_endpoint(start + "x" * (2049 - len(start)), RULES)


def test_the_path_is_opaque_and_stays_as_it_is() -> None:
    url = "https://web.push.apple.com/a/../%2e%2e/./b//c;d=1?q=%3d&r"
    assert check_endpoint(url, RULES).url == url


def test_an_address_without_a_path_is_posted_to_the_root() -> None:
    assert check_endpoint("https://web.push.apple.com", RULES).url == "https://web.push.apple.com/"
    assert check_endpoint("https://web.push.apple.com?x=1", RULES).url == "https://web.push.apple.com/?x=1"


def test_hosts_can_be_configured_and_replace_the_list() -> None:
    rules = EndpointRules(hosts=("push.clinic.org", "*.edge.clinic.org"))
    assert check_endpoint("https://push.clinic.org/x", rules).host == "push.clinic.org"
    assert check_endpoint("https://a.b.edge.clinic.org/x", rules).host == "a.b.edge.clinic.org"
    for url in ("https://fcm.googleapis.com/x", "https://edge.clinic.org/x", "https://x.push.clinic.org/x"):
        with pytest.raises(EndpointRefused):
            check_endpoint(url, rules)


@pytest.mark.parametrize(
    "host", ["", "*", "*.com", "a.*.com", "https://fcm.googleapis.com", "Fcm.Google.com", "a.b."]
)
def test_a_host_rule_that_means_something_else_than_it_seems_is_refused(host: str) -> None:
    with pytest.raises(EndpointRulesRefused, match="AFTERBEAM_PUSH_HOSTS"):
        EndpointRules(hosts=(host,))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8090/wpush/v2/x", "http://127.0.0.1:8090"),
        ("http://localhost:8090/wpush/v2/x", "http://localhost:8090"),
        ("http://localhost/wpush/v2/x", "http://localhost"),
        ("http://[::1]:8090/wpush/v2/x", "http://[::1]:8090"),
        ("https://localhost:8443/x", "https://localhost:8443"),
        ("https://localhost/x", "https://localhost"),
    ],
)
def test_listed_loopback_addresses_may_use_http_and_any_port(url: str, origin: str) -> None:
    endpoint = check_endpoint(url, LOCAL)
    assert endpoint.is_loopback
    assert endpoint.origin == origin
    assert endpoint.url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:8090/x",
        "http://127.1:8090/x",
        "http://0.0.0.0:8090/x",
        "http://[::ffff:127.0.0.1]:8090/x",
        "http://localhost.:8090/x",
        "http://x.localhost:8090/x",
        "http://10.0.0.1:8090/x",
        "http://fcm.googleapis.com/x",
        "http://fcm.googleapis.com:8090/x",
        "http://localhost@10.0.0.1/x",
    ],
)
def test_allowing_loopback_opens_nothing_else(url: str) -> None:
    with pytest.raises(EndpointRefused):
        check_endpoint(url, LOCAL)


def test_a_listed_port_is_the_only_one() -> None:
    rules = EndpointRules(allow_loopback=frozenset({"127.0.0.1:8090", "[::1]:8091"}))
    assert check_endpoint("http://127.0.0.1:8090/x", rules).port == 8090
    assert check_endpoint("http://[0:0::1]:8091/x", rules).host == "::1"
    for url in ("http://127.0.0.1:8091/x", "http://[::1]:8090/x", "http://localhost:8090/x"):
        with pytest.raises(EndpointRefused):
            check_endpoint(url, rules)


@pytest.mark.parametrize(
    "entry", ["10.0.0.1", "0.0.0.0", "clinic.org", "*", "", "::ffff:10.0.0.1", "::2", "[::1]:x", "1"]
)
def test_nothing_but_loopback_can_be_listed_as_loopback(entry: str) -> None:
    with pytest.raises(LoopbackRefused, match="AFTERBEAM_PUSH_ALLOW_LOOPBACK"):
        EndpointRules(allow_loopback=frozenset({entry}))
