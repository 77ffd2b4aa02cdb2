-- Command: what there is to help with (units' rest, stock, shelters, beds) and who asks whom for it.

-- on_duty_since: since when the unit works without having had its rest; rest_until: when the rest that it is having is enough.
ALTER TABLE command.unit
    ADD COLUMN on_duty_since  timestamptz,
    ADD COLUMN rest_until     timestamptz,
    ADD CHECK (rest_until IS NULL OR on_duty_since IS NOT NULL);

CREATE TABLE command.depot (
    code          text PRIMARY KEY,
    zh            text NOT NULL,
    en            text NOT NULL,
    department    text NOT NULL REFERENCES command.department,   -- whose stock it is
    area_code     text NOT NULL,
    point         geometry(Point, 4326) NOT NULL,
    phone         text,
    illustrative  boolean NOT NULL
);
CREATE INDEX depot_department ON command.depot (department);

-- A lot (批次). What ever came in is somewhere: the last check is the conservation of goods.
CREATE TABLE command.stock_lot (
    id            uuid PRIMARY KEY,
    depot         text NOT NULL REFERENCES command.depot,
    item          text NOT NULL,
    lot_no        text NOT NULL,
    made_on       date,
    expires_on    date,                      -- the first day on which it may not be used; NULL = does not expire
    received      bigint NOT NULL CHECK (received >= 0),
    adjusted      bigint NOT NULL,           -- the sum of stock-take differences
    free          bigint NOT NULL CHECK (free >= 0),
    committed     bigint NOT NULL CHECK (committed >= 0),        -- still in the depot, promised to somebody
    out           bigint NOT NULL CHECK (out >= 0),              -- issued, not yet accounted for
    used          bigint NOT NULL CHECK (used >= 0),
    discarded     bigint NOT NULL CHECK (discarded >= 0),
    received_at   timestamptz NOT NULL,
    counted_at    timestamptz,
    counted_by    jsonb,
    illustrative  boolean NOT NULL DEFAULT false,
    version       integer NOT NULL,
    UNIQUE (depot, item, lot_no),
    CHECK (received + adjusted = free + committed + out + used + discarded)
);
CREATE INDEX stock_lot_item ON command.stock_lot (item, depot);

-- A promise of goods out of one depot: an accepted offer's (then its id is the offer's), or a department's own use.
CREATE TABLE command.stock_hold (
    id           uuid PRIMARY KEY,
    depot        text NOT NULL REFERENCES command.depot,
    item         text NOT NULL,
    offer_id     uuid,
    incident_id  uuid,
    task_id      uuid,
    purpose      text NOT NULL,
    opened_at    timestamptz NOT NULL,
    by           jsonb NOT NULL,
    version      integer NOT NULL
);
CREATE INDEX stock_hold_depot ON command.stock_hold (depot, item);
CREATE INDEX stock_hold_incident ON command.stock_hold (incident_id) WHERE incident_id IS NOT NULL;

CREATE TABLE command.stock_hold_lot (
    hold_id    uuid NOT NULL REFERENCES command.stock_hold,
    lot_id     uuid NOT NULL REFERENCES command.stock_lot,
    committed  bigint NOT NULL CHECK (committed >= 0),
    out        bigint NOT NULL CHECK (out >= 0),
    returned   bigint NOT NULL CHECK (returned >= 0),
    used       bigint NOT NULL CHECK (used >= 0),
    discarded  bigint NOT NULL CHECK (discarded >= 0),
    PRIMARY KEY (hold_id, lot_id)
);
CREATE INDEX stock_hold_lot_lot ON command.stock_hold_lot (lot_id);

