"""The demo's login is in a file and in the database; whichever is lost is made anew."""

from __future__ import annotations

from pathlib import Path

from pwa.protocols.loader import load_seed
from pwa.services import demo
from pwa.services.staffing import check_password, sign_in
from tests.support.web import HandHouse, open_hand_house


def _login(house: HandHouse, folder: Path) -> demo.Login:
    """The login as the demo would print it; it must work."""
    with house.database.write() as session:
        login = demo.ensure_clinic(session, house.now(), "Europe/London", folder, load_seed())
        assert sign_in(session, check_password(session, login.email, login.password), house.now())
    return login


def test_a_lost_login_file_is_written_anew_with_another_password(sqlite_url: str, tmp_path: Path) -> None:
    house = open_hand_house(sqlite_url, tmp_path)
    first = _login(house, tmp_path)
    assert _login(house, tmp_path) == first
    (tmp_path / demo.LOGIN_FILE).unlink()

    again = _login(house, tmp_path)

    assert again.clinic_id == first.clinic_id
    assert again.password != first.password
    house.close()


def test_a_spoilt_login_file_is_written_anew(sqlite_url: str, tmp_path: Path) -> None:
    house = open_hand_house(sqlite_url, tmp_path)
    clinic_id = _login(house, tmp_path).clinic_id
    (tmp_path / demo.LOGIN_FILE).write_text("{")
    assert _login(house, tmp_path).clinic_id == clinic_id
    house.close()


def test_an_old_login_file_beside_a_new_database_is_no_login(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / demo.LOGIN_FILE).write_text(
        '{"clinic_id": "00000000-0000-7000-8000-000000000000", "email": "a@b", "password": "old"}'
    )
    house = open_hand_house(sqlite_url, tmp_path)
    assert _login(house, tmp_path).password != "old"
    house.close()
