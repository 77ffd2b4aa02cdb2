-- Roads that are closed, which state of the road layer is loaded, and who lives where (exposure points).

ALTER TABLE gis.road_edge ADD COLUMN oneway boolean NOT NULL DEFAULT false;  -- true: from `from_node` to `to_node` only

-- One row: counts every change of the road layer, whoever makes it, so that what a process keeps in memory is never behind it.
CREATE TABLE gis.road_layer_state (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    version   bigint NOT NULL
);
INSERT INTO gis.road_layer_state (version) VALUES (1);

CREATE FUNCTION gis.road_layer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gis.road_layer_state SET version = version + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER road_node_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gis.road_node
    FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();
CREATE TRIGGER road_edge_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gis.road_edge
    FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();

-- State, changed by commands only. Its geometry is its own: a closure outlives a new road layer.
CREATE TABLE gis.road_closure (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('point', 'roads', 'area')),
    bars           text NOT NULL CHECK (bars IN ('all', 'public')),  -- public: rescue and emergency traffic may pass
    reason         text NOT NULL,
    names_zh       text[] NOT NULL,
    names_en       text[] NOT NULL,
    edge_ids       integer[] NOT NULL,           -- of the road layer in the state `layer_version`
    layer_version  bigint NOT NULL,
    length_m       double precision NOT NULL CHECK (length_m >= 0),
    geom           geometry(Geometry, 4326) NOT NULL,
    origin         text,                         -- coordinates in which a point was given, before conversion
    counties       text[] NOT NULL,              -- GB/T 2260, those it touches
    until          timestamptz,                  -- expected; nothing opens by itself
    closed_at      timestamptz NOT NULL,
    closed_by      jsonb NOT NULL,
    opened_at      timestamptz,
    opened_by      jsonb,
    open_reason    text,
    version        integer NOT NULL,
    CHECK ((opened_at IS NULL) = (opened_by IS NULL))
);
CREATE INDEX road_closure_standing ON gis.road_closure (closed_at, id) WHERE opened_at IS NULL;

-- Reference data: one set of points at a time, with what must be said of it. `made_from` names the program, region and seed.
CREATE TABLE gis.exposure_set (
    only_one      boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    version       uuid NOT NULL,
    made_from     text NOT NULL,
    title_zh      text NOT NULL,
    title_en      text NOT NULL,
    source        text NOT NULL,
    source_en     text NOT NULL,
    date          date NOT NULL,
    synthetic     boolean NOT NULL,
    points        integer NOT NULL CHECK (points > 0),
    people_day    bigint NOT NULL,
    people_night  bigint NOT NULL,
    buildings     bigint
);
CREATE TABLE gis.exposure_point (
    lon           double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat           double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    township      text NOT NULL,                 -- code of gis.place; empty: in none
    people_day    real NOT NULL CHECK (people_day >= 0),
    people_night  real NOT NULL CHECK (people_night >= 0),
    buildings     real NOT NULL CHECK (buildings >= 0)
);
