-- Arrangements of the register under their title and citation title, with their participants.
SELECT DISTINCT unnest([a.title, a.citation_title]) AS arrangement, p.name AS participant
FROM register_arrangements a JOIN register_participants p USING (arrangement_id) ORDER BY ALL
