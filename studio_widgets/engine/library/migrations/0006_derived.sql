-- Rows whose derived files are to be looked at again: those of an older version of the set than today's. The next version
-- (recipes.SET_VERSION) brings this index once more, with its number: what is finished is not in it, and costs nothing.
drop index if exists media_files_underived;
create index if not exists media_files_underived
  on media_files (instructor_id, derived_version, created_at, id) where derived_version < 2 and storage_key is not null;
