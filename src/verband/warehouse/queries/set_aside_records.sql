-- The records that were set aside, one by one.
SELECT f.source, f.name AS file, s.line, s.reason, s.text
FROM _set_aside s JOIN _files f USING (file_id) ORDER BY f.source, f.name, s.line
