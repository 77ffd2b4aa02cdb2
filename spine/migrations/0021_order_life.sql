-- An order's whole life: pauses, extensions, urging, supervision, the clock of each step, cards, and the log of what counts.

-- A silent clock is a time at which something must be looked at. It passes like any other, but nobody owes it:
-- it stands in no picture and its passing is told to the incident's stream alone.
ALTER TABLE spine.deadline ADD COLUMN silent boolean NOT NULL DEFAULT false;

ALTER TABLE command.task
    ADD COLUMN due_from       timestamptz,          -- when the total clock began to run, pauses taken out
    ADD COLUMN step_from      timestamptz,          -- the same of the present step; NULL: this step has no clock of its own
    ADD COLUMN step_due       timestamptz,
    ADD COLUMN pause          jsonb,                -- {cause, text, since, until, asked: by, granted: by}: the clocks stand still
    ADD COLUMN pause_ask      jsonb,                -- {cause, text, minutes, by, at}: asked for, nobody has decided
    ADD COLUMN extension_ask  jsonb,                -- {minutes, reason, by, at}
    ADD COLUMN extension      jsonb,                -- the last decision: {granted, minutes, reason, by, at}
    ADD COLUMN urged          jsonb,                -- {count, text, by, at}
    ADD COLUMN supervised     jsonb,                -- {reason, by, at}
    ADD COLUMN cards          jsonb NOT NULL DEFAULT '{}',  -- {clock: {level, due, at}}: how far each clock was escalated
    ADD COLUMN yellow_cards   integer NOT NULL DEFAULT 0,
    ADD COLUMN red_cards      integer NOT NULL DEFAULT 0,
    ADD CHECK ((step_from IS NULL) = (step_due IS NULL));
UPDATE command.task SET due_from = issued_at;
ALTER TABLE command.task ALTER COLUMN due_from SET NOT NULL;

-- What supervision counts, one short row each, so that its board is one query over one table.
CREATE TABLE command.task_event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id      uuid NOT NULL REFERENCES command.task,
    incident_id  uuid NOT NULL,
    area_code    text,
    department   text NOT NULL,                     -- whose it counts as
    at           timestamptz NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('card', 'urge', 'return', 'reissue', 'send_back', 'pause', 'pause_refused',
                     'extension', 'extension_refused', 'supervise', 'release')),
    clock        text CHECK (clock IN ('task_sign', 'task_step', 'task_due')),      -- card: which clock
    level        text CHECK (level IN ('yellow', 'red', 'severe')),                 -- card
    cause        text,                              -- card: which rule of rules/escalation.yaml; pause: why
    minutes      integer,                           -- extension: granted; pause: asked for
    ended_at     timestamptz,                       -- pause: when the clocks ran again
    reason       text,
    by           jsonb NOT NULL,
    CHECK ((kind = 'card') = (level IS NOT NULL))
);
CREATE INDEX task_event_task ON command.task_event (task_id, at);
CREATE INDEX task_event_counted ON command.task_event (kind, department, level, at) INCLUDE (clock, minutes, ended_at);
CREATE INDEX task_event_at ON command.task_event (at);

-- What was attached to an order's notes: asked when it is handed in.
CREATE INDEX note_task ON incidents.note (task_id) WHERE task_id IS NOT NULL;
