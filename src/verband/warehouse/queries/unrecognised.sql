-- Files in the loaded folders that no reader recognised.
SELECT name FROM _unrecognised ORDER BY name
