-- Command: departments, posts, duty, field units, responses, orders, and exercises.

CREATE SCHEMA command;

CREATE TABLE command.department (
    code       text PRIMARY KEY,
    zh         text NOT NULL,
    en         text NOT NULL,
    role_zh    text NOT NULL,
    role_en    text NOT NULL,
    basis      text NOT NULL CHECK (basis IN ('statute', 'customary')),
    source     text NOT NULL,
    area_code  text,                         -- a county's desk; NULL = the city's own
    parent     text REFERENCES command.department,
    sort       integer NOT NULL
);

CREATE TABLE command.person (
    id        text PRIMARY KEY,
    name      text NOT NULL,
    title_zh  text NOT NULL,
    title_en  text NOT NULL,
    phone     text
);

-- A post and who holds it now; nobody until somebody takes it.
CREATE TABLE command.duty (
    post        text PRIMARY KEY,
    post_zh     text NOT NULL,
    post_en     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('duty', 'command')),
    area_code   text NOT NULL,
    holders     text[] NOT NULL,
    account_id  uuid,
    person      text,
    since       timestamptz,
    CHECK ((account_id IS NULL) = (since IS NULL))
);
CREATE INDEX duty_account ON command.duty (account_id);

CREATE TABLE command.roster (
    day     date NOT NULL,
    post    text NOT NULL REFERENCES command.duty,
    person  text NOT NULL,
    phone   text,
    PRIMARY KEY (day, post)
);
CREATE INDEX roster_post ON command.roster (post);

CREATE TABLE command.unit (
    id            uuid PRIMARY KEY,
    code          text UNIQUE,
    call_sign     text NOT NULL UNIQUE,
    name          text NOT NULL,
    name_en       text,
    department    text NOT NULL REFERENCES command.department,
    kind          text NOT NULL,
    capabilities  text[] NOT NULL,
    crew          integer NOT NULL CHECK (crew > 0),
    status        text NOT NULL,
    status_at     timestamptz,
    home          geometry(Point, 4326),
    point         geometry(Point, 4326),     -- where it last said it was; its home until it has (seen_at is then NULL)
    origin        text NOT NULL DEFAULT 'WGS84',
    accuracy_m    double precision,
    seen_at       timestamptz,
    task_id       uuid,
    need_help     jsonb,
    phone         text,
    area_code     text,
    version       integer NOT NULL DEFAULT 1
);
CREATE INDEX unit_department ON command.unit (department);
CREATE INDEX unit_task ON command.unit (task_id);

CREATE TABLE command.response (
    id              uuid PRIMARY KEY,
    incident_id     uuid NOT NULL,
    plan_id         text NOT NULL,
    plan_zh         text NOT NULL,
    plan_en         text NOT NULL,
    state           text NOT NULL CHECK (state IN ('proposed', 'active', 'ended', 'declined')),
    suggested       jsonb NOT NULL,          -- {level, reasons, by, at}: never overwritten by the decision
    decided         jsonb,                   -- {level or null, by, at, reason}
    ended           jsonb,                   -- {by, at, reason}
    proposed_tasks  jsonb NOT NULL,
    approved_by     text NOT NULL,
    proposed_at     timestamptz NOT NULL,
    decide_by       timestamptz NOT NULL,
    version         integer NOT NULL
);
CREATE INDEX response_incident ON command.response (incident_id);
CREATE UNIQUE INDEX response_one_proposed ON command.response (incident_id, plan_id) WHERE state = 'proposed';
CREATE UNIQUE INDEX response_one_active ON command.response (incident_id, plan_id) WHERE state = 'active';

CREATE TABLE command.task (
    id              uuid PRIMARY KEY,
    no              text NOT NULL UNIQUE,
    incident_id     uuid NOT NULL,
    incident_title  text NOT NULL,           -- as it was when the order was given
    area_code       text,
    response_id     uuid REFERENCES command.response,
    code            text,
    title           text NOT NULL,
    title_en        text,
    text            text NOT NULL,
    text_en         text,
    department      text NOT NULL REFERENCES command.department,
    support         text[] NOT NULL,
    unit_id         uuid REFERENCES command.unit,
    clause          text,
    source          text,
    deliverable     text,
    point           geometry(Point, 4326),
    origin          text,
    place           text,
    state           text NOT NULL,
    state_at        timestamptz NOT NULL,
    issued_at       timestamptz NOT NULL,
    sign_minutes    integer NOT NULL CHECK (sign_minutes > 0),
    due_minutes     integer NOT NULL CHECK (due_minutes > 0),
    sign_due        timestamptz NOT NULL,
    due             timestamptz NOT NULL,
    signed_at       timestamptz,
    submitted_at    timestamptz,
    closed_at       timestamptz,
    arrived_at      timestamptz,
    returned        jsonb,
    progress        jsonb,
    need_help       jsonb,
    version         integer NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX task_incident ON command.task (incident_id);
CREATE INDEX task_response ON command.task (response_id);
CREATE INDEX task_department ON command.task (department, state);
CREATE INDEX task_unit ON command.task (unit_id);

-- Exercises live in databases of their own; in the live realm these three tables stay empty.
CREATE TABLE command.exercise (
    id           uuid PRIMARY KEY,
    only_one     boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one),
    scenario     text NOT NULL,
    title_zh     text NOT NULL,
    title_en     text NOT NULL,
    starts_at    timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('running', 'ended')),
    ended        jsonb,                      -- {by, at, reason}
    version      integer NOT NULL
);
CREATE TABLE command.inject (
    id            uuid PRIMARY KEY,
    exercise_id   uuid NOT NULL REFERENCES command.exercise,
    no            text NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('planned', 'delivered', 'skipped')),
    delivered_at  timestamptz,
    delivered_by  jsonb,
    reason        text,
    outcome       jsonb,                     -- what the command that it stands for came to
    done          boolean NOT NULL DEFAULT false,
    version       integer NOT NULL,
    UNIQUE (exercise_id, no)
);
CREATE INDEX inject_due ON command.inject (due_at) WHERE NOT done;
CREATE TABLE command.rating (
    id           uuid PRIMARY KEY,
    exercise_id  uuid NOT NULL REFERENCES command.exercise,
    inject_id    uuid REFERENCES command.inject,
    criterion    text NOT NULL,
    rating       text NOT NULL CHECK (rating IN ('P', 'S', 'M', 'U')),
    text         text NOT NULL,
    by           jsonb NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX rating_exercise ON command.rating (exercise_id);
CREATE INDEX rating_inject ON command.rating (inject_id);
