-- Finding files among a million: pages in any order, counts, searches.
--
-- Under row level security an index serves only operators that are known to leak nothing, and those of a search (LIKE, @>,
-- %>) are not: every search would walk all rows. These functions run as their owner and name the instructor themselves.
-- They put statements together from constant pieces, chosen by words they know; every value is bound:
--   $1 instructor   $2 kinds   $3 source types   $4 tags   $5 LIKE patterns   $6, $7 key and id that rows come after
--   $8 rows to skip   $9 rows at most
-- A statement is planned each time, for its values: what serves a rare word is wrong for a frequent one.

-- --- indexes --------------------------------------------------------------------------------------------------------------

-- A file's tags in 64 bits, two for each tag: what lacks a bit of a wanted tag lacks the tag. Small enough to stand in the
-- indexes below, where thousands of rows are passed over in the time that the table needs for a hundred.
create or replace function studio_tag_bits(tags text[]) returns bigint
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  bits bigint := 0;
  tag text;
  digest bigint;
begin
  foreach tag in array coalesce(tags, '{}') loop
    digest := ('x' || left(md5(coalesce(tag, '')), 8))::bit(32)::bigint;
    bits := bits | (1::bigint << (digest & 63)::integer) | (1::bigint << (digest >> 6 & 63)::integer);
  end loop;
  return bits;
end
$$;
alter table media_files add column if not exists tag_bits bigint generated always as (studio_tag_bits(tags)) stored;

-- Each order is kept in pieces, one for each source type and kind, and they are merged: there are about ten, and every
-- further index of a million files is paid for with each row that changes. An expression is read from an index only where
-- its column is in it as well. All files by time are asked for most,
-- also by DataFrames: an order of its own.
drop index if exists media_files_newest_of_kind;
drop index if exists media_files_by_name; -- names are found as they are sorted
drop index if exists media_files_newest;
create index media_files_newest on media_files (instructor_id, created_at desc, id desc) include (tag_bits);
create index if not exists media_files_groups_newest
  on media_files (instructor_id, source_type, media_kind, created_at desc, id desc) include (tag_bits);
create index if not exists media_files_groups_sorted
  on media_files (instructor_id, source_type, media_kind, sort_name, id) include (tag_bits);
create index if not exists media_files_groups_longest
  on media_files (instructor_id, source_type, media_kind, coalesce(duration_seconds, 0) desc, id desc)
  include (tag_bits, duration_seconds);
create index if not exists media_files_groups_largest
  on media_files (instructor_id, source_type, media_kind, coalesce(file_size, 0) desc, id desc)
  include (tag_bits, file_size);

-- What is looked for by its hash is looked for whole, and hashes lie anywhere: a third of the size, and of the work.
drop index if exists media_files_content;
drop index if exists media_files_blobs;
create index if not exists media_files_by_content on media_files using hash (content_sha256);
create index if not exists media_files_by_blob on media_files using hash (storage_key);
drop index if exists media_files_metadata; -- row level security kept everybody from using it but for this
create index if not exists media_files_by_original
  on media_files ((studio_metadata ->> 'originalKey')) where studio_metadata ->> 'originalKey' is not null;

-- The days on which files with a tag were made, or once were: by time, a tag that only old files have is looked for there.
-- Without a key: nobody waits for anybody, and a day that stands twice harms nothing.
create table if not exists studio_api.tag_days (
  instructor_id uuid not null references public.profiles (id) on delete cascade,
  tag text not null,
  day date not null
);
create index if not exists tag_days_of_tag on studio_api.tag_days (instructor_id, tag, day);
create or replace function studio_api.note_tag_days() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into studio_api.tag_days (instructor_id, tag, day)
    select n.* from (select distinct m.instructor_id, t.tag, (m.created_at at time zone 'UTC')::date as day
                       from new_rows m cross join unnest(m.tags) as t (tag)
                      where t.tag is not null and m.created_at is not null and m.instructor_id is not null) n
     where not exists (select from studio_api.tag_days d
                        where (d.instructor_id, d.tag, d.day) = (n.instructor_id, n.tag, n.day));
  return null;
end
$$;
create or replace function studio_api.note_tag_days_of_row() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  made date := (new.created_at at time zone 'UTC')::date;
  moved boolean := old.created_at is distinct from new.created_at;
  one text;
