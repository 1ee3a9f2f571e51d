"""Rows to numbers: the lake of Parquet files, the snapshots, the marts, and the one guarded way to read them.

This is the only package that knows DuckDB, Parquet and SQL.  Data enters through :mod:`warehouse.build`
(used by ``etl``) and leaves through :class:`warehouse.reader.Reader`, which needs a
:class:`warehouse.scope.Scope` for every read.
"""
