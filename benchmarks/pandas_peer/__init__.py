"""The peer: the same load, written with pandas and pyarrow as one who knows them well would write it.

It imports nothing of Verband but the contracts and reference data of ``verband.domain`` and the SQL texts of the
warehouse, so that both sides check the same rules and leave the same tables.
"""
