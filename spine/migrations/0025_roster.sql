-- People with their posts, duty shifts with seats, swaps, leave, spot checks, handovers, and calendar links.

ALTER TABLE command.person
    ADD COLUMN pinyin      text NOT NULL DEFAULT '',   -- "chen xiao yu cxy", for search
    ADD COLUMN department  text REFERENCES command.department,
    ADD COLUMN area_code   text,                       -- a village reporter's township; NULL = where his department is
    ADD COLUMN place       text,                       -- the village or community he answers for
    ADD COLUMN mobile      text,
    ADD COLUMN duties      text[] NOT NULL DEFAULT '{}',
    ADD COLUMN account_id  uuid UNIQUE REFERENCES spine.account,
    ADD COLUMN left_at     timestamptz,                -- he serves no more; his name stays in what he did
    ADD COLUMN version     integer NOT NULL DEFAULT 1;
CREATE INDEX person_department ON command.person (department);

-- The positions that somebody holds besides his first one.
CREATE TABLE command.holding (
    person_id   text NOT NULL REFERENCES command.person,
    department  text NOT NULL REFERENCES command.department,
    title_zh    text NOT NULL,
    title_en    text NOT NULL,
    PRIMARY KEY (person_id, department, title_zh)
);
CREATE INDEX holding_department ON command.holding (department);

-- How often the roster of an area changed ('' = the city). The city's row is the lock of every change of the roster.
CREATE TABLE command.roster_head (
    area     text PRIMARY KEY,
    changes  bigint NOT NULL DEFAULT 0,
    at       timestamptz
);
INSERT INTO command.roster_head (area) VALUES ('');

CREATE TABLE command.shift (
    id          uuid PRIMARY KEY,
    post        text NOT NULL REFERENCES command.duty,
    seat        integer NOT NULL CHECK (seat > 0),
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    person_id   text REFERENCES command.person,        -- NULL = an empty seat
    origin      text NOT NULL CHECK (origin IN ('rotation', 'hand', 'swap', 'import')),
    note        text,
    version     integer NOT NULL,
    updated_at  timestamptz NOT NULL,
    CHECK (ends_at > starts_at),
    UNIQUE (post, seat, starts_at)
);
CREATE INDEX shift_post ON command.shift (post, starts_at);
CREATE INDEX shift_person ON command.shift (person_id, starts_at);
CREATE INDEX shift_starts ON command.shift (starts_at);

-- The roster as it was: whole days from 08:30 Beijing time, first seat.
INSERT INTO command.shift (id, post, seat, starts_at, ends_at, person_id, origin, version, updated_at)
SELECT gen_random_uuid(), r.post, 1, (r.day + time '08:30') AT TIME ZONE 'Asia/Shanghai',
    (r.day + 1 + time '08:30') AT TIME ZONE 'Asia/Shanghai',
    (SELECT p.id FROM command.person p WHERE p.name = r.person ORDER BY p.id LIMIT 1), 'rotation', 1,
    (r.day + time '08:30') AT TIME ZONE 'Asia/Shanghai'
FROM command.roster r;
DROP TABLE command.roster;

CREATE TABLE command.shift_swap (
    id             uuid PRIMARY KEY,
    shift_id       uuid NOT NULL,                      -- what the asker gives away
    in_return_id   uuid,                               -- what he takes for it, NULL = nothing
    from_person    text NOT NULL REFERENCES command.person,
    to_person      text NOT NULL REFERENCES command.person,
    post           text NOT NULL REFERENCES command.duty,
    begins_at      timestamptz NOT NULL,               -- the first of the two shifts: until then it can be approved
    reason         text NOT NULL,
    state          text NOT NULL CHECK (state IN ('asked', 'agreed', 'approved', 'declined', 'rejected', 'withdrawn', 'lapsed')),
    asked          jsonb NOT NULL,                     -- {by, at}
    answered       jsonb,                              -- {by, at, reason}
    decided        jsonb,                              -- {by, at, reason, post}
    version        integer NOT NULL,
    CHECK (from_person <> to_person)
);
CREATE UNIQUE INDEX swap_one_open ON command.shift_swap (shift_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX swap_return ON command.shift_swap (in_return_id) WHERE in_return_id IS NOT NULL;
CREATE INDEX swap_from ON command.shift_swap (from_person);
CREATE INDEX swap_to ON command.shift_swap (to_person);
CREATE INDEX swap_post ON command.shift_swap (post);

CREATE TABLE command.leave (
    id         uuid PRIMARY KEY,
    person_id  text NOT NULL REFERENCES command.person,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL,
    kind       text NOT NULL,                          -- personal: never in a fact
    reason     text,
    cancelled  jsonb,                                  -- {by, at, reason}
    entered    jsonb NOT NULL,                         -- {by, at}
    version    integer NOT NULL,
    CHECK (to_at > from_at)
);
CREATE INDEX leave_person ON command.leave (person_id, from_at);

CREATE TABLE command.spot_check (
    id        uuid PRIMARY KEY,
    post      text NOT NULL REFERENCES command.duty,
    shift_id  uuid,
    expected  text,                                    -- who was meant to be there; NULL = nobody was
    means     text NOT NULL CHECK (means IN ('video', 'phone', 'visit')),
    result    text NOT NULL CHECK (result IN ('present', 'replaced', 'absent', 'no_answer')),
    note      text,
    by        jsonb NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX spot_check_post ON command.spot_check (post, at);

ALTER TABLE command.duty
    ADD COLUMN how     text CHECK (how IN ('first', 'handover', 'emergency')),
    ADD COLUMN reason  text,                           -- why it was taken without a handover
    ADD COLUMN until   timestamptz;                    -- the end of the shift that its clock runs for

CREATE TABLE command.handover (
    id           uuid PRIMARY KEY,
    post         text NOT NULL REFERENCES command.duty,
    from_id      uuid NOT NULL,
    from_name    text NOT NULL,
    to_person    text,                                 -- who is on the roster next; NULL = nobody known
    state        text NOT NULL CHECK (state IN ('offered', 'completed', 'refused', 'withdrawn', 'superseded')),
    sheet        jsonb NOT NULL,                       -- what the outgoing one signed, with the versions it rests on
    digest       text NOT NULL,
    checks       jsonb NOT NULL,
    words        text NOT NULL,
    signed_out   jsonb NOT NULL,                       -- {by, at}
    signed_in    jsonb,                                -- {by, at, sheet, digest, changes}
    ended        jsonb,                                -- {by, at, reason} when refused, withdrawn or superseded
    version      integer NOT NULL,
    CHECK ((state = 'completed') = (signed_in IS NOT NULL))
);
CREATE UNIQUE INDEX handover_one_open ON command.handover (post) WHERE state = 'offered';
CREATE INDEX handover_post ON command.handover (post);

-- A link that a calendar program reads by itself. The secret is made by whoever shares it; only its hash is here.
CREATE TABLE command.roster_calendar (
    id          uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    account_id  uuid NOT NULL REFERENCES spine.account,
    subject     text NOT NULL CHECK (subject IN ('person', 'post')),
    key         text NOT NULL,
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);
CREATE INDEX roster_calendar_account ON command.roster_calendar (account_id);
