"""Units of work of a request, on the session that Flask-SQLAlchemy keeps for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pwa.store.database import begin_writing, engine_options, engine_url, prepare
from pwa.store.tables import Base

if TYPE_CHECKING:
    from pwa.services.house import House

TRIES = 3

T = TypeVar("T")

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def set_up(app: Flask, house: House) -> None:
    """Bind the request sessions to the house's database."""
    url = house.config.database_url
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.extensions["afterbeam"] = house
    app.extensions["afterbeam_write_lock"] = threading.Lock() if house.database.is_sqlite else nullcontext()
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def the_house() -> House:
    """What this application was built from."""
    house: House = current_app.extensions["afterbeam"]
    return house


@contextmanager
def reading() -> Iterator[Session]:
    """The request's session, for reading only."""
    yield db.session()
    db.session.rollback()


@contextmanager
def writing() -> Iterator[Session]:
    """The request's session; committed whole, or not at all when anything raises."""
    with current_app.extensions["afterbeam_write_lock"]:
        session = db.session()
        # What was read before belongs to an older view of the data; a write begins with a fresh one.
        session.rollback()
        session.expunge_all()
        begin_writing(session)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def written(work: Callable[[Session], T]) -> T:
    """What `work` gives, committed; done anew when another process stored the same thing a moment sooner.

    Only PostgreSQL lets two units write at once. Raises IntegrityError when that goes on.
    """
    for _ in range(TRIES - 1):
        with suppress(IntegrityError), writing() as session:
            return work(session)
    with writing() as session:
        return work(session)
