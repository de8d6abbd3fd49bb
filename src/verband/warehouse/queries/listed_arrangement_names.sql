-- Arrangements and participants of the lists.
SELECT DISTINCT arrangement, participant FROM arrangement_participants ORDER BY ALL
