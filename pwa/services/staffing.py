"""Staff sign in and out. Argon2id for passwords, a server-side session for each browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from pwa.channels.addresses import is_address
from pwa.clock import Moment
from pwa.domain.clinic import StaffRole
from pwa.domain.errors import BadInput, NotAllowed
from pwa.services.throttling import count_try, forget_tries, is_remembered, remember
from pwa.services.tokens import hash_token, new_token
from pwa.store import clinics, staff
from pwa.store.ids import new_id
from pwa.store.scope import in_clinic
from pwa.store.staff import SignedIn, StaffAccount
from pwa.vault.indexes import sign_in_index
from pwa.vault.keyring import MasterKeys

SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4, when it is the only factor
LONGEST_PASSWORD = 256
SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
TRIES_PER_ACCOUNT = 10
# NIST SP 800-63B-4: no more wrong tries in a row at one account; addresses known of it may still try.
TRIES_OF_ALL = 100
ADDRESS_KNOWN_FOR = timedelta(days=30)
TRIES_PER_ADDRESS = 50
TRY_WINDOW = timedelta(minutes=15)

_hasher = PasswordHasher()  # RFC 9106's low-memory choice: 64 MiB, 3 passes, 4 lanes


class WrongSignIn(NotAllowed):
    """The e-mail address or the password is not right."""

    code = "wrong_sign_in"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to let in, as typed."""

    email: str
    name: str
    password: str
    role: StaffRole


def add_staff(session: Session, clinic_id: UUID, new: NewStaff, moment: Moment) -> UUID:
    """Store an account that works in one clinic. Raises BadInput."""
    if not is_address(new.email):
        raise BadInput(f"'{new.email}' is not an e-mail address.")
    if not SHORTEST_PASSWORD <= len(new.password) <= LONGEST_PASSWORD:
        raise BadInput(f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if staff.find_staff(session, new.email) is not None:
        raise BadInput(f"'{new.email}' may sign in already.")
    account = StaffAccount(
        new_id(moment.wall), new.email.lower(), new.name.strip(), _hasher.hash(new.password)
    )
    staff.add_staff(session, account, clinic_id, new.role, moment.wall)
    clinics.record_act(
        in_clinic(session, clinic_id),
        moment.wall,
        ("operator", "cli"),
        "staff.add",
        ("staff", str(account.id)),
    )
    return account.id


def set_password(session: Session, account: StaffAccount, password: str) -> None:
    """Store a new password."""
    staff.set_password_hash(session, account.id, _hasher.hash(password))


def count_sign_in_try(session: Session, keys: MasterKeys, email: str, caller: str, moment: Moment) -> None:
    """Count a try to sign in, in a unit of work of its own so that a failed try counts too."""
    # By account and address: whoever only knows the name must not be able to lock its owner out.
    both = sign_in_index(keys, email, caller)
    count_try(session, "sign in to", both, TRIES_PER_ACCOUNT, TRY_WINDOW, moment.wall)
    if is_remembered(session, "signed in to", both, moment.wall):
        return  # nor whoever shares her address, as a waiting room may
    count_try(session, "sign in to", email.lower(), TRIES_OF_ALL, TRY_WINDOW, moment.wall)
    count_try(session, "sign in from", caller, TRIES_PER_ADDRESS, TRY_WINDOW, moment.wall)


def note_right_password(session: Session, keys: MasterKeys, email: str, caller: str, moment: Moment) -> None:
    """Clear the counts of its account, and know this address of it from now on."""
    both = sign_in_index(keys, email, caller)
    forget_tries(session, "sign in to", both)
    forget_tries(session, "sign in to", email.lower())
    remember(session, "signed in to", both, ADDRESS_KNOWN_FOR, moment.wall)


def check_password(session: Session, email: str, password: str) -> StaffAccount:
    """Whose password this is. Raises WrongSignIn, the same and as late for every reason.

    It takes a tenth of a second, so it is no part of the unit of work that writes.
    """
    nobodys = _nobodys_hash()  # made for everybody, or the first unknown name of a process would take longer
    account = staff.find_staff(session, email)
    right = _matches(account.password_hash if account else nobodys, password)
    if account is None or not right:
        raise WrongSignIn
    return account


def sign_in(session: Session, checked: StaffAccount, moment: Moment) -> str:
    """Sign a browser in; returns the new session's token. Raises WrongSignIn for who works nowhere now."""
    account = staff.find_staff(session, checked.email)  # again: it may have been disabled meanwhile
    works_in = staff.clinics_of(session, checked.id)
    if account is None or account.password_hash != checked.password_hash or not works_in:
        raise WrongSignIn
    token = new_token()
    staff.add_session(
        session, hash_token(token), account.id, works_in[0], moment.wall, moment.wall + SESSION_LIFE
    )
    clinics.record_act(
        in_clinic(session, works_in[0]),
        moment.wall,
        ("staff", str(account.id)),
        "staff.sign_in",
        ("staff", str(account.id)),
    )
    return token


def who_is(session: Session, token: str, moment: Moment) -> SignedIn | None:
    """Who holds this session, if it lives and they still work there."""
    return staff.find_session(session, hash_token(token), moment.wall, moment.wall - SESSION_IDLE)


def used(session: Session, token: str, moment: Moment) -> None:
    """The session was used: it does not fall idle."""
    staff.touch_session(session, hash_token(token), moment.wall)


def end(session: Session, token: str, moment: Moment) -> None:
    """End the session of that token, if there is one: its browser signs in anew."""
    staff.revoke_session(session, hash_token(token), moment.wall)


def sign_out(session: Session, token: str, who: SignedIn, moment: Moment) -> None:
    """End a session for good."""
    staff.revoke_session(session, hash_token(token), moment.wall)
    clinics.record_act(
        in_clinic(session, who.clinic_id),
        moment.wall,
        ("staff", str(who.staff_id)),
        "staff.sign_out",
        ("staff", str(who.staff_id)),
    )


@cache
def _nobodys_hash() -> str:
    """Checked when the account is unknown, so that an answer takes as long either way."""
    return _hasher.hash("nobody signs in with this")


def _matches(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
