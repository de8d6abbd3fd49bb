-- Codes for the fund's names: the volumes of the newest circular carry both.
SELECT DISTINCT name, code FROM grant_volumes WHERE code IS NOT NULL
