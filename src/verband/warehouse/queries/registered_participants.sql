-- Participants of the register's arrangements that are in force on a day, with the day the export was loaded.
SELECT a.arrangement_id, a.title, a.citation_title, a.form, a.legal_basis, p.participant_id, p.code, p.name, p.share,
    p.entry, p.exit, f.loaded::DATE AS as_of
FROM register_participants p
JOIN register_arrangements a
  ON a.arrangement_id = p.arrangement_id
  AND a.in_force IS NOT DISTINCT FROM p.in_force AND a.out_of_force IS NOT DISTINCT FROM p.out_of_force
JOIN _files f ON f.file_id = a._file
WHERE coalesce(a.in_force, $on) <= $on AND coalesce(a.out_of_force, DATE '9999-12-31') > $on
