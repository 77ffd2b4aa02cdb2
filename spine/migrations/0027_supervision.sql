-- The supervision board asks for the open orders of everybody at once; closed ones stay in the table for ever.
CREATE INDEX task_open ON command.task (incident_id) WHERE closed_at IS NULL;
