"""The library room: database, storage, catalog, ingest, takes and projects."""
