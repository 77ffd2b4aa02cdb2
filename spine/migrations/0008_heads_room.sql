-- A head is rewritten with every fact of its stream: with room on its page the new version goes beside the old one, and no
-- index is touched.
ALTER TABLE spine.stream_head SET (fillfactor = 50);
