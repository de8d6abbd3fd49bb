-- Carry the set-aside records of one file over from the earlier warehouse, but for those that are judged anew.
INSERT INTO _set_aside
SELECT $new, line, reason, text FROM old._set_aside WHERE file_id = $old AND NOT list_contains($anew, reason)
