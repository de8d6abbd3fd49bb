-- Arrangements and participants of the user's own files, by file.
SELECT DISTINCT _file AS file, arrangement, participant FROM own_arrangements ORDER BY ALL
