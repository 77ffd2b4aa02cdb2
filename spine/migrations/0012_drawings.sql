-- What people draw on the shared map: the state of each drawing, and every version it has had.

CREATE TABLE incidents.drawing (
    id           uuid PRIMARY KEY,
    incident_id  uuid REFERENCES incidents.incident,
    area_code    text,                          -- of a drawing that belongs to a board instead: the city or a county
    kind         text NOT NULL,
    on_board     boolean NOT NULL,
    name         text,
    symbol       text,
    style        jsonb NOT NULL,
    geometry     jsonb NOT NULL,
    length_m     double precision,
    area_m2      double precision,
    deleted      boolean NOT NULL,
    department   text,                          -- whose drawing it is when a department drew it
    drawn_by     jsonb NOT NULL,
    drawn_at     timestamptz NOT NULL,
    changed_by   jsonb NOT NULL,
    changed_at   timestamptz NOT NULL,
    version      integer NOT NULL,
    CHECK ((incident_id IS NULL) <> (area_code IS NULL))
);
CREATE INDEX drawing_incident ON incidents.drawing (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX drawing_area ON incidents.drawing (area_code) WHERE area_code IS NOT NULL;

-- Append-only: undo writes a new version equal to an earlier one.
CREATE TABLE incidents.drawing_version (
    drawing_id  uuid NOT NULL REFERENCES incidents.drawing,
    version     integer NOT NULL,
    action      text NOT NULL CHECK (action IN ('drawn', 'changed', 'deleted', 'restored')),
    of_version  integer,
    name        text,
    symbol      text,
    style       jsonb NOT NULL,
    geometry    jsonb NOT NULL,
    length_m    double precision,
    area_m2     double precision,
    deleted     boolean NOT NULL,
    by          jsonb NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (drawing_id, version)
);
