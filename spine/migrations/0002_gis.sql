-- Places, what stands where, roads, waters, layers of the map, and where units are. All geometry is WGS 84 (EPSG:4326).
-- mark: R real, read in a source; K real to general knowledge; I illustrative.

CREATE SCHEMA gis;

CREATE DOMAIN gis.mark AS text CHECK (VALUE IN ('R', 'K', 'I'));

-- One row: which region is loaded. `made_from` names the facts, the program and the seed: the same again changes nothing.
CREATE TABLE gis.region (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seed       integer NOT NULL,
    made_from  text NOT NULL,
    digest     text NOT NULL,
    source     text NOT NULL,
    source_en  text NOT NULL,
    date       date NOT NULL
);

CREATE TABLE gis.place (
    code             text PRIMARY KEY CHECK (code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    parent           text REFERENCES gis.place,
    level            text NOT NULL CHECK (level IN ('city', 'county', 'township')),
    name_zh          text NOT NULL,
    name_en          text NOT NULL,
    short_zh         text NOT NULL,
    short_en         text NOT NULL,
    pinyin           text NOT NULL,
    initials         text NOT NULL,
    other_codes      text[] NOT NULL DEFAULT '{}',
    point            geometry(Point, 4326) NOT NULL,
    elevation_m      integer,
    area             geometry(Polygon, 4326) NOT NULL,
    area_km2         double precision NOT NULL,
    population       integer,
    population_year  integer,
    population_mark  gis.mark,
    mark             gis.mark NOT NULL,      -- of name, code and point
    area_mark        gis.mark NOT NULL
);
CREATE INDEX place_area ON gis.place USING gist (area);
CREATE INDEX place_point ON gis.place USING gist (point);
CREATE INDEX place_parent ON gis.place (parent);
CREATE INDEX place_name ON gis.place USING gin (name_zh gin_trgm_ops);
CREATE INDEX place_pinyin ON gis.place USING gin (pinyin gin_trgm_ops);

CREATE TABLE gis.facility (
    code         text PRIMARY KEY,
    kind         text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    name_zh      text NOT NULL,
    name_en      text NOT NULL,
    pinyin       text NOT NULL,
    initials     text NOT NULL,
    area_code    text NOT NULL REFERENCES gis.place,
    point        geometry(Point, 4326) NOT NULL,
    elevation_m  integer,
    area         geometry(Polygon, 4326),    -- a reservoir's water
    properties   jsonb NOT NULL DEFAULT '{}',
    mark         gis.mark NOT NULL
);
CREATE INDEX facility_point ON gis.facility USING gist (point);
CREATE INDEX facility_area_code ON gis.facility (area_code, kind);
CREATE INDEX facility_kind ON gis.facility (kind);
CREATE INDEX facility_name ON gis.facility USING gin (name_zh gin_trgm_ops);
CREATE INDEX facility_pinyin ON gis.facility USING gin (pinyin gin_trgm_ops);

CREATE TABLE gis.river (
    code     text PRIMARY KEY,
    name_zh  text,
    name_en  text,
    "order"  integer NOT NULL,               -- 1 great rivers … 4 named brooks, 5 and 6 streams without a name
    line     geometry(MultiLineString, 4326) NOT NULL,
    mark     gis.mark NOT NULL
);
CREATE INDEX river_line ON gis.river USING gist (line);

CREATE TABLE gis.road_node (
    id          integer PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('place', 'junction', 'end')),
    point       geometry(Point, 4326) NOT NULL,
    place_code  text REFERENCES gis.place
);
CREATE INDEX road_node_point ON gis.road_node USING gist (point);

CREATE TABLE gis.road_edge (
    id         integer PRIMARY KEY,
    from_node  integer NOT NULL REFERENCES gis.road_node,
    to_node    integer NOT NULL REFERENCES gis.road_node,
    class      text NOT NULL CHECK (class IN ('expressway', 'national', 'provincial', 'county', 'township')),
    ref        text NOT NULL,
    name_zh    text NOT NULL,
    name_en    text NOT NULL,
    length_m   double precision NOT NULL CHECK (length_m > 0),
    speed_kmh  double precision NOT NULL CHECK (speed_kmh > 0),
    line       geometry(LineString, 4326) NOT NULL,
    mark       gis.mark NOT NULL
);
CREATE INDEX road_edge_line ON gis.road_edge USING gist (line);
CREATE INDEX road_edge_from ON gis.road_edge (from_node);
CREATE INDEX road_edge_to ON gis.road_edge (to_node);

CREATE TABLE gis.summit (
    name_zh      text PRIMARY KEY,
    name_en      text NOT NULL,
    point        geometry(Point, 4326) NOT NULL,
    elevation_m  integer NOT NULL,
    mark         gis.mark NOT NULL
);

-- Pictures that lie under the map: corners in degrees, rows evenly spaced in Web Mercator.
CREATE TABLE gis.map_image (
    name        text PRIMARY KEY,
    media_type  text NOT NULL,
    data        bytea NOT NULL,
    west        double precision NOT NULL,
    south       double precision NOT NULL,
    east        double precision NOT NULL,
    north       double precision NOT NULL,
    width       integer NOT NULL,
    height      integer NOT NULL
);

CREATE TABLE gis.layer (
    name          text PRIMARY KEY CHECK (name ~ '^[a-z_]+$'),
    ordinal       integer NOT NULL,
    title_zh      text NOT NULL,
    title_en      text NOT NULL,
    source        text NOT NULL,
    source_en     text NOT NULL,
    licence       text NOT NULL,
    date          date,
    illustrative  boolean NOT NULL,
    sensitivity   text NOT NULL CHECK (sensitivity IN ('public', 'internal', 'restricted'))
);

-- Telemetry, not state: only the newest position of each unit.
CREATE TABLE gis.position (
    unit_id      uuid PRIMARY KEY,
    lon          double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat          double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    accuracy_m   double precision CHECK (accuracy_m >= 0),
    at           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    source       text NOT NULL
);
