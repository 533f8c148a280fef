"""The one path to a clinic's rows: every query made here carries the clinic's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, Update, func, select, update
from sqlalchemy.orm import Session

from pwa.domain.errors import NotFound
from pwa.store.tables.base import InClinic

Row = TypeVar("Row", bound=InClinic)


@dataclass(frozen=True, slots=True)
class ClinicScope:
    """A unit of work that sees one clinic only.

    On PostgreSQL the clinic is also named to the database for the length of the transaction, as the
    dispatcher's role is, so that row-level security can stand behind this as a second wall.
    """

    session: Session
    clinic_id: UUID

    def select(self, table: type[Row]) -> Select[Row]:
        """A SELECT of this clinic's rows of `table`."""
        return select(table).where(table.clinic_id == self.clinic_id)

    def update(self, table: type[Row]) -> Update:
        """An UPDATE of this clinic's rows of `table`."""
        return update(table).where(table.clinic_id == self.clinic_id)

    def find(self, table: type[Row], row_id: UUID) -> Row | None:
        """The row of that id in this clinic, or None: another clinic's rows do not exist here."""
        return self.session.scalars(self.select(table).where(table.id == row_id)).one_or_none()

    def get(self, table: type[Row], row_id: UUID) -> Row:
        """The row of that id in this clinic. Raises NotFound."""
        row = self.find(table, row_id)
        if row is None:
            raise NotFound
        return row

    def add(self, row: Any) -> None:
        """Add a row to this clinic."""
        row.clinic_id = self.clinic_id
        self.session.add(row)


def as_dispatcher(session: Session) -> None:
    """Name the dispatcher's role to the database for this unit of work, which crosses clinics."""
    _tell(session, "afterbeam.role", "dispatcher")


def in_clinic(session: Session, clinic_id: UUID) -> ClinicScope:
    """Open a clinic's scope on a session."""
    _tell(session, "afterbeam.clinic", str(clinic_id))
    return ClinicScope(session, clinic_id)


def _tell(session: Session, name: str, value: str) -> None:
    """Set a value for the length of the transaction, where the database can be told."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.set_config(name, value, True)))
