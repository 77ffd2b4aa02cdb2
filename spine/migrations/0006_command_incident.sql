-- No response and no order stands without its incident.

ALTER TABLE command.response ADD CONSTRAINT response_incident_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident;
ALTER TABLE command.task ADD CONSTRAINT task_incident_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident;
