-- Responses with a history of levels and of the posts that were asked; proposals while they run (动态决策).

ALTER TABLE command.response
    ADD COLUMN plan_version  integer NOT NULL DEFAULT 1,
    ADD COLUMN asked         jsonb NOT NULL DEFAULT '[]',     -- [{post, zh, en, person, account_id, held, at, until, outcome}]
    ADD COLUMN history       jsonb NOT NULL DEFAULT '[]',     -- every decision on its level, the oldest first
    ADD COLUMN orders        jsonb NOT NULL DEFAULT '{}';     -- code -> {task_id, owner, purpose, title, other}

-- A proposal of the machine (or of the desk) that a person accepts, changes or rejects.
CREATE TABLE command.proposal (
    id             uuid PRIMARY KEY,
    incident_id    uuid NOT NULL,
    response_id    uuid NOT NULL REFERENCES command.response,
    plan_zh        text NOT NULL,
    plan_en        text NOT NULL,
    rule           text,                        -- the plan's watch rule, "trigger:<level>", or NULL: the desk's own
    kind           text NOT NULL CHECK (kind IN ('raise', 'lower', 'add_task', 'move_unit', 'extend_zone', 'stand_down')),
    level          text,                        -- of raise and lower
    task           text,                        -- code of add_task
    zh             text NOT NULL,
    en             text NOT NULL,
    reasons        jsonb NOT NULL,              -- [{zh, en, metric, value, threshold, at, clause, source, basis}]
    if_ignored_zh  text NOT NULL,
    if_ignored_en  text NOT NULL,
    automatic      boolean NOT NULL DEFAULT false,
    rests_on       jsonb NOT NULL,              -- {decisions: number of decisions on the level when it was made}
    state          text NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn', 'overtaken')),
    made           jsonb NOT NULL,              -- {by, at}
    asked          jsonb NOT NULL,
    decide_by      timestamptz NOT NULL,
    decided        jsonb,                       -- {by, post, at, reason, changed, done}
    cleared_at     timestamptz,                 -- the reason was gone since: it may be proposed again
    version        integer NOT NULL,
    CHECK ((state = 'open') = (decided IS NULL))
);
CREATE INDEX proposal_incident ON command.proposal (incident_id);
CREATE UNIQUE INDEX proposal_one_open ON command.proposal (response_id, rule) WHERE state = 'open' AND rule IS NOT NULL;
