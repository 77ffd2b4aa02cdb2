-- Versions of plans (预案): the shipped files are the first ones, the city's own follow. A content that has left the draft never changes.

CREATE TABLE command.plan_version (
    plan_id     text NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    state       text NOT NULL CHECK (state IN ('draft', 'reviewed', 'approved', 'filed', 'in_force', 'superseded', 'withdrawn')),
    content     jsonb NOT NULL,
    digest      text NOT NULL,                    -- SHA-256 of the content's canonical JSON
    origin      text NOT NULL CHECK (origin IN ('shipped', 'city')),
    edition     integer,                          -- version of the shipped file that it was taken from
    based_on    integer,                          -- version that a draft was begun from
    writers     text[] NOT NULL,                  -- ids of those who wrote in it: none of them reviews or approves it
    author      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    history     jsonb NOT NULL,                   -- [{action, by, at, reason, …}]
    changes     integer NOT NULL,
    PRIMARY KEY (plan_id, version),
    CHECK ((origin = 'shipped') = (edition IS NOT NULL))
);
CREATE UNIQUE INDEX plan_in_force ON command.plan_version (plan_id) WHERE state = 'in_force';
