-- Cost per task of some municipalities.
SELECT code, year, task, cost_keur FROM cost_per_task WHERE report = $report AND list_contains($codes, code)