begin
  foreach one in array coalesce(new.tags, '{}') loop
    continue when one is null or made is null or new.instructor_id is null or (one = any (old.tags) and not moved);
    perform from studio_api.tag_days d where d.instructor_id = new.instructor_id and d.tag = one and d.day = made limit 1;
    if not found then
      insert into studio_api.tag_days (instructor_id, tag, day) values (new.instructor_id, one, made);
    end if;
  end loop;
  return null;
end
$$;
create or replace trigger media_files_new_tag_days after insert on media_files
  referencing new table as new_rows for each statement execute function studio_api.note_tag_days();
-- by row, so that edits of anything else cost nothing
create or replace trigger media_files_tag_days after update of tags, created_at on media_files
  for each row when ((old.tags, old.created_at) is distinct from (new.tags, new.created_at))
  execute function studio_api.note_tag_days_of_row();
insert into studio_api.tag_days (instructor_id, tag, day)
  select distinct m.instructor_id, t.tag, (m.created_at at time zone 'UTC')::date
    from media_files m cross join unnest(m.tags) as t (tag)
   where t.tag is not null and m.created_at is not null and m.instructor_id is not null
     and not exists (select from studio_api.tag_days);

-- Deleting a file looks for what refers to it.
create index if not exists studio_recordings_media on studio_recordings (media_file_id) where media_file_id is not null;
create index if not exists studio_projects_exported
  on studio_projects (exported_media_file_id) where exported_media_file_id is not null;

-- --- pieces of statements -------------------------------------------------------------------------------------------------

create or replace function studio_api.sort_pieces(sort text, out key text, out type text, out way text, out beyond text)
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  key := case when sort in ('newest', 'oldest') then 'm.created_at'
              when sort in ('name', 'name_desc') then 'm.sort_name'
              when sort in ('longest', 'shortest') then 'coalesce(m.duration_seconds, 0)'
              when sort in ('largest', 'smallest') then 'coalesce(m.file_size, 0)' end;
  if key is null then
    raise invalid_parameter_value using message = format('there is no sort %L', sort);
  end if;
  type := case key when 'm.created_at' then 'timestamptz' when 'm.sort_name' then 'text'
                   when 'coalesce(m.duration_seconds, 0)' then 'float8' else 'int8' end;
  way := case when sort in ('newest', 'name_desc', 'longest', 'largest') then 'desc' else 'asc' end;
  beyond := case way when 'desc' then '<' else '>' end;
end
$$;

-- The source types that the instructor's files have; null among them where some have none. Found by leaps in an index.
create or replace function studio_api.media_sources() returns text[]
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  with recursive present (word) as (
    (select min(m.source_type) from public.media_files m where m.instructor_id = studio_api.uid())
    union all
    select (select min(m.source_type) from public.media_files m
             where m.instructor_id = studio_api.uid() and m.source_type > present.word)
      from present where present.word is not null
  )
  select coalesce(array_agg(present.word) filter (where present.word is not null), '{}')
      || case when exists (select from public.media_files m
                            where m.instructor_id = studio_api.uid() and m.source_type is null)
              then array[null::text] else '{}' end
    from present
$$;

-- The kinds that its files of a source type (null: of none) have.
create or replace function studio_api.media_kinds(source text) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  kinds text[];
begin
  execute format(
      'with recursive present (word) as ('
      '  (select min(m.media_kind) from public.media_files m where %1$s)'
      '  union all'
      '  select (select min(m.media_kind) from public.media_files m where %1$s and m.media_kind > present.word)'
      '    from present where present.word is not null'
      ') select coalesce(array_agg(present.word) filter (where present.word is not null), ''{}'') from present',
      'm.instructor_id = $1 and m.source_type ' || case when source is null then 'is null' else '= $2' end)
     into kinds using studio_api.uid(), source;
  return kinds;
end
$$;

-- The pairs of kind and source type that a page is put together from, each an ordered piece of an index; nulls: the order of
-- all files is one piece. Files of a web studio may have other words than ours.
create or replace function studio_api.media_groups(
  kind text, source text, sort text, out kinds text[], out sources text[]
)
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  one text;
  of_it text[];
begin
  if kind is null and source is null and sort in ('newest', 'oldest') then
    return;
  end if;
  kinds := '{}';
  sources := '{}';
  foreach one in array case when source is not null then array[source] else studio_api.media_sources() end loop
    of_it := case when kind is not null then array[kind] else studio_api.media_kinds(one) end;
    kinds := kinds || of_it;
    sources := sources || array_fill(one, array[cardinality(of_it)]);
  end loop;
