from __future__ import annotations

import pytest

from pwa.push.subject import DEMO_SUBJECT, VapidSubjectRefused, check_subject


@pytest.mark.parametrize(
    "subject",
    [
        "mailto:ops@afterbeam.org",
        "mailto:first.last+push@sub.clinic.co.uk",
        "MAILTO:Ops@Clinic.Health",
        "mailto:ops@xn--klinik-bhringer-4vb.de",
        "mailto:ops@clinic.xn--p1ai",
        "https://afterbeam.org",
        "https://afterbeam.org/",
        "https://www.clinic.co.uk/contact/technical?about=push#address",
        "https://clinic.health:8443/contact",
        "https://mylocal.clinic",
        "mailto:ops@notexample.com",
    ],
)
def test_an_address_that_somebody_reads_is_taken_as_it_is(subject: str) -> None:
    assert check_subject(subject) == subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "ops@afterbeam.org",
        "mailto:",
        "mailto:ops",
        "mailto: ops@afterbeam.org",
        "mailto:<ops@afterbeam.org>",
        "mailto:Ops <ops@afterbeam.org>",
        "mailto:ops@afterbeam.org ",
        "mailto:ops@afterbeam.org\n",
        "mailto:ops@localhost",
        "mailto:ops@clinic.localhost",
        "mailto:ops@printer.local",
        "mailto:ops@clinic.invalid",
        "mailto:ops@clinic.test",
        "mailto:ops@clinic.example",
        "mailto:ops@example.com",
        "mailto:ops@mail.example.org",
        "mailto:ops@192.0.2.1",
        "mailto:ops@-clinic.org",
        "mailto:ops@clinic..org",
        "mailto:ops@clinic.org.",
        "mailto:ops@klinik-böhringer.de",
        "mailto:ops@afterbeam.org,other@afterbeam.org",
        "mailto:" + "o" * 65 + "@afterbeam.org",
        "http://afterbeam.org",
        "https://",
        "https://localhost",
        "https://localhost:8000/contact",
        "https://clinic.local/contact",
        "https://example.com/contact",
        "https://user@afterbeam.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://afterbeam.org/a page",
        "tel:+441234567890",
        DEMO_SUBJECT,
    ],
)
def test_an_address_that_apple_refuses_or_nobody_reads_is_refused_with_the_setting_and_the_mend(
    subject: str,
) -> None:
    with pytest.raises(VapidSubjectRefused) as refused:
        check_subject(subject)
    assert "AFTERBEAM_VAPID_SUBJECT" in refused.value.message
    assert "mailto:" in refused.value.message
    assert "https://" in refused.value.message
