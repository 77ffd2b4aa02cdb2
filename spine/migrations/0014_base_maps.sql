-- A city's own base maps: pictures or vector tiles that lie under everything else, from a service it may reach or from a file.
-- Reference data (docs/decisions/0018). Keys are in a table of their own, so that no list of base maps can carry one.

CREATE TABLE gis.base_map (
    name          text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{1,39}$'),
    ordinal       integer NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('xyz', 'wmts', 'tianditu', 'pmtiles')),
    title_zh      text NOT NULL,
    title_en      text NOT NULL,
    attribution   text NOT NULL,
    format        text NOT NULL CHECK (format IN ('raster', 'vector')),
    min_zoom      smallint NOT NULL,
    max_zoom      smallint NOT NULL,
    tile_px       smallint NOT NULL,          -- width of a tile on the screen
    origin        text NOT NULL CHECK (origin IN ('WGS84', 'CGCS2000', 'GCJ02')), -- what its pictures are drawn in
    bounds        double precision[],         -- west, south, east, north in degrees; null: everywhere
    source        text NOT NULL,              -- what the administrator gave: an address, or a file's name
    sheets        text[] NOT NULL,            -- addresses of its tiles with their fields, the lowest first; none for a file
    subdomains    text[] NOT NULL,
    flipped       boolean NOT NULL,           -- rows are counted from the south (TMS)
    grid          jsonb,                      -- the service's own grid of tiles; null: the usual one of web maps
    file_sha256   text,
    file_size     bigint,
    vector_layers jsonb NOT NULL,             -- [{id, fields}] of vector tiles
    revision      bigint NOT NULL,            -- of the change that made it so: another one has other tiles
    is_default    boolean NOT NULL,
    added_at      timestamptz NOT NULL,
    added_by      text NOT NULL,
    CHECK ((kind = 'pmtiles') = (file_sha256 IS NOT NULL))
);
CREATE UNIQUE INDEX base_map_one_default ON gis.base_map (is_default) WHERE is_default;

CREATE TABLE gis.base_map_key (
    name  text PRIMARY KEY REFERENCES gis.base_map ON DELETE CASCADE,
    key   text NOT NULL
);

-- What was done, by whom; only added to: its count is what serving processes compare with.
CREATE TABLE gis.base_map_change (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name  text NOT NULL,
    what  text NOT NULL CHECK (what IN ('added', 'changed', 'ordered', 'default', 'removed')),
    at    timestamptz NOT NULL,
    by    text NOT NULL
);
