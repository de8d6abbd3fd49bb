-- Whether the workspace holds invented municipalities, whose codes lie beyond those that CBS uses.
SELECT count(*) > 0 AS fictional FROM municipality_list WHERE code >= $first_fictional_code
