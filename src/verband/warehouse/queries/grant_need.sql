-- General grant over some clusters, newest grant year and circular, by the fund's name of the municipality.
SELECT name, sum(amount_eur) AS amount_eur, max(year) AS year FROM grant_results
WHERE list_contains($clusters, cluster)
    AND (year, circular) = (SELECT (year, circular) FROM grant_results ORDER BY year DESC, circular_order(circular) DESC LIMIT 1)
GROUP BY name
