-- Layers that a city loads itself, beside the built-in ones of gis.layer. Each version's features are a table of its own in
-- gis_layers, made and dropped by the import (docs/decisions/0012): a version is built beside the old one and swapped in.

CREATE SCHEMA gis_layers;

CREATE TABLE gis.city_layer (
    name          text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{1,39}$'),
    ordinal       integer NOT NULL,
    title_zh      text NOT NULL,
    title_en      text NOT NULL,
    owner         text NOT NULL,             -- who answers for it, in words
    department    text,                      -- code of the department that owns it: may see it and may replace it
    readers       text[] NOT NULL DEFAULT '{}', -- departments that may see it although it is restricted
    source        text NOT NULL,
    source_en     text NOT NULL,
    licence       text NOT NULL,
    date          date,                      -- of the data; null: not known
    illustrative  boolean NOT NULL,
    sensitivity   text NOT NULL CHECK (sensitivity IN ('public', 'internal', 'restricted')),
    label         text,                      -- the attribute that names a feature on the map
    current       bigint                     -- the version that is shown
);

CREATE TABLE gis.layer_version (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- its features: gis_layers.v<id>
    layer        text NOT NULL REFERENCES gis.city_layer ON DELETE CASCADE,
    number       integer NOT NULL,
    features     bigint NOT NULL,
    geometries   jsonb NOT NULL,             -- {type: count}
    attributes   jsonb NOT NULL,             -- [{name, title, type}]: columns of the feature table, in order
    zooms        integer[] NOT NULL,         -- features shown at zoom 0, 1, … on the map
    west         double precision NOT NULL,
    south        double precision NOT NULL,
    east         double precision NOT NULL,
    north        double precision NOT NULL,
    crs          text NOT NULL,              -- as the file had it
    origin       text NOT NULL,              -- WGS84, CGCS2000, GCJ02 or BD09, before conversion
    format       text NOT NULL,
    file_name    text NOT NULL,
    file_sha256  text NOT NULL,
    report       jsonb NOT NULL,             -- what was found, repaired and left out
    imported_at  timestamptz NOT NULL,
    imported_by  text NOT NULL,
    UNIQUE (layer, number)
);
ALTER TABLE gis.city_layer ADD FOREIGN KEY (current) REFERENCES gis.layer_version DEFERRABLE INITIALLY DEFERRED;

-- What was done to the catalogue; only added to: its count is what every screen compares with.
CREATE TABLE gis.layer_change (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer    text NOT NULL,
    what     text NOT NULL CHECK (what IN ('imported', 'rolled_back', 'described', 'removed')),
    number   integer,                        -- of the version that is shown from then on
    at       timestamptz NOT NULL,
    by       text NOT NULL
);
CREATE INDEX layer_change_layer ON gis.layer_change (layer, id);

-- One import asked for in a browser, for its progress; finished ones are cleared after a week.
CREATE TABLE gis.layer_import (
    id          uuid PRIMARY KEY,
    layer       text NOT NULL,
    state       text NOT NULL CHECK (state IN ('running', 'done', 'refused', 'failed')),
    done        bigint NOT NULL,
    total       bigint,
    problem     jsonb,                       -- the refusal: code, zh, en, field, facts
    report      jsonb,
    started_at  timestamptz NOT NULL,
    heard_at    timestamptz NOT NULL,        -- of its last step: silent for long means its process is gone
    by          text NOT NULL
);
