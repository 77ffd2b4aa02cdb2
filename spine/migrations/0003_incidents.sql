-- Incidents: alerts of other authorities, calls, incidents, figures, reports, notes, links, and the feeds they come by.

CREATE SCHEMA incidents;

CREATE TABLE incidents.alert (
    id              uuid PRIMARY KEY,
    feed            text NOT NULL,
    external_id     text NOT NULL,
    aliases         text[] NOT NULL,          -- every identity this alert has had, the newest last
    revision        text NOT NULL,
    source          text NOT NULL,
    headline        text NOT NULL,
    text            text NOT NULL,
    status          text NOT NULL,
    class_key       text,
    colour          text,
    severity        text,
    urgency         text,
    certainty       text,
    sent_at         timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    onset_at        timestamptz,
    expires_at      timestamptz,
    lon             double precision,
    lat             double precision,
    point           geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED,
    geometry        jsonb,
    magnitude       double precision,
    depth_km        double precision,
    distance_km     double precision,         -- from the city's area; NULL when it is not known where
    inside_area     boolean,
    area_code       text,
    area_text       text,
    language        text,
    state           text NOT NULL,
    on_board        boolean NOT NULL DEFAULT true,
    incident_id     uuid,
    acknowledged    jsonb,
    version         integer NOT NULL
);
CREATE INDEX alert_feed_aliases ON incidents.alert USING gin (aliases);
CREATE INDEX alert_board ON incidents.alert (sent_at) WHERE on_board;
CREATE INDEX alert_incident ON incidents.alert (incident_id);
CREATE INDEX alert_received ON incidents.alert (feed, received_at);

CREATE TABLE incidents.call (
    id            uuid PRIMARY KEY,
    no            text NOT NULL UNIQUE,
    caller_name   text,
    caller_phone  text,
    source        text NOT NULL,
    text          text NOT NULL,
    place         text,
    lon           double precision,
    lat           double precision,
    origin        text,
    area_code     text,
    class_key     text,
    figures       jsonb NOT NULL,
    occurred_at   timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    by            jsonb NOT NULL,
    missing       text[] NOT NULL,
    state         text NOT NULL,
    incident_id   uuid,
    version       integer NOT NULL
);
CREATE INDEX call_open ON incidents.call (received_at) WHERE state = 'open';
CREATE INDEX call_incident ON incidents.call (incident_id);

CREATE TABLE incidents.incident (
    id               uuid PRIMARY KEY,
    no               text NOT NULL UNIQUE,
    title            text NOT NULL,
    class_key        text NOT NULL,
    status           text NOT NULL,
    place            text NOT NULL,
    lon              double precision,
    lat              double precision,
    origin           text,
    point            geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED,
    area_code        text NOT NULL,
    occurred_at      timestamptz NOT NULL,
    opened_at        timestamptz NOT NULL,
    description      text,
    incident_area    jsonb,
    impact_area      jsonb,
    sensitive        boolean NOT NULL,
    from_alert       uuid,
    from_call        uuid,
    opened_by        jsonb NOT NULL,
    closed           jsonb,
    grade_suggested  jsonb,
    grade_decided    jsonb,
    response         jsonb,
    tasks_open       integer NOT NULL DEFAULT 0,
    tasks_closed     integer NOT NULL DEFAULT 0,
    tasks_total      integer NOT NULL DEFAULT 0,
    version          integer NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE INDEX incident_status ON incidents.incident (status, opened_at);
CREATE INDEX incident_point ON incidents.incident USING gist (point);

-- Counters of document numbers, one per area and day.
CREATE TABLE incidents.number (
    prefix  text PRIMARY KEY,
    last    integer NOT NULL
);

-- Who has to do with an incident besides those who oversee its area: departments and units with an order in it.
CREATE TABLE incidents.involvement (
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    department   text,
    unit_id      uuid,
    since        timestamptz NOT NULL,
    CHECK ((department IS NULL) <> (unit_id IS NULL)),
    UNIQUE (incident_id, department),
    UNIQUE (incident_id, unit_id)
);
CREATE INDEX involvement_department ON incidents.involvement (department);
CREATE INDEX involvement_unit ON incidents.involvement (unit_id);

-- The newest value of each figure; what it was before stands in the record. NULL: withdrawn, not known again.
CREATE TABLE incidents.figure (
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    metric       text NOT NULL,
    value        double precision,
    source       text NOT NULL,
    observed_at  timestamptz NOT NULL,
    by           jsonb NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (incident_id, metric)
);

CREATE TABLE incidents.report (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    form         text NOT NULL,
    channel      text NOT NULL,
    no           integer NOT NULL,
    recipient    text NOT NULL,
    text         text NOT NULL,
    signed_by    text NOT NULL,
    sent_at      timestamptz NOT NULL,
    by           jsonb NOT NULL,
    late         boolean NOT NULL,
    UNIQUE (incident_id, form, no)
);

CREATE TABLE incidents.note (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    task_id      uuid,
    unit_id      uuid,
    kind         text NOT NULL,
    text         text NOT NULL,
    files        jsonb NOT NULL,
    lon          double precision,
    lat          double precision,
    origin       text,
    occurred_at  timestamptz NOT NULL,
    at           timestamptz NOT NULL,
    by           jsonb NOT NULL,
    late         boolean NOT NULL
);
CREATE INDEX note_incident ON incidents.note (incident_id);

CREATE TABLE incidents.link (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    other_id     uuid NOT NULL REFERENCES incidents.incident,
    relation     text NOT NULL,
    at           timestamptz NOT NULL,
    by           jsonb NOT NULL,
    CHECK (incident_id <> other_id),
    UNIQUE (incident_id, other_id)
);
CREATE INDEX link_other ON incidents.link (other_id);

-- Documents that could not be taken, kept as they came, with what was wrong.
CREATE TABLE incidents.feed_document (
    sha256       text PRIMARY KEY,
    feed         text NOT NULL,
    size         integer NOT NULL,
    content      bytea NOT NULL,
    received_at  timestamptz NOT NULL
);
CREATE TABLE incidents.feed_rejection (
    id         uuid PRIMARY KEY,
    sha256     text NOT NULL,
    feed       text NOT NULL,
    element    text NOT NULL,
    reason_zh  text NOT NULL,
    reason_en  text NOT NULL,
    at         timestamptz NOT NULL
);
CREATE INDEX feed_rejection_document ON incidents.feed_rejection (sha256);

-- Watched addresses.
CREATE TABLE incidents.feed_source (
    address        text PRIMARY KEY,
    feed           text,                       -- NULL: judged by content
    every_s        integer NOT NULL CHECK (every_s >= 5),
    next_at        timestamptz NOT NULL,
    etag           text,
    last_modified  text,
    sha256         text,
    last_ok_at     timestamptz,
    last_error     text,
    failures       integer NOT NULL DEFAULT 0
);
