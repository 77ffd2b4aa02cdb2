-- The risk register (风险普查): sites with every version of what is known of them, their scores, scenarios computed beforehand.

CREATE TABLE incidents.register_site (
    id             uuid PRIMARY KEY,
    facility_code  text UNIQUE,                  -- of gis.facility, when the site came from there; the layer may be replaced under it
    facility_print text,                         -- digest of the facility record that it was last taken from
    kind           text NOT NULL,
    name           text NOT NULL,
    name_en        text,
    lon            double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat            double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    origin         text NOT NULL,                -- coordinates in which the point was given
    area_code      text,                         -- GB/T 2260 or township; NULL: outside every known area
    owner          text,
    department     text,                         -- code of the department that answers for it
    surveyed_on    date,
    properties     jsonb NOT NULL,               -- what is known; a property that is not there is not known
    source         text NOT NULL,
    source_en      text,
    mark           gis.mark NOT NULL,
    retired        boolean NOT NULL,
    entered_by     jsonb NOT NULL,
    entered_at     timestamptz NOT NULL,
    changed_by     jsonb NOT NULL,
    changed_at     timestamptz NOT NULL,
    reason         text NOT NULL,                -- of the last change
    recompute_at   timestamptz,                  -- somebody asked for score and scenarios anew, at this time
    version        integer NOT NULL
);
CREATE INDEX register_site_area ON incidents.register_site (area_code);
CREATE INDEX register_site_place ON incidents.register_site (lon, lat) WHERE NOT retired;

-- Append-only: what was known of a site, who said so and why.
CREATE TABLE incidents.register_site_version (
    site_id  uuid NOT NULL REFERENCES incidents.register_site,
    version  integer NOT NULL,
    action   text NOT NULL CHECK (action IN ('entered', 'taken_in', 'corrected', 'retired', 'restored')),
    site     jsonb NOT NULL,
    reason   text NOT NULL,
    by       jsonb NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (site_id, version)
);

-- Append-only: every score a site has had, with the whole sum. `basis`: digest of all that went into it.
CREATE TABLE incidents.register_score (
    site_id       uuid NOT NULL REFERENCES incidents.register_site,
    no            integer NOT NULL,
    site_version  integer NOT NULL,
    basis         text NOT NULL,
    low           double precision NOT NULL CHECK (low BETWEEN 0 AND 100),
    high          double precision NOT NULL CHECK (high BETWEEN low AND 100),
    level         text NOT NULL,
    confidence    text NOT NULL,
    score         jsonb NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (site_id, no)
);

-- The newest answer of each scenario of a site. An answer can be had again from `inputs` and the same data; that it was is in the record.
CREATE TABLE incidents.register_scenario (
    site_id        uuid NOT NULL REFERENCES incidents.register_site,
    key            text NOT NULL,
    scenario       text NOT NULL,
    no             integer NOT NULL,
    zh             text NOT NULL,
    en             text NOT NULL,
    class_key      text NOT NULL,
    cases          jsonb NOT NULL,               -- {axis: case}
    hour           integer CHECK (hour BETWEEN 0 AND 23),
    inputs         jsonb NOT NULL,
    basis          text NOT NULL,                -- digest of model, version, inputs, exposure, seed: another one makes this stale
    model          text NOT NULL,
    model_version  text,
    site_version   integer NOT NULL,
    exposure       text,                         -- version of the exposure set that was counted
    exposure_date  date,
    state          text NOT NULL CHECK (state IN ('computed', 'refused')),
    refusal        jsonb,                        -- {code, zh, en, field}
    answer         jsonb,
    at             timestamptz NOT NULL,
    PRIMARY KEY (site_id, key),
    CHECK ((state = 'computed') = (answer IS NOT NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);

-- How often the register has changed, in all ('') and by county: what its streams' pictures show.
CREATE TABLE incidents.register_count (
    area     text PRIMARY KEY,
    changes  bigint NOT NULL,
    at       timestamptz NOT NULL
);
