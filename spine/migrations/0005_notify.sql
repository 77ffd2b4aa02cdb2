-- Telling people, and proving it: one message, one delivery per person and channel.

CREATE SCHEMA notify;

CREATE TABLE notify.message (
    id           uuid PRIMARY KEY,
    incident_id  uuid,
    task_id      uuid,
    kind         text NOT NULL,
    subject      text NOT NULL,
    text         text NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX message_incident ON notify.message (incident_id);
CREATE INDEX message_task ON notify.message (task_id);

CREATE TABLE notify.delivery (
    id           uuid PRIMARY KEY,
    message_id   uuid NOT NULL REFERENCES notify.message,
    channel      text NOT NULL CHECK (channel IN ('in_app', 'smtp')),
    account_id   uuid NOT NULL REFERENCES spine.account,
    name         text NOT NULL,
    address      text,
    subject      text NOT NULL,
    text         text NOT NULL,
    state        text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'read', 'answered', 'failed')),
    queued_at    timestamptz NOT NULL,
    sent_at      timestamptz,
    delivered_at timestamptz,
    read_at      timestamptz,
    answered_at  timestamptz,
    failed_at    timestamptz,
    error        text,
    attempts     integer NOT NULL DEFAULT 0,
    next_try_at  timestamptz
);
CREATE INDEX delivery_message ON notify.delivery (message_id);
CREATE INDEX delivery_account ON notify.delivery (account_id);
CREATE INDEX delivery_waiting ON notify.delivery (next_try_at) WHERE state = 'queued' AND channel <> 'in_app';
