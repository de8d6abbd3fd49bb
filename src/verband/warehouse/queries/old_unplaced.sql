-- How many rows of each file an attached earlier warehouse holds apart from a table; none where there is no such table.
SELECT _file, count(*) FROM old."_unplaced_{table}" GROUP BY _file
