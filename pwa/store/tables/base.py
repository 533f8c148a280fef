"""What every table shares: the naming of constraints, and rows that belong to one clinic."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class InClinic:
    """A row of one clinic. (clinic_id, id) is what other rows of that clinic point to."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]


def of_clinic() -> tuple[UniqueConstraint, ForeignKeyConstraint]:
    """The constraints of a row that other rows of its clinic may point to."""
    return UniqueConstraint("clinic_id", "id"), ForeignKeyConstraint(["clinic_id"], ["clinics.id"])


def same_clinic(table: str, column: str) -> ForeignKeyConstraint:
    """`column` points to a row of `table` in the same clinic: no row can cross clinics."""
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


def works_here(column: str) -> ForeignKeyConstraint:
    """`column` names a person who works, or has worked, in the row's clinic."""
    return ForeignKeyConstraint(["clinic_id", column], ["memberships.clinic_id", "memberships.staff_id"])
