-- Turns that must not be made, and which traffic may use a stretch of road.

ALTER TABLE gis.road_edge
    ADD COLUMN open_to text NOT NULL DEFAULT 'all' CHECK (open_to IN ('all', 'rescue', 'public')),
    ADD COLUMN rescue_both_ways boolean NOT NULL DEFAULT false;  -- a one-way road that rescue traffic may use against its direction

-- Reference data, replaced with the road layer. 'only': every other turn from `from_edge` at `via_node` is forbidden.
CREATE TABLE gis.road_turn (
    id         integer PRIMARY KEY,
    from_edge  integer NOT NULL REFERENCES gis.road_edge ON DELETE CASCADE,
    via_node   integer NOT NULL REFERENCES gis.road_node ON DELETE CASCADE,
    to_edge    integer NOT NULL REFERENCES gis.road_edge ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('no', 'only')),
    sign       text NOT NULL,                -- no_left_turn, only_straight_on, no_u_turn …
    excepts    text[] NOT NULL DEFAULT '{}'  -- kinds of vehicle that it does not bind, as OpenStreetMap names them
);
CREATE INDEX road_turn_from ON gis.road_turn (from_edge);
CREATE INDEX road_turn_to ON gis.road_turn (to_edge);
CREATE INDEX road_turn_via ON gis.road_turn (via_node);
CREATE TRIGGER road_turn_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gis.road_turn
    FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();
