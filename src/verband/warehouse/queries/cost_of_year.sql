-- Cost per task of all municipalities in one year and report.
SELECT code, year, task, cost_keur FROM cost_per_task WHERE year = $year AND report = $report
