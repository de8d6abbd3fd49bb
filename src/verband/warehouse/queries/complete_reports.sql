-- Reports whose listed tasks add up to the published total cost, to the thousand euro.
SELECT t.code, t.year
FROM cost_per_task t JOIN key_totals k USING (code, year, report)
WHERE t.report = $report AND list_contains($codes, t.code) AND k.cost_keur IS NOT NULL
GROUP BY t.code, t.year, k.cost_keur
HAVING count(*) = count(t.cost_keur) AND abs(sum(t.cost_keur) - k.cost_keur) < 1
