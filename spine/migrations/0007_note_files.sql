-- Who may read an attachment is found by the notes that name it.
CREATE INDEX note_files ON incidents.note USING gin (files jsonb_path_ops);
