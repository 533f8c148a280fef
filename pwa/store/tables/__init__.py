"""Every table. Import `Base.metadata` from here so that all of them are known."""

from pwa.store.tables.base import Base
from pwa.store.tables.check_ins import Alert, AlertReason, CheckIn, CheckInEnd, ClinicChanges
from pwa.store.tables.clinics import (
    AuditEntry,
    Clinic,
    ClinicHoliday,
    ClinicHours,
    Membership,
    ProtocolDocument,
    ProtocolVersion,
    StaffAccount,
    StaffSession,
)
from pwa.store.tables.notices import Delivery, Notice, NoticeItem, PushOrigin, Receipt, Target
from pwa.store.tables.operations import DemoClockRow, Heartbeat, ServerMeta, Throttle, VapidKeyRow
from pwa.store.tables.patients import (
    Device,
    DeviceCredential,
    Join,
    Patient,
    PatientIdentifier,
    PatientKey,
)
from pwa.store.tables.photos import Photo
from pwa.store.tables.plans import (
    CarePlan,
    EventConflict,
    FactRow,
    OutcomeRow,
    PatientEvent,
    QuarantinedEvent,
    TaskRow,
)

__all__ = [
    "Alert",
    "AlertReason",
    "AuditEntry",
    "Base",
    "CarePlan",
    "CheckIn",
    "CheckInEnd",
    "Clinic",
    "ClinicChanges",
    "ClinicHoliday",
    "ClinicHours",
    "Delivery",
    "DemoClockRow",
    "Device",
    "DeviceCredential",
    "EventConflict",
    "FactRow",
    "Heartbeat",
    "Join",
    "Membership",
    "Notice",
    "NoticeItem",
    "OutcomeRow",
    "Patient",
    "PatientEvent",
    "PatientIdentifier",
    "PatientKey",
    "Photo",
    "ProtocolDocument",
    "ProtocolVersion",
    "PushOrigin",
    "QuarantinedEvent",
    "Receipt",
    "ServerMeta",
    "StaffAccount",
    "StaffSession",
    "Target",
    "TaskRow",
    "Throttle",
    "VapidKeyRow",
]
