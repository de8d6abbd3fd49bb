-- Highest municipality code of the attached earlier warehouse.
SELECT max(code) FROM old.municipality_list
