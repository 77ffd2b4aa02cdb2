-- Leaders' instructions, and opinions asked of several departments at once.

CREATE TABLE command.instruction (
    id               uuid PRIMARY KEY,
    no               text NOT NULL UNIQUE,
    incident_id      uuid,                     -- NULL: of no incident
    incident_title   text,
    area_code        text,                     -- whose boards it stands on
    leader_name      text NOT NULL,
    leader_post      text,
    leader_account   uuid,
    channel          text NOT NULL CHECK (channel IN ('oral', 'written', 'phone', 'video')),
    urgency          text NOT NULL,
    text             text NOT NULL CHECK (text <> ''),
    files            jsonb NOT NULL,
    state            text NOT NULL,
    given_at         timestamptz NOT NULL,
    captured_at      timestamptz NOT NULL,
    captured_by      jsonb NOT NULL,
    feedback_due     timestamptz NOT NULL,
    orders_open      integer NOT NULL DEFAULT 0,
    orders_closed    integer NOT NULL DEFAULT 0,
    orders_total     integer NOT NULL DEFAULT 0,
    urged            jsonb NOT NULL,           -- [{text, by, at}]
    escalated        jsonb NOT NULL,           -- [{post, post_zh, post_en, at}]
    answers          jsonb NOT NULL,           -- [{final, text, channel, to, reason, by, at}]
    sent_back        jsonb,
    ended            jsonb,
    version          integer NOT NULL DEFAULT 1,
    updated_at       timestamptz NOT NULL
);
CREATE INDEX instruction_incident ON command.instruction (incident_id);
CREATE INDEX instruction_open ON command.instruction (area_code) WHERE state NOT IN ('closed', 'cancelled');

CREATE TABLE command.consultation (
    id              uuid PRIMARY KEY,
    no              text NOT NULL UNIQUE,
    incident_id     uuid NOT NULL,
    incident_title  text NOT NULL,
    area_code       text,
    subject         text NOT NULL,
    title           text NOT NULL,
    question        text NOT NULL CHECK (question <> ''),
    safety          boolean NOT NULL,
    mode            text NOT NULL CHECK (mode IN ('explicit', 'tacit')),
    asker           jsonb NOT NULL,            -- {id, name, department}
    asker_department text REFERENCES command.department,
    lead            text NOT NULL REFERENCES command.department,
    state           text NOT NULL CHECK (state IN ('asked', 'ready', 'answered', 'withdrawn')),
    merge_minutes   integer NOT NULL CHECK (merge_minutes > 0),
    merge_due       timestamptz,
    merge_escalated jsonb NOT NULL,
    requested_at    timestamptz NOT NULL,
    answer          jsonb,
    withdrawn       jsonb,
    ended_at        timestamptz,
    version         integer NOT NULL DEFAULT 1,
    updated_at      timestamptz NOT NULL,
    -- Silence is never consent where somebody's life may depend on it.
    CHECK (NOT (safety AND mode = 'tacit'))
);
CREATE INDEX consultation_incident ON command.consultation (incident_id);
CREATE INDEX consultation_lead ON command.consultation (lead);
CREATE INDEX consultation_asker ON command.consultation (asker_department);

CREATE TABLE command.opinion (
    id               uuid PRIMARY KEY,
    consultation_id  uuid NOT NULL REFERENCES command.consultation,
    place            integer NOT NULL,         -- in the order they were asked
    department       text NOT NULL REFERENCES command.department,
    question         text,
    minutes          integer NOT NULL CHECK (minutes > 0),
    asked_at         timestamptz NOT NULL,
    due              timestamptz NOT NULL,
    state            text NOT NULL CHECK (state IN ('asked', 'escalated', 'given', 'tacit')),
    stance           text CHECK (stance IN ('agree', 'conditions', 'disagree', 'abstain')),
    text             text,
    decision_mode    text CHECK (decision_mode IN ('explicit', 'tacit', 'escalated')),
    given            jsonb,                    -- {by, at, as: {kind, id, zh, en}}
    escalated        jsonb NOT NULL,           -- [{post, post_zh, post_en, at}]
    late             jsonb NOT NULL,           -- [{stance, text, by, at}]
    UNIQUE (consultation_id, department),
    UNIQUE (consultation_id, place),
    CHECK ((state IN ('given', 'tacit')) = (stance IS NOT NULL)),
    CHECK ((stance IS NULL) = (decision_mode IS NULL))
);
CREATE INDEX opinion_department ON command.opinion (department);
