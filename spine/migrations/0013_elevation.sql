-- Heights of the ground, imported from GeoTIFF (docs/decisions/0017). Reference data: written by the import, as its owner.

-- One import. What is shown at a version are its own tiles and, where it has none, those of the versions it was laid over.
CREATE TABLE gis.elevation_version (
    id            integer PRIMARY KEY,       -- given once, also after a removal; names the origin of each height
    lineage       integer[] NOT NULL,        -- itself first, then what lies under it, the newest first
    source        text NOT NULL,
    source_en     text NOT NULL,
    licence       text NOT NULL,
    date          date,                      -- of the data; null: not known
    sensitivity   text NOT NULL CHECK (sensitivity IN ('public', 'internal', 'restricted')),
    west          double precision NOT NULL,
    south         double precision NOT NULL,
    east          double precision NOT NULL,
    north         double precision NOT NULL,
    resolution_m  real NOT NULL,             -- of the file's cells on the ground
    zoom          smallint NOT NULL,         -- of the finest tiles made from it
    lowest_m      real NOT NULL,
    highest_m     real NOT NULL,
    tiles         integer NOT NULL,
    crs           text NOT NULL,             -- as the file had it
    file_name     text NOT NULL,
    file_sha256   text NOT NULL,
    report        jsonb NOT NULL,            -- what was found and left out
    imported_at   timestamptz NOT NULL,
    imported_by   text NOT NULL
);

-- Heights of 512 × 512 pixels of the Web Mercator grid, in Mapbox's encoding: -10000 m + (R·65536 + G·256 + B) · 0.1 m.
CREATE TABLE gis.elevation_tile (
    z        smallint NOT NULL,
    x        integer NOT NULL,
    y        integer NOT NULL,
    version  integer NOT NULL REFERENCES gis.elevation_version ON DELETE CASCADE,
    origin   integer,                        -- the version that gave every height in it; null: `plane` says it of each pixel
    plane    bytea,                          -- zlib of 512 × 512 little-endian int32: the version, 0 where no height is known
    png      bytea NOT NULL,
    PRIMARY KEY (z, x, y, version),
    CHECK ((origin IS NULL) <> (plane IS NULL))
);
CREATE INDEX elevation_tile_version ON gis.elevation_tile (version);
ALTER TABLE gis.elevation_tile ALTER png SET STORAGE EXTERNAL, ALTER plane SET STORAGE EXTERNAL; -- packed already

-- One row once something has been imported.
CREATE TABLE gis.elevation (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    current   integer REFERENCES gis.elevation_version, -- shown; null: none
    last      integer NOT NULL               -- the highest version ever given
);
