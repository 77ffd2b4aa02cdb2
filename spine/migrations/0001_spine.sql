-- The ground floor: the realm, the record, receipts, cursors, clocks (deadlines), accounts and files.

CREATE SCHEMA spine;

-- One row: this database is one realm.
CREATE TABLE spine.realm (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    name       text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('live', 'exercise', 'test')),
    title_zh   text NOT NULL,
    title_en   text NOT NULL,
    epoch      uuid NOT NULL,                 -- changes when the record is no longer the one that clients knew (restore)
    base_at    timestamptz,                   -- exercise clock: it was base_at when the wall showed base_wall
    base_wall  timestamptz,
    speed      double precision NOT NULL DEFAULT 1 CHECK (speed >= 0 AND speed <= 120),
    paused     boolean NOT NULL DEFAULT false,
    outbound   jsonb NOT NULL DEFAULT '{}'    -- who may be told from an exercise: {"addresses": [...]}
);

-- Position is (epoch, seq): assigned under this row's lock, so that seq order is commit order (invariant 4).
CREATE TABLE spine.stream_head (
    stream  text PRIMARY KEY CHECK (length(stream) BETWEEN 1 AND 120),
    seq     bigint NOT NULL,
    hash    bytea NOT NULL
);

-- `body` is the very text that goes over the wire; `hash` = sha256(previous hash || body).
CREATE TABLE spine.fact (
    stream      text NOT NULL,
    seq         bigint NOT NULL,
    kind        text NOT NULL,
    at          timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    by_id       text NOT NULL,
    command_id  uuid NOT NULL,
    body        text NOT NULL,
    hash        bytea NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE INDEX fact_command ON spine.fact (command_id);

-- The first answer to every command id, refusals included (invariant 2).
CREATE TABLE spine.receipt (
    command_id  uuid PRIMARY KEY,
    by_id       text NOT NULL,
    kind        text NOT NULL,
    digest      bytea NOT NULL,
    at          timestamptz NOT NULL,
    answer      text,
    refusal     text
);

CREATE TABLE spine.cursor (
    follower  text NOT NULL,
    stream    text NOT NULL,
    seq       bigint NOT NULL DEFAULT 0,
    failures  integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (follower, stream)
);

-- Every obligation with a time limit is a row here (statutory clocks, signatures, tasks, decisions).
CREATE TABLE spine.deadline (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    incident_id  uuid,
    subject_kind text NOT NULL,
    subject_id   uuid NOT NULL,
    department   text,
    area         text NOT NULL,
    title_zh     text NOT NULL,
    title_en     text NOT NULL,
    to_zh        text NOT NULL,
    to_en        text NOT NULL,
    started_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    passed_at    timestamptz,
    settled_at   timestamptz,
    outcome      text CHECK (outcome IN ('met', 'late', 'void')),
    UNIQUE (kind, subject_id)
);
CREATE INDEX deadline_due ON spine.deadline (due_at) WHERE settled_at IS NULL AND passed_at IS NULL;
CREATE INDEX deadline_open_incident ON spine.deadline (incident_id) WHERE settled_at IS NULL;
CREATE INDEX deadline_open_department ON spine.deadline (department) WHERE settled_at IS NULL;

CREATE TABLE spine.account (
    id             uuid PRIMARY KEY,
    login          text NOT NULL UNIQUE CHECK (login = lower(login)),
    name           text NOT NULL,
    password_hash  text NOT NULL,
    email          text,
    phone          text,
    locale         text NOT NULL DEFAULT 'zh',
    disabled       boolean NOT NULL DEFAULT false,
    demo_password  text                        -- only ever set for seeded training accounts
);
CREATE TABLE spine.account_grant (
    account_id  uuid NOT NULL REFERENCES spine.account,
    role        text NOT NULL,
    area        text NOT NULL,
    department  text,
    unit        text
);
CREATE INDEX account_grant_account ON spine.account_grant (account_id);
CREATE INDEX account_grant_department ON spine.account_grant (department);
CREATE INDEX account_grant_unit ON spine.account_grant (unit);
-- Sessions and tokens are kept as hashes: a copy of the table signs nobody in.
CREATE TABLE spine.session (
    token_hash  bytea PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES spine.account,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX session_account ON spine.session (account_id);
CREATE TABLE spine.api_token (
    id          uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    name        text NOT NULL,
    account_id  uuid REFERENCES spine.account,
    feed        text,                          -- a token of a feed signs as that feed and can do nothing else
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    CHECK ((account_id IS NULL) <> (feed IS NULL))
);

-- Attachments: bytes lie in the data directory under stored_sha256; commands name them by the hash that was uploaded.
CREATE TABLE spine.file (
    sha256        text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    stored_sha256 text NOT NULL,
    media_type    text NOT NULL,
    size          bigint NOT NULL,
    name          text,
    uploaded_by   text NOT NULL,
    at            timestamptz NOT NULL
);
