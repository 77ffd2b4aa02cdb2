-- Assessments: every answer that a hazard model gave about an incident, what people corrected, what-ifs, and how answers compared.

-- The newest live answer in a word, for the head of the incident.
ALTER TABLE incidents.incident ADD COLUMN assessment jsonb;

-- Append-only. `brief` is the answer as pictures carry it (no geometries, long lists cut), `answer` the whole of it.
CREATE TABLE incidents.assessment (
    id             uuid PRIMARY KEY,
    incident_id    uuid NOT NULL REFERENCES incidents.incident,
    no             integer NOT NULL,
    scenario       text NOT NULL,             -- 'live', or the id of a what-if
    state          text NOT NULL CHECK (state IN ('answered', 'refused')),
    model          text NOT NULL,
    model_version  text NOT NULL,
    author         text NOT NULL,             -- model:<id>@<version>
    class_key      text NOT NULL,
    asked_hash     text NOT NULL,             -- of everything that was asked: the same again needs no new answer
    caused_by      jsonb NOT NULL,
    at             timestamptz NOT NULL,
    supersedes     uuid REFERENCES incidents.assessment,
    wanted         jsonb,                     -- the model that was wanted and what it still asks for, when another stands in
    refusal        jsonb,
    brief          jsonb,
    answer         jsonb,
    differences    jsonb NOT NULL,
    UNIQUE (incident_id, no),
    CHECK ((state = 'answered') = (answer IS NOT NULL AND brief IS NOT NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX assessment_newest ON incidents.assessment (incident_id, scenario, state, no DESC);

-- What a person set in place of what the record says. Withdrawn ones stay, so that their version goes on counting.
CREATE TABLE incidents.assessment_adjustment (
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    kind         text NOT NULL CHECK (kind IN ('input', 'facility', 'model')),
    name         text NOT NULL,               -- of the input; id of the facility; 'model'
    value        jsonb,
    what_if      uuid,                        -- adopted from it
    reason       text NOT NULL,
    by           jsonb NOT NULL,
    at           timestamptz NOT NULL,
    withdrawn    boolean NOT NULL,
    version      integer NOT NULL,
    PRIMARY KEY (incident_id, kind, name)
);

-- Changes laid over the live inputs; nothing of it is live until somebody adopts it.
CREATE TABLE incidents.what_if (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    title        text NOT NULL,
    inputs       jsonb NOT NULL,              -- {name: value}
    excluded     text[] NOT NULL,             -- facilities taken out besides those that are out already
    model        text,
    reason       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('open', 'dropped', 'adopted')),
    made_by      jsonb NOT NULL,
    made_at      timestamptz NOT NULL,
    changed_by   jsonb NOT NULL,
    changed_at   timestamptz NOT NULL,
    version      integer NOT NULL
);
CREATE INDEX what_if_open ON incidents.what_if (incident_id) WHERE state = 'open';

-- Live answers compared with what really happened, one row for each outcome whose figure is known.
CREATE TABLE incidents.assessment_score (
    assessment_id  uuid NOT NULL REFERENCES incidents.assessment,
    outcome        text NOT NULL,
    incident_id    uuid NOT NULL REFERENCES incidents.incident,
    model          text NOT NULL,
    model_version  text NOT NULL,
    made_at        timestamptz NOT NULL,
    observed       double precision NOT NULL,
    p10            double precision NOT NULL,
    p50            double precision NOT NULL,
    p90            double precision NOT NULL,
    band           integer NOT NULL,          -- of the observed number
    best_band      integer NOT NULL,          -- the one held most likely
    inside         boolean NOT NULL,          -- p10 <= observed <= p90, as they were shown
    log_score      double precision NOT NULL, -- natural logarithm of the probability of the band that came true
    scored_at      timestamptz NOT NULL,
    PRIMARY KEY (assessment_id, outcome)
);
CREATE INDEX assessment_score_model ON incidents.assessment_score (model, outcome);
