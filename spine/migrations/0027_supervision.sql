-- The supervision board: what it reckons of each order, kept beside the order so that 100,000 are read as one short column.

-- Five big-endian integers (20 bytes): state (1 closed, 2 cancelled, 3 waiting, 0 other) + 16 if signed in time + 32 if handed in in
-- time; then the seconds from issue to signing, handing in, closing and arrival, -1 where that has not happened.
-- Generated, so that no step can forget it. Read by command/supervision_store.py.
ALTER TABLE command.task ADD COLUMN measured bytea NOT NULL GENERATED ALWAYS AS (
    int4send(CASE state WHEN 'closed' THEN 1 WHEN 'cancelled' THEN 2 WHEN 'waiting' THEN 3 ELSE 0 END
        + CASE WHEN signed_at <= sign_due THEN 16 ELSE 0 END + CASE WHEN submitted_at <= due THEN 32 ELSE 0 END)
    || int4send(coalesce(floor(extract(epoch FROM signed_at - issued_at))::int, -1))
    || int4send(coalesce(floor(extract(epoch FROM submitted_at - issued_at))::int, -1))
    || int4send(coalesce(floor(extract(epoch FROM closed_at - issued_at))::int, -1))
    || int4send(coalesce(floor(extract(epoch FROM arrived_at - issued_at))::int, -1))
) STORED;
CREATE INDEX task_measured ON command.task (department) INCLUDE (measured, issued_at, incident_id, priority, response_id, area_code);

-- Open orders of everybody at once; closed ones stay in the table for ever.
CREATE INDEX task_open ON command.task (incident_id) WHERE closed_at IS NULL;

-- A card with which its clock ran over: the first red or severe one of that run of the clock. So that counting needs no sorting.
ALTER TABLE command.task_event ADD COLUMN ran_over boolean NOT NULL DEFAULT false;
UPDATE command.task_event e SET ran_over = true
WHERE e.kind = 'card' AND e.level IN ('red', 'severe') AND NOT EXISTS (
    SELECT 1 FROM command.task_event b WHERE b.task_id = e.task_id AND b.kind = 'card' AND b.clock = e.clock
        AND b.department = e.department AND b.level IN ('red', 'severe') AND b.id < e.id);

-- In the order in which the board counts, with everything that it counts: read as it lies, neither sorted nor hashed.
DROP INDEX command.task_event_counted;
CREATE INDEX task_event_board ON command.task_event (department, kind, level, cause)
    INCLUDE (clock, minutes, at, ended_at, ran_over, incident_id, area_code);
CREATE INDEX task_event_incident ON command.task_event (incident_id, at);
-- Pauses are few, and their time is reckoned to now as long as they run.
CREATE INDEX task_event_pauses ON command.task_event (department) INCLUDE (at, ended_at, incident_id, area_code) WHERE kind = 'pause';