end
$$;

-- The files of some groups (null: all) beyond a key, each group in order, so that they are merged and read no further than
-- somebody wants.
create or replace function studio_api.media_rows(sort text, sources text[], after_key text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  piece record := studio_api.sort_pieces(sort);
  files text := format('select m.id, %s as key, m.tags, m.tag_bits, m.search_text from public.media_files m'
                       ' where m.instructor_id = $1', piece.key);
begin
  if after_key is not null then
    files := files || format(' and (%s, m.id) %s ($6::%s, $7)', piece.key, piece.beyond, piece.type);
  end if;
  if sources is null then
    return files;
  end if;
  return coalesce(
    (select string_agg(format('(%s and m.source_type %s and m.media_kind = ($2)[%s] order by %s %s, m.id %5$s)', files,
                              case when source is null then 'is null' else format('= ($3)[%s]', n) end, n,
                              piece.key, piece.way), ' union all ')
       from unnest(sources) with ordinality as present (source, n)),
    files || ' and false');
end
$$;

-- Patterns that find each word as it stands, anywhere.
create or replace function studio_api.patterns(words text[]) returns text[]
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg('%' || regexp_replace(lower(word), '([\\%_])', '\\\1', 'g') || '%' order by place), '{}')
    from unnest(words) with ordinality as given (word, place)
   where word <> ''
$$;

-- What a search asks of (tags, search_text); empty when nothing.
create or replace function studio_api.media_condition(tags text[], patterns text[]) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' and ', case when cardinality(tags) > 0 then 'm.tags @> $4' end,
                   (select string_agg(format('m.search_text like ($5)[%s]', n), ' and ')
                      from generate_series(1, cardinality(patterns)) as n))
$$;

-- The same of a row of media_rows: the index has the bits of its tags (those wanted are the parameter of that number), so that
-- only what passes them is looked up in the table.
create or replace function studio_api.media_passes(tags text[], condition text, bits integer) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case when cardinality(tags) > 0
    then format('m.tag_bits & $%1$s = $%1$s and (select %2$s from public.media_files f where f.id = m.id)', bits,
                replace(condition, 'm.', 'f.'))
    else condition end
$$;

-- The same and kind and source type, of rows that nobody asked to be in order.
create or replace function studio_api.media_where(kind text, source text, condition text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' and ', 'm.instructor_id = $1', nullif(condition, ''),
                   case when kind is not null then 'm.media_kind = ($2)[1]' end,
                   case when source is not null then 'm.source_type = ($3)[1]' end)
$$;

-- --- what sessions call ---------------------------------------------------------------------------------------------------

-- A page of files: `most` of them in an order, `skip` rows beyond the row (after_key, after_id), or from the beginning. `key`
-- is what they are ordered by, as text that means the same when it comes back as after_key.
create or replace function studio_api.media_page(
  kind text, source text, tags text[], words text[], sort text, after_key text, after_id uuid, skip integer, most integer
) returns table (id uuid, key text)
  language plpgsql stable security definer rows 30
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
  set datestyle = 'ISO, YMD' set extra_float_digits = 1
as $$
declare
  instructor uuid := studio_api.uid();
  piece record := studio_api.sort_pieces(sort);
  groups record := studio_api.media_groups(kind, source, sort);
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
  files text := studio_api.media_rows(sort, groups.sources, after_key);
  in_order text := format(' order by m.key %1$s, m.id %1$s', piece.way);
  page text := ' select m.id, m.key::text from %s m' || in_order || ' offset $8 limit $9';
  -- rows to walk in hope: of an index that has the bits of the tags, or of the table
  bound integer := case when cardinality(tags) > 0 then 4000 else 400 end;
  passes text := studio_api.media_passes(tags, condition, 11);
  ids uuid[];
  keys text[];
  found integer;
  there_are integer;
