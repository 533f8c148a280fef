"""`afterbeam staff add`: somebody may sign in, with a password that is shown once."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.support.command import Command

ADD = ("staff", "add", "Olga@Lakeside.test", "--name", "Olga")


def test_a_person_is_let_in_with_a_password_of_their_own(afterbeam: Command, clinic_id: str) -> None:
    made = afterbeam(*ADD, "--clinic", clinic_id, "--json").json()
    assert set(made) == {"staff_id", "email", "password"}
    assert made["email"] == "olga@lakeside.test"
    assert len(made["password"]) >= 15


def test_the_same_person_is_not_added_twice(afterbeam: Command, clinic_id: str) -> None:
    afterbeam(*ADD, "--clinic", clinic_id)
    again = afterbeam(*ADD, "--clinic", clinic_id)
    assert (again.code, again.sentence) == (2, "'Olga@Lakeside.test' may sign in already.")


@pytest.mark.parametrize("role", ["owner", "clinician", "assistant"])
def test_a_person_gets_the_role_that_was_asked_for(afterbeam: Command, clinic_id: str, role: str) -> None:
    assert afterbeam(*ADD, "--clinic", clinic_id, "--role", role).code == 0
    database = afterbeam.environment["AFTERBEAM_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as stored:
        assert stored.execute("SELECT role FROM memberships").fetchall() == [(role,)]


@pytest.mark.parametrize(
    ("email", "clinic", "sentence"),
    [
        ("olga", None, "'olga' is not an e-mail address."),
        ("olga@lakeside.test", "00000000-0000-7000-8000-000000000000", "There is no clinic with that id."),
        ("olga@lakeside.test", "Lakeside", "'Lakeside' is not an id."),
    ],
)
def test_a_wrong_person_or_clinic_is_one_sentence(
    afterbeam: Command, clinic_id: str, email: str, clinic: str | None, sentence: str
) -> None:
    said = afterbeam("staff", "add", email, "--name", "Olga", "--clinic", clinic or clinic_id)
    assert said.code == 2
    assert said.sentence.startswith(sentence)
