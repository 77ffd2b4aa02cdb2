-- The headquarters of an incident: seats, working groups, delegations, and who commanded when.

CREATE TABLE command.headquarters (
    incident_id  uuid PRIMARY KEY,                     -- one per incident
    title        text NOT NULL,                        -- the incident's
    state        text NOT NULL CHECK (state IN ('standing', 'dissolved')),
    established  jsonb NOT NULL,                       -- {at, by, plan_zh?, plan_en?, level?, reason?}
    dissolved    jsonb,                                -- {at, by, reason}
    acting_seat  uuid,                                 -- the deputy who acts as commander
    acting       jsonb,                                -- {why, since, asked: [{seat_id, at, until, outcome}], until, exhausted}
    transfer     jsonb,                                -- the open transfer of command, or the last one
    history      jsonb NOT NULL,                       -- [{what, at, by, …}]
    version      integer NOT NULL,
    updated_at   timestamptz NOT NULL,
    CHECK ((state = 'dissolved') = (dissolved IS NOT NULL))
);

CREATE TABLE command.headquarters_seat (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES command.headquarters,
    role         text NOT NULL CHECK (role IN ('commander', 'deputy', 'office', 'forward', 'rear')),
    sort         integer NOT NULL,                     -- deputies: the order in which they act
    person       jsonb NOT NULL,                       -- {post, account_id, person_id, name, title_zh, title_en}; no telephone
    state        text NOT NULL CHECK (state IN ('asked', 'taken', 'silent', 'declined', 'vacant')),
    asked_by     jsonb,
    asked_at     timestamptz,
    until        timestamptz,
    answered     jsonb,                                -- {at, by, how, word}
    call         jsonb,                                -- the last call: {by, at, until, outcome, answered_at, word}
    place        jsonb,                                -- {name, lon?, lat?, origin?}, WGS 84
    CHECK (state NOT IN ('asked', 'silent') OR until IS NOT NULL)
);
CREATE INDEX headquarters_seat_incident ON command.headquarters_seat (incident_id);
CREATE UNIQUE INDEX headquarters_one_commander ON command.headquarters_seat (incident_id) WHERE role = 'commander';

CREATE TABLE command.headquarters_group (
    incident_id  uuid NOT NULL REFERENCES command.headquarters,
    id           text NOT NULL,
    sort         integer NOT NULL,
    zh           text NOT NULL CHECK (zh <> ''),
    en           text NOT NULL,
    lead         text NOT NULL REFERENCES command.department,
    members      text[] NOT NULL,
    duty_zh      text NOT NULL,
    duty_en      text NOT NULL,
    head         jsonb NOT NULL,                       -- who leads it in person, as headquarters_seat.person
    plans        text[] NOT NULL,
    edited       boolean NOT NULL,
    dissolved    jsonb,
    PRIMARY KEY (incident_id, id)
);
CREATE INDEX headquarters_group_lead ON command.headquarters_group (lead) WHERE dissolved IS NULL;
CREATE INDEX headquarters_group_members ON command.headquarters_group USING gin (members) WHERE dissolved IS NULL;

CREATE TABLE command.delegation (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES command.headquarters,
    matter       text NOT NULL,
    up_to        text CHECK (up_to IN ('I', 'II', 'III', 'IV')),
    giver        jsonb NOT NULL,
    receiver     jsonb NOT NULL,
    seat_id      uuid NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    given_at     timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    ended        jsonb,                                -- {at, by, how, reason}
    CHECK (until > given_at)
);
CREATE INDEX delegation_incident ON command.delegation (incident_id);