-- Every movement of goods, as a depot keeper's book has it.
CREATE TABLE command.stock_move (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lot_id       uuid NOT NULL REFERENCES command.stock_lot,
    kind         text NOT NULL CHECK (kind IN ('receive', 'count', 'commit', 'release', 'issue', 'return', 'use', 'discard')),
    quantity     bigint NOT NULL,
    hold_id      uuid REFERENCES command.stock_hold,
    reason       text,
    by           jsonb NOT NULL,
    occurred_at  timestamptz NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX stock_move_lot ON command.stock_move (lot_id, at);
CREATE INDEX stock_move_issue ON command.stock_move (at) WHERE kind = 'issue';

CREATE TABLE command.shelter (
    id             uuid PRIMARY KEY,
    facility_code  text UNIQUE,
    zh             text NOT NULL,
    en             text NOT NULL,
    kind           text NOT NULL,
    indoor         boolean,
    area_code      text NOT NULL,
    department     text NOT NULL REFERENCES command.department,
    point          geometry(Point, 4326) NOT NULL,
    capacity       integer NOT NULL CHECK (capacity > 0),
    services       jsonb NOT NULL,
    state          text NOT NULL,
    state_at       timestamptz,
    incident_id    uuid,
    occupied       integer CHECK (occupied >= 0),               -- NULL = nobody has reported: unknown is not zero
    needs          jsonb,                                       -- people by need, as last reported
    reported_at    timestamptz,
    reported_by    jsonb,
    over_reason    text,                                        -- why more people are in it than it holds
    promised       integer NOT NULL DEFAULT 0 CHECK (promised >= 0),
    illustrative   boolean NOT NULL,
    version        integer NOT NULL,
    CHECK ((occupied IS NULL) = (reported_at IS NULL))
);
CREATE INDEX shelter_area ON command.shelter (area_code text_pattern_ops);
CREATE INDEX shelter_incident ON command.shelter (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX shelter_point ON command.shelter USING gist (point);

CREATE TABLE command.hospital (
    code          text PRIMARY KEY,          -- the facility's
    zh            text NOT NULL,
    en            text NOT NULL,
    level         text,
    area_code     text NOT NULL,
    department    text NOT NULL REFERENCES command.department,
    point         geometry(Point, 4326) NOT NULL,
    emergency     text CHECK (emergency IN ('open', 'limited', 'diverting')),  -- NULL = not known
    reported_at   timestamptz,
    reported_by   jsonb,
    illustrative  boolean NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX hospital_area ON command.hospital (area_code text_pattern_ops);
CREATE TABLE command.hospital_beds (
    hospital     text NOT NULL REFERENCES command.hospital,
    ward         text NOT NULL,
    total        integer CHECK (total >= 0),
    available    integer CHECK (available >= 0),
    extra_24h    integer CHECK (extra_24h >= 0),
    reported_at  timestamptz,                -- of `available`; NULL = never reported
    PRIMARY KEY (hospital, ward),
    CHECK (available <= total)
);

CREATE TABLE command.request (
    id              uuid PRIMARY KEY,
    no              text NOT NULL UNIQUE,
    incident_id     uuid,
    incident_title  text,
    task_id         uuid REFERENCES command.task,
    department      text NOT NULL REFERENCES command.department,  -- who asks
    area_code       text,
    item            text NOT NULL,
    quantity        bigint NOT NULL CHECK (quantity > 0),
    priority        text NOT NULL CHECK (priority IN ('life', 'urgent', 'normal')),
    text            text NOT NULL,
    place           text,
    needed_by       timestamptz,
    state           text NOT NULL,
    made_at         timestamptz NOT NULL,
    answer_due      timestamptz,             -- NULL = nobody owes an answer now
    ended           jsonb,                   -- {by, at, reason}
    outlook         jsonb,                   -- what was left of the item when this request last changed
    version         integer NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX request_incident ON command.request (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX request_task ON command.request (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX request_department ON command.request (department, state);
CREATE INDEX request_item ON command.request (item, state);

-- Whom a request asks, in the order they were asked, and what each said.
CREATE TABLE command.request_party (
    request_id   uuid NOT NULL REFERENCES command.request,
    nr           integer NOT NULL,           -- in which order they were asked
    party        text NOT NULL,              -- a department or an outside party of organisation/parties.yaml
    why          text NOT NULL CHECK (why IN ('asked', 'passed_on', 'escalated')),
    asked_at     timestamptz NOT NULL,
    answer       text CHECK (answer IN ('offered', 'declined')),
    reason       text,
    answered_at  timestamptz,
    PRIMARY KEY (request_id, party)
);
CREATE INDEX request_party_party ON command.request_party (party);

CREATE TABLE command.request_offer (
    id           uuid PRIMARY KEY,
    request_id   uuid NOT NULL REFERENCES command.request,
    nr           integer NOT NULL,           -- in which order they came
    party        text NOT NULL,
    source       text NOT NULL CHECK (source IN ('stock', 'shelter', 'unit', 'outside')),
    source_id    text,                       -- depot code, shelter id or unit id; NULL for an outside party's own
    state        text NOT NULL,
    quantity     bigint NOT NULL CHECK (quantity > 0),
    committed    bigint NOT NULL CHECK (committed >= 0),
    deployed     bigint NOT NULL CHECK (deployed >= 0),
    received     bigint NOT NULL CHECK (received >= 0),
    returned     bigint NOT NULL CHECK (returned >= 0),
    used         bigint NOT NULL CHECK (used >= 0),
    lost         bigint NOT NULL CHECK (lost >= 0),
    text         text,
    arrives_at   timestamptz,
    transport    text,
    task_id      uuid REFERENCES command.task,                  -- the order that carries it, if one does
    offered_at   timestamptz NOT NULL,
    state_at     timestamptz NOT NULL,
    reason       text,
    version      integer NOT NULL,
    CHECK (committed <= quantity AND deployed <= committed AND received <= deployed),
    CHECK (returned + used + lost <= deployed),
    CHECK ((source = 'outside') = (source_id IS NULL))
);
CREATE INDEX request_offer_request ON command.request_offer (request_id);
CREATE INDEX request_offer_source ON command.request_offer (source, source_id);
-- A unit is promised to one request at a time, whoever is quicker.
CREATE UNIQUE INDEX request_offer_unit ON command.request_offer (source_id)
    WHERE source = 'unit' AND state IN ('offered', 'committed', 'deployed', 'received');
