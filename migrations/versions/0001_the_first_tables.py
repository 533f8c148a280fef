"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "clinics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("day_phone", sa.String(length=40), nullable=False),
        sa.Column("night_phone", sa.String(length=40), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "trial", "live", name="clinicstage", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "triage_mode",
            sa.Enum(
                "personalised",
                "leaflet",
                name="triagemode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_clinics_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_clinics_longitude")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinics")),
    )
    op.create_table(
        "demo_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("care_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wall_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speed", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_clock_only_one")),
        sa.CheckConstraint("speed >= 1", name=op.f("ck_demo_clock_never_slower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "protocol_documents",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_protocol_documents")),
    )
    op.create_table(
        "push_origins",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("vapid_key_id", sa.String(length=64), nullable=False),
        sa.Column("last_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(failing_since IS NULL) = (last_failed_at IS NULL)", name=op.f("ck_push_origins_failing_or_not")
        ),
        sa.PrimaryKeyConstraint("origin", "vapid_key_id", name=op.f("pk_push_origins")),
    )
    op.create_table(
        "server_meta",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_meta")),
    )
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_accounts_email")),
    )
    op.create_table(
        "throttles",
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_throttles")),
    )
    op.create_table(
        "vapid_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vapid_keys")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('staff', 'operator', 'device')", name=op.f("ck_audit_entries_actor_kind")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_audit_entries_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_audit_entries_clinic_id_id")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entries_clinic_time", ["clinic_id", "at"], unique=False)

    op.create_table(
        "clinic_holidays",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_holidays_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "day", name=op.f("pk_clinic_holidays")),
    )
    op.create_table(
        "clinic_hours",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("closes > opens", name=op.f("ck_clinic_hours_closes_after_opening")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_clinic_hours_weekday")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_hours_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "weekday", name=op.f("pk_clinic_hours")),
    )
    op.create_table(
        "memberships",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "clinician",
                "assistant",
                name="staffrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "revoked",
                name="membershipstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_memberships_clinic_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_accounts.id"], name=op.f("fk_memberships_staff_id")),
        sa.PrimaryKeyConstraint("clinic_id", "staff_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "patients",
        sa.Column(
            "state",
            sa.Enum(
                "enrolled",
                "joined",
                "left",
                name="patientstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("wake", sa.Time(), nullable=False),
        sa.Column("quiet_start", sa.Time(), nullable=False),
        sa.Column("quiet_end", sa.Time(), nullable=False),
        sa.Column("lock_screen", sa.SmallInteger(), nullable=False),
        sa.Column("one_a_day", sa.Boolean(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("first_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("composed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compose_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_patients_whole_place")),
        sa.CheckConstraint("lock_screen BETWEEN 0 AND 2", name=op.f("ck_patients_lock_screen")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_patients_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patients_clinic_id_id")),
    )
    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.create_index("ix_patients_to_compose", ["composed_until"], unique=False)

    op.create_table(
        "protocol_versions",
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)",
            name=op.f("ck_protocol_versions_approval_names_its_approver"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_protocol_versions_clinic_id")),
        sa.ForeignKeyConstraint(
            ["content_hash"],
            ["protocol_documents.content_hash"],
            name=op.f("fk_protocol_versions_content_hash"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_versions")),
        sa.UniqueConstraint(
            "clinic_id", "content_hash", name=op.f("uq_protocol_versions_clinic_id_content_hash")
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_protocol_versions_clinic_id_id")),
    )
    with op.batch_alter_table("protocol_versions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_protocol_versions_current", ["clinic_id", "procedure", "created_at"], unique=False
        )

    op.create_table(
        "care_plans",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("protocol_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "active",
                "on_hold",
                "completed",
                "revoked",
                name="careplanstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("variant", sa.String(length=32), nullable=True),
        sa.Column(
            "area",
            sa.Enum(
                "full_face",
                "around_eyes",
                "mouth",
                "neck_chest",
                "hands",
                "body",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("treated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("treated_on", sa.Date(), nullable=False),
        sa.Column("risks_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_care_plans_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "protocol_version_id"],
            ["protocol_versions.clinic_id", "protocol_versions.id"],
            name=op.f("fk_care_plans_clinic_id_protocol_version_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_care_plans_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plans")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_care_plans_clinic_id_id")),
    )
    with op.batch_alter_table("care_plans", schema=None) as batch_op:
        batch_op.create_index("ix_care_plans_patient", ["patient_id"], unique=False)

    op.create_table(
        "devices",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "revoked", name="devicestate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("reported_zone", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "revoked_by",
            sa.Enum(
                "clinic", "patient", name="revokedby", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_devices_revoked_says_by_whom")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_devices_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_devices_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_devices_clinic_id_id")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index("ix_devices_patient", ["patient_id"], unique=False)

    op.create_table(
        "event_conflicts",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_event_conflicts_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_event_conflicts_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_conflicts")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_event_conflicts_clinic_id_id")),
        sa.UniqueConstraint(
            "patient_id",
            "event_id",
            "payload_hash",
            name=op.f("uq_event_conflicts_patient_id_event_id_payload_hash"),
        ),
    )
    op.create_table(
        "quarantined_events",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_quarantined_events_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_quarantined_events_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_quarantined_events_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_events")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_quarantined_events_clinic_id_id")),
        sa.UniqueConstraint(
            "patient_id",
            "event_id",
            "payload_hash",
            name=op.f("uq_quarantined_events_patient_id_event_id_payload_hash"),
        ),
    )
    with op.batch_alter_table("quarantined_events", schema=None) as batch_op:
        batch_op.create_index("ix_quarantined_events_device", ["device_id"], unique=False)
        batch_op.create_index("ix_quarantined_events_newest", ["clinic_id", "received_at"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column(
            "value",
            sa.Enum(
                "done",
                "snoozed",
                "skipped",
                "undone",
                name="outcomevalue",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(value = 'snoozed') = (until IS NOT NULL)", name=op.f("ck_outcomes_snoozed_says_until")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_outcomes_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "event_id", "occurrence_id", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index("ix_outcomes_occurrence", ["patient_id", "occurrence_id"], unique=False)

    op.create_table(
        "patient_identifiers",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=200), nullable=False),
        sa.Column("value_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_patient_identifiers_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_patient_identifiers_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_identifiers")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_identifiers_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "system",
            "value_index",
            name=op.f("uq_patient_identifiers_clinic_id_system_value_index"),
        ),
    )
    op.create_table(
        "patient_keys",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("master_key_id", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_patient_keys_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_patient_keys")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["memberships.clinic_id", "memberships.staff_id"],
            name=op.f("fk_staff_sessions_clinic_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "device_credentials",
        sa.Column("credential_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cookie", "token", name="credentialkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_device_credentials_clinic_id_device_id"),
        ),
        sa.PrimaryKeyConstraint("credential_hash", name=op.f("pk_device_credentials")),
    )
    with op.batch_alter_table("device_credentials", schema=None) as batch_op:
        batch_op.create_index("ix_device_credentials_device", ["device_id"], unique=False)

    op.create_table(
        "facts",
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name",
            sa.Enum(
                "skin_closed",
                "scabs_gone",
                "bruise_gone",
                name="factname",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("said_by IN ('patient', 'clinic')", name=op.f("ck_facts_said_by")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "care_plan_id"],
            ["care_plans.clinic_id", "care_plans.id"],
            name=op.f("fk_facts_clinic_id_care_plan_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_facts_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_facts_clinic_id_id")),
    )
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.create_index("ix_facts_plan", ["care_plan_id", "name"], unique=False)

    op.create_table(
        "joins",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_device_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_joins_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "made_by_device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_joins_clinic_id_made_by_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_joins_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_joins_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joins")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_joins_clinic_id_id")),
        sa.UniqueConstraint("code_index", name=op.f("uq_joins_code_index")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_joins_token_hash")),
    )
    with op.batch_alter_table("joins", schema=None) as batch_op:
        batch_op.create_index("ix_joins_patient", ["patient_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder",
                "test",
                "alert",
                "message",
                "summary",
                "follow_up",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("slot_key", sa.String(length=80), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nominal_day", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "sending",
                "sent",
                "expired",
                "cancelled",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ended_because", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ended_because IN ('too_late', 'collapsed', 'answered')", name=op.f("ck_notices_ended_because")
        ),
        sa.CheckConstraint("(patient_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_notices_one_person")),
        sa.CheckConstraint("useful_until > due_at", name=op.f("ck_notices_useful_after_due")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_notices_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_notices_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["memberships.clinic_id", "memberships.staff_id"],
            name=op.f("fk_notices_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_notices_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_notices_clinic_id_id")),
        sa.UniqueConstraint("patient_id", "slot_key", name=op.f("uq_notices_patient_id_slot_key")),
        sa.UniqueConstraint("staff_id", "slot_key", name=op.f("uq_notices_staff_id_slot_key")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notices_open",
            ["useful_until"],
            unique=False,
            postgresql_where=sa.text("state IN ('planned', 'sending')"),
            sqlite_where=sa.text("state IN ('planned', 'sending')"),
        )
        batch_op.create_index("ix_notices_patient_due", ["patient_id", "due_at"], unique=False)
        batch_op.create_index(
            "ix_notices_planned",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'planned'"),
            sqlite_where=sa.text("state = 'planned'"),
        )
        batch_op.create_index(
            "ix_notices_staff",
            ["state", "due_at"],
            unique=False,
            postgresql_where=sa.text("staff_id IS NOT NULL"),
            sqlite_where=sa.text("staff_id IS NOT NULL"),
        )

    op.create_table(
        "patient_events",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("schema", sa.SmallInteger(), nullable=False),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rejected", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_patient_events_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_patient_events_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "event_id", name=op.f("pk_patient_events")),
    )
    with op.batch_alter_table("patient_events", schema=None) as batch_op:
        batch_op.create_index("ix_patient_events_device_seq", ["device_id", "seq"], unique=False)

    op.create_table(
        "targets",
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "push",
                "email",
                "phone",
                name="targetkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "live",
                "gone",
                "left",
                "retired",
                name="targetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=2048), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("p256dh", sa.String(length=128), nullable=True),
        sa.Column("auth", sa.String(length=64), nullable=True),
        sa.Column("vapid_key_id", sa.String(length=64), nullable=True),
        sa.Column("suspect_failures", sa.Integer(), nullable=False),
        sa.Column("suspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'push' OR (p256dh IS NOT NULL AND auth IS NOT NULL AND vapid_key_id IS NOT NULL)",
            name=op.f("ck_targets_push_has_keys"),
        ),
        sa.CheckConstraint("(patient_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_targets_one_person")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_targets_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_targets_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["memberships.clinic_id", "memberships.staff_id"],
            name=op.f("fk_targets_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_targets_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_targets_clinic_id_id")),
    )
    with op.batch_alter_table("targets", schema=None) as batch_op:
        batch_op.create_index("ix_targets_address", ["address"], unique=False)
        batch_op.create_index("ix_targets_patient", ["patient_id", "state"], unique=False)
        batch_op.create_index("ix_targets_staff", ["staff_id", "state"], unique=False)
        batch_op.create_index(
            "ix_targets_service",
            ["origin", "vapid_key_id"],
            unique=False,
            postgresql_where=sa.text("state = 'live'"),
            sqlite_where=sa.text("state = 'live'"),
        )
        batch_op.create_index(
            "uq_targets_live_address",
            ["address"],
            unique=True,
            postgresql_where=sa.text("kind = 'push' AND state = 'live'"),
            sqlite_where=sa.text("kind = 'push' AND state = 'live'"),
        )
        batch_op.create_index(
            "uq_targets_live_device",
            ["device_id"],
            unique=True,
            postgresql_where=sa.text("kind = 'push' AND state = 'live'"),
            sqlite_where=sa.text("kind = 'push' AND state = 'live'"),
        )

    op.create_table(
        "tasks",
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_tasks_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "care_plan_id"],
            ["care_plans.clinic_id", "care_plans.id"],
            name=op.f("fk_tasks_clinic_id_care_plan_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_tasks_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint(
            "care_plan_id", "step_id", "version", name=op.f("uq_tasks_care_plan_id_step_id_version")
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_tasks_clinic_id_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "push",
                "email",
                "phone",
                name="targetkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "leased",
                "accepted",
                "gone",
                "refused",
                "expired",
                "dead",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "notice_id"],
            ["notices.clinic_id", "notices.id"],
            name=op.f("fk_deliveries_clinic_id_notice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "target_id"],
            ["targets.clinic_id", "targets.id"],
            name=op.f("fk_deliveries_clinic_id_target_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_deliveries_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_deliveries_clinic_id_id")),
        sa.UniqueConstraint("notice_id", "target_id", name=op.f("uq_deliveries_notice_id_target_id")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_open",
            ["channel", "rank", "next_try_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'leased')"),
            sqlite_where=sa.text("state IN ('pending', 'leased')"),
        )
        batch_op.create_index("ix_deliveries_target", ["target_id"], unique=False)

    op.create_table(
        "notice_items",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("snooze", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prepare",
                "sun",
                "sunscreen",
                "cooling",
                "wound_care",
                "comfort",
                "check_in",
                "skin_check",
                "medicine",
                "visit",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("text_id", sa.String(length=96), nullable=False),
        sa.Column("nominal_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "care_plan_id"],
            ["care_plans.clinic_id", "care_plans.id"],
            name=op.f("fk_notice_items_clinic_id_care_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "notice_id"],
            ["notices.clinic_id", "notices.id"],
            name=op.f("fk_notice_items_clinic_id_notice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_notice_items_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "occurrence_id", name=op.f("pk_notice_items")),
        sa.UniqueConstraint(
            "patient_id",
            "occurrence_id",
            "snooze",
            name=op.f("uq_notice_items_patient_id_occurrence_id_snooze"),
        ),
    )
    op.create_table(
        "receipts",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "shown",
                "opened",
                "dismissed",
                name="receiptkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_receipts_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "notice_id"],
            ["notices.clinic_id", "notices.id"],
            name=op.f("fk_receipts_clinic_id_notice_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_receipts_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_receipts_clinic_id_id")),
        sa.UniqueConstraint(
            "notice_id", "device_id", "kind", name=op.f("uq_receipts_notice_id_device_id_kind")
        ),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index("ix_receipts_device", ["device_id", "received_at"], unique=False)

    op.create_table(
        "clinic_changes",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_changes_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_clinic_changes")),
    )
    op.create_table(
        "alerts",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "acknowledged",
                "closed",
                name="alertstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "emergency",
                "same_day",
                "tell_clinic",
                "expected",
                "not_complete",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "acknowledged_level",
            sa.Enum(
                "emergency",
                "same_day",
                "tell_clinic",
                "expected",
                "not_complete",
                name="acknowledged_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "called",
                "reassured",
                "booked",
                "sent_to_emergency_care",
                "other",
                name="alertoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "called",
            sa.Enum(
                "yes",
                "no",
                "no_answer",
                name="calledanswer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopens_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_alerts_closed_with_an_outcome")
        ),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_alerts_acknowledged_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "acknowledged_by"],
            ["memberships.clinic_id", "memberships.staff_id"],
            name=op.f("fk_alerts_clinic_id_acknowledged_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "closed_by"],
            ["memberships.clinic_id", "memberships.staff_id"],
            name=op.f("fk_alerts_clinic_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_alerts_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "reopens_id"],
            ["alerts.clinic_id", "alerts.id"],
            name=op.f("fk_alerts_clinic_id_reopens_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_alerts_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alerts_clinic_id_id")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index("ix_alerts_patient", ["patient_id", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_alerts_unclosed",
            ["clinic_id"],
            unique=False,
            postgresql_where=sa.text("state <> 'closed'"),
            sqlite_where=sa.text("state <> 'closed'"),
        )
        batch_op.create_index(
            "uq_alerts_unclosed_patient",
            ["patient_id"],
            unique=True,
            postgresql_where=sa.text("state <> 'closed'"),
            sqlite_where=sa.text("state <> 'closed'"),
        )

    op.create_table(
        "check_in_ends",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("by_event_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=False),
        sa.CheckConstraint("because IN ('undone', 'superseded')", name=op.f("ck_check_in_ends_because")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_check_in_ends_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "event_id", "by_event_id", name=op.f("pk_check_in_ends")),
    )
    op.create_table(
        "check_ins",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "emergency",
                "same_day",
                "tell_clinic",
                "expected",
                "not_complete",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.Column("reasons", sa.String(length=500), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column(
            "phone_level",
            sa.Enum(
                "emergency",
                "same_day",
                "tell_clinic",
                "expected",
                "not_complete",
                name="phone_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("phone_rule_set", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "care_plan_id"],
            ["care_plans.clinic_id", "care_plans.id"],
            name=op.f("fk_check_ins_clinic_id_care_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_check_ins_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_check_ins_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_check_ins_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_check_ins_clinic_id_id")),
        sa.UniqueConstraint("patient_id", "event_id", name=op.f("uq_check_ins_patient_id_event_id")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index("ix_check_ins_patient_tapped", ["patient_id", "tapped_at"], unique=False)
        batch_op.create_index(
            "ix_check_ins_unjudged",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("judged_at IS NULL"),
            sqlite_where=sa.text("judged_at IS NULL"),
        )

    op.create_table(
        "alert_reasons",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "emergency",
                "same_day",
                "tell_clinic",
                "expected",
                "not_complete",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alerts.clinic_id", "alerts.id"],
            name=op.f("fk_alert_reasons_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "check_in_id"],
            ["check_ins.clinic_id", "check_ins.id"],
            name=op.f("fk_alert_reasons_clinic_id_check_in_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_alert_reasons_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_reasons")),
        sa.UniqueConstraint(
            "alert_id", "check_in_id", "rule", name=op.f("uq_alert_reasons_alert_id_check_in_id_rule")
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alert_reasons_clinic_id_id")),
    )

    op.create_table(
        "photos",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column(
            "slot",
            sa.Enum(
                "front",
                "left",
                "right",
                "spot",
                name="photoslot",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "stored",
                "deleted",
                name="photostate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kept_apart", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["devices.clinic_id", "devices.id"],
            name=op.f("fk_photos_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_photos_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_photos_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_photos_clinic_id_id")),
        sa.UniqueConstraint(
            "patient_id",
            "photo_id",
            "content_hash",
            name=op.f("uq_photos_patient_id_photo_id_content_hash"),
        ),
    )
    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.create_index(
            "uq_photos_first",
            ["patient_id", "photo_id"],
            unique=True,
            postgresql_where=sa.text("NOT kept_apart"),
            sqlite_where=sa.text("NOT kept_apart"),
        )
        batch_op.create_index(
            "uq_photos_slot",
            ["patient_id", "check_in_id", "slot"],
            unique=True,
            postgresql_where=sa.text("state = 'stored' AND NOT kept_apart"),
            sqlite_where=sa.text("state = 'stored' AND NOT kept_apart"),
        )


def downgrade() -> None:

    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_photos_slot",
            postgresql_where=sa.text("state = 'stored' AND NOT kept_apart"),
            sqlite_where=sa.text("state = 'stored' AND NOT kept_apart"),
        )
        batch_op.drop_index(
            "uq_photos_first",
            postgresql_where=sa.text("NOT kept_apart"),
            sqlite_where=sa.text("NOT kept_apart"),
        )

    op.drop_table("photos")
    op.drop_table("alert_reasons")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_check_ins_unjudged",
            postgresql_where=sa.text("judged_at IS NULL"),
            sqlite_where=sa.text("judged_at IS NULL"),
        )
        batch_op.drop_index("ix_check_ins_patient_tapped")

    op.drop_table("check_ins")
    op.drop_table("check_in_ends")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_alerts_unclosed_patient",
            postgresql_where=sa.text("state <> 'closed'"),
            sqlite_where=sa.text("state <> 'closed'"),
        )
        batch_op.drop_index(
            "ix_alerts_unclosed",
            postgresql_where=sa.text("state <> 'closed'"),
            sqlite_where=sa.text("state <> 'closed'"),
        )
        batch_op.drop_index("ix_alerts_patient")

    op.drop_table("alerts")
    op.drop_table("clinic_changes")
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_receipts_device")

    op.drop_table("receipts")
    op.drop_table("notice_items")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_target")
        batch_op.drop_index(
            "ix_deliveries_open",
            postgresql_where=sa.text("state IN ('pending', 'leased')"),
            sqlite_where=sa.text("state IN ('pending', 'leased')"),
        )

    op.drop_table("deliveries")
    op.drop_table("tasks")
    with op.batch_alter_table("targets", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_targets_live_device",
            postgresql_where=sa.text("kind = 'push' AND state = 'live'"),
            sqlite_where=sa.text("kind = 'push' AND state = 'live'"),
        )
        batch_op.drop_index(
            "uq_targets_live_address",
            postgresql_where=sa.text("kind = 'push' AND state = 'live'"),
            sqlite_where=sa.text("kind = 'push' AND state = 'live'"),
        )
        batch_op.drop_index(
            "ix_targets_service",
            postgresql_where=sa.text("state = 'live'"),
            sqlite_where=sa.text("state = 'live'"),
        )
        batch_op.drop_index("ix_targets_staff")
        batch_op.drop_index("ix_targets_patient")
        batch_op.drop_index("ix_targets_address")

    op.drop_table("targets")
    with op.batch_alter_table("patient_events", schema=None) as batch_op:
        batch_op.drop_index("ix_patient_events_device_seq")

    op.drop_table("patient_events")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notices_staff",
            postgresql_where=sa.text("staff_id IS NOT NULL"),
            sqlite_where=sa.text("staff_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_notices_planned",
            postgresql_where=sa.text("state = 'planned'"),
            sqlite_where=sa.text("state = 'planned'"),
        )
        batch_op.drop_index("ix_notices_patient_due")
        batch_op.drop_index(
            "ix_notices_open",
            postgresql_where=sa.text("state IN ('planned', 'sending')"),
            sqlite_where=sa.text("state IN ('planned', 'sending')"),
        )

    op.drop_table("notices")
    with op.batch_alter_table("joins", schema=None) as batch_op:
        batch_op.drop_index("ix_joins_patient")

    op.drop_table("joins")
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.drop_index("ix_facts_plan")

    op.drop_table("facts")
    with op.batch_alter_table("device_credentials", schema=None) as batch_op:
        batch_op.drop_index("ix_device_credentials_device")

    op.drop_table("device_credentials")
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sessions_staff_id"))

    op.drop_table("staff_sessions")
    op.drop_table("patient_keys")
    op.drop_table("patient_identifiers")
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index("ix_outcomes_occurrence")

    op.drop_table("outcomes")
    with op.batch_alter_table("quarantined_events", schema=None) as batch_op:
        batch_op.drop_index("ix_quarantined_events_newest")
        batch_op.drop_index("ix_quarantined_events_device")

    op.drop_table("quarantined_events")
    op.drop_table("event_conflicts")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index("ix_devices_patient")

    op.drop_table("devices")
    with op.batch_alter_table("care_plans", schema=None) as batch_op:
        batch_op.drop_index("ix_care_plans_patient")

    op.drop_table("care_plans")
    with op.batch_alter_table("protocol_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_protocol_versions_current")

    op.drop_table("protocol_versions")
    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_to_compose")

    op.drop_table("patients")
    op.drop_table("memberships")
    op.drop_table("clinic_hours")
    op.drop_table("clinic_holidays")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_clinic_time")

    op.drop_table("audit_entries")
    op.drop_table("vapid_keys")
    op.drop_table("throttles")
    op.drop_table("staff_accounts")
    op.drop_table("server_meta")
    op.drop_table("push_origins")
    op.drop_table("protocol_documents")
    op.drop_table("heartbeats")
    op.drop_table("demo_clock")
    op.drop_table("clinics")
