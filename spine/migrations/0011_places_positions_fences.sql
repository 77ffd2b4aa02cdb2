-- Names of places under an index that answers in milliseconds, villages, sampled tracks of units, and geofences.

-- The characters and the pairs of neighbouring characters of names: what a part of a name is found by, whatever the locale
-- of the server (trigrams of two Chinese characters do not exist, and some locales count no Chinese character as a letter).
CREATE FUNCTION gis.grams(VARIADIC names text[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog AS $$
    SELECT coalesce(array_agg(DISTINCT part), '{}')
    FROM unnest(names) AS name, generate_series(1, length(name)) AS at,
         LATERAL (VALUES (substr(name, at, 1)), (nullif(substr(name, at, 2), substr(name, at, 1)))) AS parts (part)
    WHERE part IS NOT NULL AND part !~ '^[ -~]{1}$'
$$;

-- Everything that has a name and a place, one row each: copied from the tables of the region, and from lists of names that a
-- city loads. `source`: region, or the list's name.
CREATE TABLE gis.named (
    source       text NOT NULL,
    code         text NOT NULL,
    kind         text NOT NULL,
    name_zh      text NOT NULL,
    name_en      text NOT NULL,
    short_zh     text NOT NULL,
    short_en     text NOT NULL,
    area_code    text,
    point        geometry(Point, 4326) NOT NULL,
    pinyin       text NOT NULL,
    initials     text NOT NULL,
    other_codes  text[] NOT NULL DEFAULT '{}',
    weight       real NOT NULL DEFAULT 0,
    latin        text NOT NULL GENERATED ALWAYS AS (lower(name_en)) STORED,
    grams        text[] NOT NULL GENERATED ALWAYS AS (gis.grams(name_zh, short_zh)) STORED,
    PRIMARY KEY (source, kind, code)
);
CREATE INDEX named_zh ON gis.named (name_zh text_pattern_ops);
CREATE INDEX named_short ON gis.named (short_zh text_pattern_ops);
CREATE INDEX named_pinyin ON gis.named (pinyin text_pattern_ops);
CREATE INDEX named_initials ON gis.named (initials text_pattern_ops);
CREATE INDEX named_code ON gis.named (code text_pattern_ops);
CREATE INDEX named_other_codes ON gis.named USING gin (other_codes) WHERE other_codes <> '{}';
CREATE INDEX named_grams ON gis.named USING gin (grams);
CREATE INDEX named_sounds ON gis.named USING gin (pinyin gin_trgm_ops);
CREATE INDEX named_latin ON gis.named USING gin (latin gin_trgm_ops);
CREATE INDEX named_short_latin ON gis.named (lower(short_en));

INSERT INTO gis.named (source, code, kind, name_zh, name_en, short_zh, short_en, area_code, point, pinyin, initials, other_codes, weight)
SELECT 'region', code, level, name_zh, name_en, short_zh, short_en, code, point, pinyin, initials, other_codes,
       CASE level WHEN 'city' THEN 3 WHEN 'county' THEN 4 ELSE 5 END
FROM gis.place
UNION ALL
SELECT 'region', code, kind, name_zh, name_en, name_zh, name_en, area_code, point, pinyin, initials, '{}', 0 FROM gis.facility
UNION ALL
SELECT 'region', code, 'river', name_zh, name_en, name_zh, name_en, NULL, ST_PointOnSurface(line), lower(split_part(name_en, ' ', 1)), '', '{}', 2
FROM gis.river WHERE name_zh IS NOT NULL
UNION ALL
SELECT 'region', name_zh, 'summit', name_zh, name_en, name_zh, name_en, NULL, point, lower(replace(name_en, ' ', '')), '', '{}', 1 FROM gis.summit;

-- Villages (行政村、社区), where a city has them: twelve digits, the first nine the township's. Some are known as points only.
CREATE TABLE gis.village (
    code      text PRIMARY KEY CHECK (code ~ '^[0-9]{12}$'),
    source    text NOT NULL,
    name_zh   text NOT NULL,
    name_en   text NOT NULL,
    point     geometry(Point, 4326) NOT NULL,
    area      geometry(MultiPolygon, 4326)
);
CREATE INDEX village_area ON gis.village USING gist (area);
CREATE INDEX village_point ON gis.village USING gist (point);

-- Where units were: one position of each unit per slot of ten seconds, whatever the order in which they came in.
CREATE TABLE gis.track_point (
    unit_id     uuid NOT NULL,
    slot        bigint NOT NULL,
    at          timestamptz NOT NULL,
    lon         double precision NOT NULL,
    lat         double precision NOT NULL,
    accuracy_m  real,
    PRIMARY KEY (unit_id, slot)
);
CREATE INDEX track_point_slot ON gis.track_point (slot);

-- Lines on the ground whose crossing by a unit is told: hazard areas, cordons, districts.
CREATE TABLE gis.fence (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    name_en      text,
    purpose      text NOT NULL CHECK (purpose IN ('hazard', 'cordon', 'evacuation', 'district', 'other')),
    basis        text NOT NULL CHECK (basis IN ('drawn', 'incident_area', 'impact_area', 'district')),
    incident_id  uuid,
    area_code    text,
    area         geometry(Geometry, 4326) NOT NULL CHECK (ST_GeometryType(area) IN ('ST_Polygon', 'ST_MultiPolygon')),
    margin_m     double precision NOT NULL CHECK (margin_m BETWEEN 0 AND 5000),
    drawn_at     timestamptz NOT NULL,
    drawn_by     jsonb NOT NULL,
    lifted_at    timestamptz,
    lifted_by    jsonb,
    reason       text,
    version      integer NOT NULL DEFAULT 1
);
CREATE INDEX fence_standing ON gis.fence (incident_id) WHERE lifted_at IS NULL;

-- What was last told of a unit and a fence. No row: never known inside. `told_late`: a visit during this stay outside that was
-- heard of only afterwards has been told.
CREATE TABLE gis.fence_state (
    fence_id    uuid NOT NULL REFERENCES gis.fence,
    unit_id     uuid NOT NULL,
    inside      boolean NOT NULL,
    changed_at  timestamptz NOT NULL,
    told_late   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (fence_id, unit_id)
);
CREATE INDEX fence_state_unit ON gis.fence_state (unit_id);
