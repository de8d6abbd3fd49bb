-- Highest municipality code of this load: invented ones are numbered above the true ones.
SELECT max(code) FROM municipality_list
