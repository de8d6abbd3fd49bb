-- Carry the books of one file over from the earlier warehouse; rows that led nowhere are in their table again.
INSERT INTO _files
SELECT $new, name, format, source, sha256, mode, loaded, rows_read, rows_kept + $again, remarks, $same_as
FROM old._files WHERE file_id = $old
