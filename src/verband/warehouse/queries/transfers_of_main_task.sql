-- Share of transfers (category 4) in the cost of a main task, over all years of a report.
SELECT sum(cost_keur) FILTER (category = '4') / sum(cost_keur) AS share
FROM cost_per_main_task_category WHERE report = $report AND main_task = $main_task
HAVING sum(cost_keur) <> 0
