"""A clinic with somebody at the desk, and a patient who checks in.

desk = Desk.of(world)                      # Olga of Lakeside is signed in, Alice has joined
desk.say({"fever": True})                  # Alice's check-in, synced now
[alert] = desk.alerts()                    # as the inbox has them
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, update

from pwa.domain.clinic import TriageMode
from pwa.services.escalating import escalate
from pwa.store import tables
from tests.support.events import Event, check_in
from tests.support.web import START, Phone, Row, World

ALERTS = "/api/v1/clinic/alerts"
WORRIED = {"overall": "worried"}  # tell_clinic
FEVER = {"fever": True}  # same_day, S03, from day 1 on
NO_BREATH = {"breathing_trouble": True}  # emergency, E01


@dataclass(slots=True)
class Desk:
    """Alice's phone and Olga's browser."""

    world: World
    alice: Phone
    plan_id: str

    @classmethod
    def of(cls, world: World, **more: Any) -> Desk:
        world.add_staff(world.lakeside, "olga@lakeside.test")
        alice = world.patient("Alice", **more)
        return cls(world, alice, alice.bundle()["plans"][0]["id"])

    # ------------------------------------------------------------------ Alice

    @property
    def now(self) -> datetime:
        return self.world.clock.wall

    def entry(
        self, answers: Any, *, ago: timedelta = timedelta(0), day: int | None = None, **more: Any
    ) -> Event:
        """A check-in tapped a while ago, about the day it was tapped on."""
        at = self.now - ago
        of_day = (at.date() - START.date()).days if day is None else day
        return check_in(self.plan_id, answers, of_day, at, **more)

    def say(self, answers: Any, **more: Any) -> Event:
        """One check-in through the real sync; it must be stored."""
        entry = self.entry(answers, **more)
        assert self.alice.results(entry) == ["stored"]
        return entry

    def patient_alert(self) -> Any:
        """What Alice's phone is told."""
        return self.alice.bundle()["alert"]

    # ------------------------------------------------------------------ the desk

    @property
    def olga(self) -> Phone:
        """Her browser, signed in just now: a session does not outlast the days that tests let pass."""
        return self.world.signed_in("olga@lakeside.test")

    def alerts(self, who: Phone | None = None) -> list[dict[str, Any]]:
        answer = (who or self.olga).get(ALERTS)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: list[dict[str, Any]] = answer.get_json()["alerts"]
        return found

    def act(self, act: str, body: Any = None, who: Phone | None = None) -> Any:
        """Do something with the only alert there is; what was answered."""
        [row] = [row for row in self.world.rows("alerts") if row["state"] != "closed"]
        return (who or self.olga).post(f"{ALERTS}/{row['id']}/{act}", body)

    def acted(self, act: str, body: Any = None, who: Phone | None = None) -> dict[str, Any]:
        answer = self.act(act, body, who)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def someone_else(self, email: str = "bob@lakeside.test") -> Phone:
        """One more browser of the clinic."""
        self.world.add_staff(self.world.lakeside, email)
        return self.world.signed_in(email)

    # ------------------------------------------------------------------ the clinic and its clock

    def leaflet(self) -> None:
        """No level is computed anywhere from now on."""
        self._change_clinic(triage_mode=TriageMode.LEAFLET)

    def _change_clinic(self, **values: object) -> None:
        with self.world.house.database.write() as session:
            session.execute(update(tables.Clinic).values(**values))

    def office_hours(self) -> None:
        """Open Monday to Friday from 9:00 to 17:30, London."""
        with self.world.house.database.write() as session:
            hours = tables.ClinicHours
            session.execute(delete(hours).where(hours.weekday > 4))
            session.execute(update(hours).values(opens=time(9), closes=time(17, 30)))

    def later(self, **length: float) -> None:
        """Let time pass, with the dispatcher's watch at the end of it."""
        self.world.clock.move(timedelta(**length))
        self.watch()

    def watch(self) -> int:
        house = self.world.house
        return escalate(house.database, house.keys, house.now(), lambda: False)

    # ------------------------------------------------------------------ looking

    def check_ins(self) -> list[Row]:
        return sorted(self.world.rows("check_ins"), key=lambda row: (row["tapped_at"], row["event_id"]))

    def notices(self, kind: str) -> list[Row]:
        """By due time, whatever their state."""
        found = [row for row in self.world.rows("notices") if row["kind"] == kind]
        return sorted(found, key=lambda row: (row["due_at"], row["created_at"]))

    def rounds(self) -> int:
        """How often staff were told."""
        return len({row["slot_key"] for row in self.notices("alert")})
