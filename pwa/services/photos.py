"""Take in photos, show them to who may see them, and destroy what nobody may see any more.

Decoding takes a second and must not hold a transaction, so taking one in has three parts: `look_up` says what
is known before anything costs much, `seal_photo` makes the file, `keep` stores the row. The file is written
before its row is: a row never names a file that was not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.errors import BadInput, NotFound, Refused
from pwa.domain.patient import Device
from pwa.domain.photo import MOST_PER_CHECK_IN, PhotoLabel, PhotoSlot, PhotoState, StoredPhoto
from pwa.logs import get_logger
from pwa.photos.decoding import Picture
from pwa.photos.errors import PhotoMissing
from pwa.photos.folder import PhotoFolder
from pwa.services import vaults
from pwa.services.instants import instant
from pwa.services.patient_events import UNREADABLE, SyncResult
from pwa.services.phone_clock import when_tapped
from pwa.services.throttling import count_try
from pwa.store import clinics, operations, patients, photos, plans
from pwa.store.database import Database
from pwa.store.scope import ClinicScope, in_clinic
from pwa.vault.errors import VaultError
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys

KEEP_STRAY_FILES = timedelta(days=1)
KEEP_ALL_AFTER_RESTORE = timedelta(days=30)
DECODED_AT_MOST, DECODING_WINDOW = 60, timedelta(hours=1)
SWEEP_AT_ONCE = 500
_PLACE = ("photos", "content")  # what the file and the hash are bound to, beside patient and id
_FIRST_DAY, _LAST_DAY = datetime(MINYEAR, 1, 1, tzinfo=UTC), datetime(MAXYEAR, 12, 31, tzinfo=UTC)
_MAY_HAVE_PHOTOS = frozenset({"check_in", UNREADABLE})  # what could not be read may have been a check-in

log = get_logger()


class PhotoConflict(Refused):
    """Another photo was sent under this number or for this place before. Both are kept for your clinic."""

    code = "photo_conflict"


class PhotoQuota(Refused):
    """There is no room for more photos. This one stays on your phone; delete some that you no longer need."""

    code = "photo_quota"


class NoSuchCheckIn(BadInput):
    """This photo belongs to something that is no check-in. It stays on your phone."""

    code = "no_such_check_in"


@dataclass(frozen=True, slots=True)
class Quota:
    """How much one patient may keep here."""

    photos: int
    megabytes: int


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo as a phone sent it, with its own ids; `taken_at` is by the phone's clock."""

    photo_id: UUID
    check_in_id: UUID
    slot: PhotoSlot
    taken_at: datetime
    data: bytes = field(repr=False)


def look_up(
    scope: ClinicScope, keys: MasterKeys, device: Device, sent: SentPhoto, quota: Quota
) -> SyncResult | None:
    """What became of this very photo when it came before; None when it is new and there is a place for it.

    Raises PhotoQuota; NoSuchCheckIn.
    """
    vault = vaults.open_vault(scope, keys, device.patient_id)
    known = photos.photos_under(scope, device.patient_id, sent.photo_id)
    answer = _answer_before(known, _content_hash(vault, sent))
    if answer is None:
        _goes_apart(scope, device, sent, known, quota)
    return answer


def count_decoding(session: Session, device: Device, moment: Moment) -> None:
    """Count a photo that is about to be decoded. Raises TooManyTries past 60 an hour from one device."""
    count_try(session, "decode", str(device.id), DECODED_AT_MOST, DECODING_WINDOW, moment.wall)


def seal_photo(
    scope: ClinicScope, keys: MasterKeys, device: Device, stored_id: UUID, picture: Picture
) -> bytes:
    """The file of a photo: it opens only as this patient's photo of this id."""
    return vaults.open_vault(scope, keys, device.patient_id).seal(*_PLACE, stored_id, picture.jpeg)


def keep(
    scope: ClinicScope,
    keys: MasterKeys,
    device: Device,
    sent: SentPhoto,
    made: tuple[UUID, Picture],
    quota: Quota,
    moment: Moment,
    behind: timedelta,
) -> SyncResult:
    """Store the row of a photo; `made` is the id that names its file, and the picture in it.

    CONFLICT: another has its id or its place in the check-in; this one is kept apart. DUPLICATE: the same
    came while this one was decoded, and its file is not needed. Raises PhotoQuota; NoSuchCheckIn.
    """
    patients.lock_patient(scope, device.patient_id)  # or two at once could both find room
    content_hash = _content_hash(vaults.open_vault(scope, keys, device.patient_id), sent)
    known = photos.photos_under(scope, device.patient_id, sent.photo_id)
    if _answer_before(known, content_hash) is not None:
        return SyncResult.DUPLICATE
    kept_apart = _goes_apart(scope, device, sent, known, quota)
    (stored_id, picture), taken_at = made, when_tapped(sent.taken_at, behind, moment.care)
    photo = StoredPhoto(
        stored_id,
        device.patient_id,
        PhotoLabel(sent.photo_id, sent.check_in_id, sent.slot, taken_at),
        received_at=moment.wall,
        content_hash=content_hash,
        size_bytes=len(picture.jpeg),
        width=picture.width,
        height=picture.height,
        state=PhotoState.STORED,
        kept_apart=kept_apart,
    )
    photos.add_photo(scope, device.id, photo)
    return SyncResult.CONFLICT if kept_apart else SyncResult.STORED


def own_photos(scope: ClinicScope, device: Device) -> tuple[StoredPhoto, ...]:
    """The patient's photos, oldest first."""
    return tuple(one for one in photos.photos_of(scope, device.patient_id) if not one.kept_apart)


