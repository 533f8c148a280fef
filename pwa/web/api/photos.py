"""Photos: a phone sends, lists, shows and deletes its own; staff see their patients'.

A photo comes as it is, one a request, its type in Content-Type and what it is of as JSON in the header
`Afterbeam-Photo` (docs/decisions/photos-as-plain-bodies.md).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, jsonify, request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from pwa.domain.errors import AfterbeamError, BadInput
from pwa.domain.photo import PhotoSlot, StoredPhoto
from pwa.logs import get_logger
from pwa.photos.decoding import Decoder, Picture
from pwa.photos.errors import DecoderBroken, PhotoTooLarge
from pwa.photos.folder import PhotoFolder
from pwa.photos.limits import MOST_BYTES
from pwa.services import photos
from pwa.services.instants import instant
from pwa.services.patient_events import SyncResult
from pwa.services.phone_clock import care_behind
from pwa.services.photos import PhotoConflict, Quota, SentPhoto
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, in_clinic
from pwa.web.api.schemas import PhotoIn
from pwa.web.auth import for_devices, for_staff, moment, this_device, this_person
from pwa.web.guards import IMAGES, not_an_image, takes_images
from pwa.web.units import reading, the_house, writing, written

ABOUT = "Afterbeam-Photo"
MOST_READ_PAST = 64 * 1024 * 1024
PIECE = 64 * 1024
DECODER = "afterbeam_decoder"  # its key in app.extensions
# Whoever opens the address itself gets a file to save, and no page of ours in which anything could run.
AS_PICTURE = {
    "Content-Disposition": 'attachment; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}

log = get_logger()

blueprint = APIBlueprint("photos", __name__, url_prefix="/api/v1")


def set_up(app: APIFlask) -> None:
    """Give the application its decoder: how many work at once is counted for each process."""
    app.extensions[DECODER] = Decoder()


@blueprint.post("/photos")
@for_devices
@takes_images
def send() -> Response:
    """Take in one photo. The same one again is a duplicate; another under its id or place is kept apart."""
    if request.mimetype not in IMAGES:
        return not_an_image()
    about, sent = _sent()
    device, quota = this_device(), _quota()
    with reading() as session:
        result = photos.look_up(_own_scope(session), the_house().keys, device, sent, quota)
    if result is None:
        with writing() as session:
            photos.count_decoding(session, device, moment())
        result = _kept(about, sent, _decoded(sent.data))
    if result is SyncResult.CONFLICT:
        raise PhotoConflict
    response = jsonify(id=str(sent.photo_id), result=str(result))
    response.status_code = 201 if result is SyncResult.STORED else 200
    return response


def _sent() -> tuple[PhotoIn, SentPhoto]:
    try:
        about = PhotoIn.model_validate_json(request.headers.get(ABOUT, ""))
    except ValidationError as error:
        names = sorted(
            {str(one["loc"][0]) for one in error.errors() if one["loc"]} & set(PhotoIn.model_fields)
        )
        where = f" Look at: {', '.join(names)}." if names else ""
        raise BadInput(f"What {ABOUT} says does not have the right form.{where}") from None
    slot = PhotoSlot(about.slot)
    return about, SentPhoto(about.id, about.check_in_id, slot, about.taken_at, _body())


def _body() -> bytes:
    if (request.content_length or 0) > MOST_BYTES:
        _read_past()
        raise PhotoTooLarge
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise PhotoTooLarge
    return body


def _read_past() -> None:
    """Let a phone send its photo to the end, as far as that may be, for only then does it read the answer.

    A connection that closes before looks like a lost one, and the phone would send the photo again for ever.
    """
    left = min(request.content_length or 0, MOST_READ_PAST)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE))):
        left -= len(piece)


def _decoded(data: bytes) -> Picture:
    decoder: Decoder = current_app.extensions[DECODER]
    try:
        return decoder.clean(data)
    except DecoderBroken:
        log.error("photo_decoder_broken")  # `afterbeam doctor` shows it too
        raise


def _kept(about: PhotoIn, sent: SentPhoto, picture: Picture) -> SyncResult:
    """Write the file, then store its row; a file that no row came to need is removed."""
    house, device, now = the_house(), this_device(), moment()
    stored_id = new_id(now.wall)
    behind = care_behind(about.sent_at, now, house.demo.speed if house.demo else 1)
    with reading() as session:
        sealed = photos.seal_photo(_own_scope(session), house.keys, device, stored_id, picture)
    _folder().put(device.clinic_id, stored_id, sealed)
    made, quota = (stored_id, picture), _quota()
    try:
        result = written(
            lambda session: photos.keep(
                _own_scope(session), house.keys, device, sent, made, quota, now, behind
            )
        )
    except AfterbeamError:  # ours come before the commit; after any other the row may yet be there
        _folder().drop(device.clinic_id, stored_id)
        raise
    if result is SyncResult.DUPLICATE:
        _folder().drop(device.clinic_id, stored_id)
    return result


@blueprint.get("/photos")
@for_devices
def list_own() -> Response:
    """The patient's own photos, oldest first."""
    with reading() as session:
        found = photos.own_photos(_own_scope(session), this_device())
    return jsonify(photos=[{"id": str(one.label.photo_id), **_about(one)} for one in found])


