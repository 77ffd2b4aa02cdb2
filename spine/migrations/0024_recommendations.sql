-- Recommendations that somebody chose: what was shown, what was chosen and why, and which orders came of it.

CREATE TABLE command.recommendation (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents.incident,
    kind         text NOT NULL CHECK (kind IN ('dispatch', 'evacuation')),
    course       text NOT NULL,
    head         jsonb NOT NULL,              -- its key figures, for the picture
    changed      jsonb NOT NULL,              -- where the choice differs from what was recommended
    reason       text NOT NULL,
    inputs_hash  text NOT NULL,               -- of needs, units with their versions and positions, roads, hazard, rules
    chosen       jsonb NOT NULL,
    answer       jsonb NOT NULL,              -- the whole as the officer saw it, without drawn lines
    orders       jsonb NOT NULL,
    by           jsonb NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX recommendation_incident ON command.recommendation (incident_id, at);