begin
  if condition = '' then
    return query execute format(page, '(' || files || ')')
      using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most;
    return;
  end if;

  -- What is frequent is met soon by walking in order; what is rare is little enough to be sorted. Under row level security
  -- the planner has no samples to tell them apart by, so a first stretch of the way tells.
  for stretch in 1..2 loop
    execute format('select array_agg(f.id), array_agg(f.key::text) from (select m.id, m.key from (select * from (%s) m%s'
                   ' limit $10) m where %s%2$s limit $8 + $9) f', files, in_order, passes)
       into ids, keys
      using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most, bound,
            public.studio_tag_bits(tags);
    found := coalesce(cardinality(ids), 0);
    if found < skip + most then
      execute format('select count(*) from (select from (%s) m limit $10) m', files)
         into there_are
        using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most, bound;
    end if;
    if found = skip + most or there_are < bound then
      return query select * from unnest(ids[skip + 1:], keys[skip + 1:]);
      return;
    end if;
    exit when found < case when cardinality(tags) > 0 then 10 else 5 end;
    bound := bound::bigint * 3 * (skip + most) / found;
  end loop;

  if cardinality(tags) > 0 and cardinality(patterns) = 0 and sort in ('newest', 'oldest') then
    -- By time, a tag that is not met soon lies on other days. Beyond a key in three comparisons: of a row of columns the
    -- index would begin there, and not on the day.
    return query execute format(
        'select m.id, m.key::text from ('
        '  select m.* from (select d.day::timestamp at time zone ''UTC'' as begins from studio_api.tag_days d'
        '     where d.instructor_id = $1 and d.tag = any($4) %4$s group by d.day'
        '     having count(distinct d.tag) = (select count(distinct t) from unnest($4) t) order by d.day %1$s) days'
        '   cross join lateral (select m.* from (%2$s) m'
        '     where m.key >= days.begins and m.key < days.begins + interval ''1 day'' order by m.key %1$s, m.id %1$s) m'
        '   where %3$s %5$s limit $8 + $9) m order by m.key %1$s, m.id %1$s offset $8',
        piece.way, studio_api.media_rows(sort, groups.sources, null), studio_api.media_passes(tags, condition, 10),
        case when after_key is not null
          then format('and d.day %s= ($6::timestamptz at time zone ''UTC'')::date', piece.beyond) end,
        case when after_key is not null
          then format('and m.key %1$s= $6::timestamptz and (m.key <> $6::timestamptz or m.id %1$s $7)', piece.beyond) end)
      using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most,
            public.studio_tag_bits(tags);
    return;
  end if;

  return query execute format(
      'with hits as materialized (select m.id, %s as key from public.media_files m where %s%s)',
      piece.key, studio_api.media_where(kind, source, condition),
      case when after_key is not null then format(' and (%s, m.id) %s ($6::%s, $7)', piece.key, piece.beyond, piece.type) end
    ) || format(page, 'hits')
    using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most;
end
$$;

-- How many files match; `more` where nobody counted on: beyond `most`, or when a search finds its words and tags in many of
-- the newest files already. An index for searches lists all that have a frequent word before the first can be counted.
create or replace function studio_api.media_count(
  kind text, source text, tags text[], words text[], most integer, out matching bigint, out more boolean
)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
as $$
declare
  instructor uuid := studio_api.uid();
  groups record := studio_api.media_groups(kind, source, 'newest');
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
  files text := studio_api.media_rows('newest', groups.sources, null);
  there_are integer;
begin
  if condition = '' then
    execute format('select count(*) from (select from (%s) m limit $6) m', files)
       into matching using instructor, groups.kinds, groups.sources, tags, patterns, most;
    more := matching >= most;
    return;
  end if;
  execute format('select count(*) filter (where %s), count(*) from (select * from (%s) m order by m.key desc, m.id desc'
                 ' limit 5000) m', studio_api.media_passes(tags, condition, 6), files)
     into matching, there_are
    using instructor, groups.kinds, groups.sources, tags, patterns, public.studio_tag_bits(tags);
  more := there_are = 5000 and matching >= 25;
  if there_are = 5000 and not more then
    execute format('select count(*) from (select from public.media_files m where %s limit $6) m',
                   studio_api.media_where(kind, source, condition))
       into matching using instructor, groups.kinds, groups.sources, tags, patterns, most;
    more := matching >= most;
  end if;
end
$$;

-- The files at the places step, 2 * step, … of an order: from one of them any page is a short way.
create or replace function studio_api.media_ladder(
  kind text, source text, tags text[], words text[], sort text, step integer
) returns table (place bigint, id uuid, key text)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
  set datestyle = 'ISO, YMD' set extra_float_digits = 1
