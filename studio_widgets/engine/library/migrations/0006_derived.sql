-- Rows whose derived files are to be looked at again, whichever version of the set they have: the index of 0001 knew only
-- rows of no version, and is of no use once the set has grown.
drop index if exists media_files_underived;
create index if not exists media_files_underived
  on media_files (instructor_id, derived_version, created_at, id) where storage_key is not null;
