-- Cost, income and own pay per full task of one report, latest year that has it; only municipalities that filed.
SELECT code, year, task, sum(cost_keur) AS cost_keur, sum(income_keur) AS income_keur,
       coalesce(sum(wages_keur), 0) AS wages_keur
FROM task_accounts
WHERE report = $report AND missing IS NULL
  AND year = (SELECT max(year) FROM task_accounts WHERE report = $report)
GROUP BY code, year, task
ORDER BY code, task
