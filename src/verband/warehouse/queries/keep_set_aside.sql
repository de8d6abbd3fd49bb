-- Carry the set-aside records of one file over from the earlier warehouse.
INSERT INTO _set_aside SELECT $new, line, reason, text FROM old._set_aside WHERE file_id = $old