@blueprint.get("/photos/<uuid:photo_id>")
@for_devices
def show_own(photo_id: UUID) -> Response:
    """One of the patient's own photos."""
    with reading() as session:
        scope = _own_scope(session)
        return _shown(scope, photos.own_photo(scope, this_device(), photo_id))


@blueprint.delete("/photos/<uuid:photo_id>")
@for_devices
def delete(photo_id: UUID) -> Response:
    """Destroy one of the patient's own photos."""
    device = this_device()
    with writing() as session:
        gone = photos.delete(_own_scope(session), device, photo_id, moment())
    for stored_id in gone:  # what is left by a crash in between goes with the next sweep
        _folder().drop(device.clinic_id, stored_id)
    return Response(status=204)


@blueprint.get("/clinic/patients/<uuid:patient_id>/photos")
@for_staff
def list_for_staff(patient_id: UUID) -> Response:
    """A patient's photos, oldest first, those kept apart too."""
    with reading() as session:
        found = photos.photos_for_staff(in_clinic(session, this_person().clinic_id), patient_id)
    return jsonify(
        photos=[
            {
                "id": str(one.id),
                **_about(one),
                "received_at": instant(one.received_at),
                "kept_apart": one.kept_apart,
            }
            for one in found
        ]
    )


@blueprint.get("/clinic/photos/<uuid:stored_id>")
@for_staff
def show_to_staff(stored_id: UUID) -> Response:
    """One photo of the clinic's patients; that it was looked at is recorded."""
    person = this_person()
    with writing() as session:
        scope = in_clinic(session, person.clinic_id)
        photo = photos.photo_for_staff(scope, stored_id, person.staff_id, moment())
    with reading() as session:
        return _shown(in_clinic(session, person.clinic_id), photo)


def _shown(scope: ClinicScope, photo: StoredPhoto) -> Response:
    jpeg = photos.jpeg_of(scope, the_house().keys, _folder(), photo)
    return Response(jpeg, mimetype="image/jpeg", headers=AS_PICTURE)


def _about(photo: StoredPhoto) -> dict[str, Any]:
    return {
        "check_in_id": str(photo.label.check_in_id),
        "slot": photo.label.slot,
        "taken_at": instant(photo.label.taken_at),
        "width": photo.width,
        "height": photo.height,
    }


def _own_scope(session: Session) -> ClinicScope:
    return in_clinic(session, this_device().clinic_id)


def _folder() -> PhotoFolder:
    return PhotoFolder(the_house().config.photos_dir)


def _quota() -> Quota:
    config = the_house().config
    return Quota(config.photos_per_patient, config.photo_mb_per_patient)