as $$
declare
  piece record := studio_api.sort_pieces(sort);
  groups record := studio_api.media_groups(kind, source, sort);
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
begin
  return query execute format(
      'select m.place, m.id, m.key::text from (select m.id, m.key, row_number() over (order by m.key %1$s, m.id %1$s) as place'
      ' from (%s) m) m where m.place %% $8 = 0', piece.way,
      case when condition = '' then studio_api.media_rows(sort, groups.sources, null)
      else format('select m.id, %s as key from public.media_files m where %s', piece.key,
                  studio_api.media_where(kind, source, condition)) end)
    using studio_api.uid(), groups.kinds, groups.sources, tags, patterns, null::text, null::uuid, step;
end
$$;

-- All files that match, in no order.
create or replace function studio_api.media_found(kind text, source text, tags text[], words text[]) returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
as $$
declare
  groups record := studio_api.media_groups(kind, source, 'newest');
  patterns text[] := studio_api.patterns(words);
begin
  return query execute 'select m.id from public.media_files m where '
      || studio_api.media_where(kind, source, studio_api.media_condition(tags, patterns))
    using studio_api.uid(), groups.kinds, groups.sources, tags, patterns;
end
$$;

-- Whether there is a file of so many bytes: only then can a new one be the same.
create or replace function studio_api.media_has_size(size bigint) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  instructor uuid := studio_api.uid();
  groups record := studio_api.media_groups(null, null, 'largest');
begin
  for n in 1..cardinality(groups.kinds) loop
    if groups.sources[n] is null then
      perform from public.media_files m
        where m.instructor_id = instructor and m.source_type is null and m.media_kind = groups.kinds[n]
          and coalesce(m.file_size, 0) = size limit 1;
    else
      perform from public.media_files m
        where m.instructor_id = instructor and m.source_type = groups.sources[n] and m.media_kind = groups.kinds[n]
          and coalesce(m.file_size, 0) = size limit 1;
    end if;
    if found then
      return true;
    end if;
  end loop;
  return false;
end
$$;

-- Files that have, for each word, one that resembles it, the nearest first: among the newest where many do. Words of less
-- than four letters stand as they are. None where the extension pg_trgm is not to be had.
create or replace function studio_api.media_similar(kind text, source text, tags text[], words text[], most integer)
  returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
  set pg_trgm.word_similarity_threshold = 0.45 set enable_seqscan = on
as $$
declare
  trigrams text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                     where e.extname = 'pg_trgm' and has_schema_privilege(n.oid, 'usage'));
  groups record := studio_api.media_groups(kind, source, 'newest');
  wanted text[] := array(select lower(word) from unnest(words) as word where length(word) >= 4);
  short text[] := studio_api.patterns(array(select word from unnest(words) as word where length(word) < 4));
  newest text := format('(select m.id, m.tags, m.search_text, m.key as created_at from (%s) m order by m.key desc, m.id desc'
                        ' limit $7) m where ', studio_api.media_rows('newest', groups.sources, null));
  everywhere text := 'public.media_files m where ' || studio_api.media_where(kind, source, '') || ' and ';
  resembles text;
  ids uuid[];
  newest_looked_at integer := 100;
begin
  if trigrams is null or cardinality(wanted) = 0 then
    return;
  end if;
  resembles := concat_ws(' and ', nullif(studio_api.media_condition(tags, '{}'), ''), (
    select string_agg(format('m.search_text operator(%I.%%>) ($5)[%s]', trigrams, n), ' and ')
      from generate_series(1, cardinality(wanted)) as n), (
    select string_agg(format('m.search_text like ($6)[%s]', n), ' and ') from generate_series(1, cardinality(short)) as n));
  for step in 1..3 loop
    execute format(
        'select array_agg(m.id order by m.nearness desc, m.created_at desc, m.id desc)'
        ' from (select m.id, m.created_at, %s as nearness from (select m.id, m.created_at, m.search_text from %s%s limit 300) m) m',
        (select string_agg(format('%I.word_similarity(($5)[%s], m.search_text)', trigrams, n), ' + ')
           from generate_series(1, cardinality(wanted)) as n),
        case when newest_looked_at > 0 then newest else everywhere end, resembles)
       into ids
      using studio_api.uid(), groups.kinds, groups.sources, tags, wanted, short, newest_looked_at;
    exit when newest_looked_at = 0 or cardinality(ids) >= 30;
    newest_looked_at := case when step = 1 and cardinality(ids) >= 3 then 1500 else 0 end;
    if newest_looked_at = 0 then
      -- comparing words is so slow that an index is always better: back on when this function ends
      perform set_config('enable_seqscan', 'off', true);
    end if;
  end loop;
  return query select * from unnest(ids[:most]);
end
$$;
