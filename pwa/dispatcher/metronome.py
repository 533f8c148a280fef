"""APScheduler as a metronome: it only says when. All state is in our tables."""

from __future__ import annotations

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from pwa.dispatcher import beats, dead_man
from pwa.logs import get_logger
from pwa.services.house import House
from pwa.stopping import StopRequest

DELIVER_EVERY_S = 2
RELAY_EVERY_S = 2
COMPOSE_EVERY_S = 15
ESCALATE_EVERY_S = 15
EXPIRE_EVERY_S = 10
CALL_MONITOR_EVERY_S = 60
KEEP_HOUSE_EVERY_S = 3600
LOOK_FOR_BACKUP_EVERY_S = 300

log = get_logger()


def run(house: House) -> None:
    """Send until told to stop (SIGINT, SIGTERM); then finish the chunk in hand and return."""
    stop = StopRequest()
    to = beats.dispatching_of(house, stop.is_asked)
    by = beats.relaying_of(house, stop.is_asked)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    jobs: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: beats.compose(house, stop.is_asked), COMPOSE_EVERY_S),
        (lambda: beats.expire(house), EXPIRE_EVERY_S),
        (lambda: beats.escalate(house, stop.is_asked), ESCALATE_EVERY_S),
        (lambda: beats.deliver(house, to), DELIVER_EVERY_S),
        (lambda: beats.relay(house, by), RELAY_EVERY_S),
        (lambda: dead_man.call(house), CALL_MONITOR_EVERY_S),
        (lambda: beats.keep_house(house), KEEP_HOUSE_EVERY_S),
        (lambda: beats.back_up(house), LOOK_FOR_BACKUP_EVERY_S),
    )
    for beat, seconds in jobs:
        scheduler.add_job(_guarded(beat), "interval", seconds=seconds, next_run_time=house.now().wall)
    scheduler.start()
    log.info("dispatcher_started")
    stop.wait()
    scheduler.shutdown(wait=True)
    to.sender.close()
    log.info("dispatcher_stopped")


def _guarded(beat: Callable[[], object]) -> Callable[[], None]:
    """A beat that fails is logged and tried again at the next one; the metronome goes on."""

    def guarded() -> None:
        try:
            beat()
        except Exception:
            log.exception("beat_failed")

    return guarded
