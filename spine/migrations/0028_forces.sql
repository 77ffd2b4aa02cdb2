-- Command: proposals that no plan made (a unit cut off, a shelter full), and places kept for the people of an evacuation.

-- response_id NULL: what happened on the spot made it, not a plan; it stands for the incident whatever its response is.
ALTER TABLE command.proposal ALTER COLUMN response_id DROP NOT NULL;
ALTER TABLE command.proposal
    ADD COLUMN detail jsonb,                       -- what it is about, by kind: unit and order, or shelters and people
    DROP CONSTRAINT proposal_kind_check,
    ADD CONSTRAINT proposal_kind_check CHECK (kind IN ('raise', 'lower', 'add_task', 'move_unit', 'extend_zone',
        'stand_down', 'replace_unit', 'next_shelter')),
    ADD CONSTRAINT proposal_of_plan_check CHECK ((response_id IS NULL) = (kind IN ('replace_unit', 'next_shelter'))),
    ADD CONSTRAINT proposal_detail_check CHECK (response_id IS NOT NULL OR (rule IS NOT NULL AND detail IS NOT NULL));
CREATE UNIQUE INDEX proposal_one_open_on_the_spot ON command.proposal (incident_id, rule)
    WHERE state = 'open' AND response_id IS NULL;

-- reserved: people of adopted evacuations who are expected in it; always the sum of its reservations' `expected`.
ALTER TABLE command.shelter ADD COLUMN reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0);

CREATE TABLE command.shelter_reservation (
    id           uuid PRIMARY KEY,
    shelter_id   uuid NOT NULL REFERENCES command.shelter,
    incident_id  uuid NOT NULL,
    plan_id      uuid REFERENCES command.recommendation,            -- the adopted evacuation; NULL: moved out of a full shelter
    task_id      uuid NOT NULL REFERENCES command.task,             -- the order that brings them
    origin_id    text NOT NULL,                                     -- where they are from, as the plan named it
    from_zh      text NOT NULL,
    from_en      text NOT NULL,
    people       integer NOT NULL CHECK (people > 0),               -- for how many it was made
    expected     integer NOT NULL CHECK (expected BETWEEN 0 AND people),   -- how many have not been counted in yet
    made_at      timestamptz NOT NULL,
    brought_at   timestamptz                                        -- when their order was done: the next count has all of them
);
CREATE INDEX shelter_reservation_shelter ON command.shelter_reservation (shelter_id) WHERE expected > 0;
CREATE INDEX shelter_reservation_task ON command.shelter_reservation (task_id) WHERE expected > 0;
CREATE INDEX shelter_reservation_incident ON command.shelter_reservation (incident_id) WHERE expected > 0;
