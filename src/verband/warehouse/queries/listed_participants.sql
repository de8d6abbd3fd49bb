-- Participants in the arrangement lists with the municipality code their name was linked to.
SELECT p.arrangement_id, p.arrangement, p.participant, l.code, p.as_of
FROM arrangement_participants p LEFT JOIN participant_links l USING (participant_published)
