-- Carry the books of one file over from the earlier warehouse.
INSERT INTO _files
SELECT $new, name, format, source, sha256, mode, loaded, rows_read, rows_kept, remarks, $same_as
FROM old._files WHERE file_id = $old
