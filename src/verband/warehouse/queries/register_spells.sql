-- Participants of every version of the register's arrangements, with the days on which the version was in force.
SELECT a.arrangement_id, a.title, a.citation_title, a.out_of_force, a.modified, p.participant_id, p.code, p.entry,
    p.exit, f.loaded::DATE AS loaded
FROM register_participants p
JOIN register_arrangements a
  ON a.arrangement_id = p.arrangement_id
  AND a.in_force IS NOT DISTINCT FROM p.in_force AND a.out_of_force IS NOT DISTINCT FROM p.out_of_force
JOIN _files f ON f.file_id = a._file
ORDER BY a.arrangement_id, p.participant_id, p.entry, p.exit, a.out_of_force
