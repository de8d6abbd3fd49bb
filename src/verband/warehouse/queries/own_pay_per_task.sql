-- Own pay per full task of one year and report, with inhabitants; a municipality that did not file has no pay at all.
SELECT code, task, sum(wages_keur) AS wages_keur, max(inhabitants) AS inhabitants, bool_and(missing IS NULL) AS filed
FROM task_accounts
WHERE report = $report AND year = $year AND code IS NOT NULL
GROUP BY code, task
ORDER BY code, task
