-- The user's own staff lists, newest first, each row with the file it stands in.
SELECT o.* EXCLUDE (_file), f.name AS file
FROM own_staff o JOIN _files f ON f.file_id = o._file
ORDER BY o.as_of DESC, f.name, o.municipality, o.function