def own_photo(scope: ClinicScope, device: Device, photo_id: UUID) -> StoredPhoto:
    """The patient's photo of that id. Raises NotFound."""
    for photo in photos.photos_under(scope, device.patient_id, photo_id):
        if photo.state is PhotoState.STORED and not photo.kept_apart:
            return photo
    raise NotFound


def photos_for_staff(scope: ClinicScope, patient_id: UUID) -> tuple[StoredPhoto, ...]:
    """All of a patient's photos, oldest first. Raises NotFound."""
    return photos.photos_of(scope, patients.get_patient(scope, patient_id).id)


def photo_for_staff(scope: ClinicScope, stored_id: UUID, staff_id: UUID, moment: Moment) -> StoredPhoto:
    """A photo that somebody of the clinic is about to see, which is recorded. Raises NotFound."""
    photo = photos.get_photo(scope, stored_id)
    subject = ("photo", str(photo.id))
    clinics.record_act(scope, moment.wall, ("staff", str(staff_id)), "photo.view", subject)
    return photo


def jpeg_of(scope: ClinicScope, keys: MasterKeys, folder: PhotoFolder, photo: StoredPhoto) -> bytes:
    """The picture itself. Raises PhotoMissing."""
    vault = vaults.open_vault(scope, keys, photo.patient_id)
    try:
        return vault.open_bytes(*_PLACE, photo.id, folder.get(scope.clinic_id, photo.id))
    except (PhotoMissing, VaultError) as error:
        log.error("photo_missing", patient_id=photo.patient_id, error=type(error).__name__)
        raise PhotoMissing from None


def delete(scope: ClinicScope, device: Device, photo_id: UUID, moment: Moment) -> tuple[UUID, ...]:
    """Say that the patient's photo of that id is no more, with all that was kept apart under it.

    Returns the ids of the files to destroy once that is committed; none when asked again. Raises NotFound.
    """
    patients.lock_patient(scope, device.patient_id)
    known = photos.photos_under(scope, device.patient_id, photo_id)
    if not known:
        raise NotFound
    ids = tuple(one.id for one in known if one.state is PhotoState.STORED)
    photos.mark_deleted(scope, ids, moment.wall)
    for stored_id in ids:
        actor, subject = ("device", str(device.id)), ("photo", str(stored_id))
        clinics.record_act(scope, moment.wall, actor, "photo.delete", subject)
    return ids


def sweep(database: Database, folder: PhotoFolder, moment: Moment) -> int:
    """Remove files that no photo has needed for a day: half-written, never stored, or deleted since.

    A clinic that this database does not know is left alone: somebody may have named the wrong database. For
    30 days after a restore nothing is removed: the photos since that backup have no rows, and a newer one may
    turn up.
    """
    with database.read() as session:
        changed_at = operations.epoch_changed_at(session)
        if changed_at is not None and moment.wall - changed_at < KEEP_ALL_AFTER_RESTORE:
            return 0
        known = {clinic.id for clinic in clinics.all_clinics(session)}
    stray = 0
    for clinic_id in known.intersection(folder.clinics()):
        files = list(folder.older_than(clinic_id, moment.wall - KEEP_STRAY_FILES))
        for start in range(0, len(files), SWEEP_AT_ONCE):
            stray += _sweep_some(database, clinic_id, files[start : start + SWEEP_AT_ONCE])
    return stray


def _sweep_some(database: Database, clinic_id: UUID, files: Sequence[tuple[UUID | None, Path]]) -> int:
    with database.read() as session:
        there = photos.there_of(in_clinic(session, clinic_id), [one for one, _ in files if one])
    stray = [file for one, file in files if one not in there]
    for file in stray:
        file.unlink(missing_ok=True)
    return len(stray)


def _content_hash(vault: PatientVault, sent: SentPhoto) -> bytes:
    """Of all that was sent, under the patient's key: a plain hash would tell who has the same picture."""
    content = {
        "check_in_id": str(sent.check_in_id),
        "slot": sent.slot,
        "taken_at": instant(_in_calendar(sent.taken_at)),
        "data": hashlib.sha256(sent.data).hexdigest(),
    }
    return vault.digest(*_PLACE, sent.photo_id, json.dumps(content, sort_keys=True))


def _in_calendar(at: datetime) -> datetime:
    """In UTC; the calendar's first or last day when its zone would move it out of the calendar."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return _FIRST_DAY if at.year == MINYEAR else _LAST_DAY


def _answer_before(known: Sequence[StoredPhoto], content_hash: bytes) -> SyncResult | None:
    """The first answer may have been lost, so it is given again."""
    for photo in known:
        if photo.content_hash == content_hash:
            return SyncResult.CONFLICT if photo.kept_apart else SyncResult.DUPLICATE
    return None


def _goes_apart(
    scope: ClinicScope, device: Device, sent: SentPhoto, known: Sequence[StoredPhoto], quota: Quota
) -> bool:
    """Whether a new photo's id or place belongs to another. Raises PhotoQuota; NoSuchCheckIn."""
    _require_room(scope, device, quota)
    # An entry may come after its photo: one that is not here is no fault.
    kind = plans.kind_of_event(scope, device.patient_id, sent.check_in_id)
    if kind is not None and kind not in _MAY_HAVE_PHOTOS:
        raise NoSuchCheckIn
    taken = photos.slots_taken(scope, device.patient_id, sent.check_in_id)
    apart = bool(known) or sent.slot in taken
    if not apart and len(taken) >= MOST_PER_CHECK_IN:
        raise PhotoQuota(f"A check-in takes up to {MOST_PER_CHECK_IN} photos. This one stays on your phone.")
    return apart


def _require_room(scope: ClinicScope, device: Device, quota: Quota) -> None:
    count, size = photos.used_by(scope, device.patient_id)
    if count >= quota.photos or size >= quota.megabytes * 1_000_000:
        raise PhotoQuota
