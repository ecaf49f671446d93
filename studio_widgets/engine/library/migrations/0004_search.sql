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

-- An order for all files, and one for the files of each kind and source type, which are merged. An expression is read from
-- an index only where its column is in it as well.
drop index if exists media_files_of_kind;
drop index if exists media_files_of_source;
drop index if exists media_files_newest;
drop index if exists media_files_sorted;
drop index if exists media_files_longest;
drop index if exists media_files_largest;
create index media_files_newest on media_files (instructor_id, created_at desc, id desc) include (tag_bits);
create index media_files_sorted on media_files (instructor_id, sort_name, id) include (tag_bits);
create index media_files_longest
  on media_files (instructor_id, coalesce(duration_seconds, 0) desc, id desc) include (tag_bits, duration_seconds);
create index media_files_largest
  on media_files (instructor_id, coalesce(file_size, 0) desc, id desc) include (tag_bits, file_size);
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

-- How frequent a word is, is estimated by how many of these samples contain it.
alter table media_files alter column search_text set statistics 400;

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

-- The pairs of kind and source type that a filter means, each an ordered piece of an index; nulls: all files are one piece.
create or replace function studio_api.media_groups(kind text, source text, out kinds text[], out sources text[])
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  instructor uuid := studio_api.uid();
begin
  if kind is not null and source is not null then
    kinds := array[kind];
    sources := array[source];
  elsif kind is not null then
    sources := array['upload', 'studio_recording', 'studio_export'];
    kinds := array_fill(kind, array[3]);
  elsif source is not null then
    with recursive present (kind) as (
      (select min(m.media_kind) from public.media_files m where m.instructor_id = instructor and m.source_type = source)
      union all
      select (select min(m.media_kind) from public.media_files m
               where m.instructor_id = instructor and m.source_type = source and m.media_kind > present.kind)
        from present where present.kind is not null
    )
    select coalesce(array_agg(present.kind), '{}') into kinds from present where present.kind is not null;
    sources := array_fill(source, array[cardinality(kinds)]);
  end if;
end
$$;

-- The files of some groups (null: all) beyond a key, each group in order, so that they are merged and read no further than
-- somebody wants.
create or replace function studio_api.media_rows(sort text, groups integer, after_key text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  piece record := studio_api.sort_pieces(sort);
  files text := format('select m.id, %s as key, m.tag_bits, m.search_text from public.media_files m'
                       ' where m.instructor_id = $1', piece.key);
begin
  if after_key is not null then
    files := files || format(' and (%s, m.id) %s ($6::%s, $7)', piece.key, piece.beyond, piece.type);
  end if;
  if groups is null then
    return files;
  end if;
  return coalesce(
    (select string_agg(format('(%s and m.source_type = ($3)[%s] and m.media_kind = ($2)[%2$s] order by %3$s %4$s, m.id %4$s)',
                              files, n, piece.key, piece.way), ' union all ')
       from generate_series(1, groups) as n),
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

-- The same and kind and source type, of rows that nobody asked to be in order.
create or replace function studio_api.media_where(groups integer, condition text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' and ', 'm.instructor_id = $1', nullif(condition, ''),
                   case when groups is not null then 'm.media_kind = any ($2) and m.source_type = any ($3)' end)
$$;

-- --- what sessions call ---------------------------------------------------------------------------------------------------

-- A page of files: `most` of them in an order, `skip` rows beyond the row (after_key, after_id), or from the beginning. `key`
-- is what they are ordered by, as text that means the same when it comes back as after_key.
create or replace function studio_api.media_page(
  kind text, source text, tags text[], words text[], sort text, after_key text, after_id uuid, skip integer, most integer
) returns table (id uuid, key text)
  language plpgsql volatile security definer rows 30 -- volatile, because EXPLAIN is allowed in no other
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
  set datestyle = 'ISO, YMD' set extra_float_digits = 1
as $$
declare
  instructor uuid := studio_api.uid();
  piece record := studio_api.sort_pieces(sort);
  groups record := studio_api.media_groups(kind, source);
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
  row_source text := studio_api.media_rows(sort, cardinality(groups.kinds), after_key);
  in_order text := format(' order by m.key %1$s, m.id %1$s', piece.way);
  page text := ' select m.id, m.key::text from %s m' || in_order || ' offset $8 limit $9';
  bound integer;
  ids uuid[];
  keys text[];
  seen integer;
begin
  if condition = '' then
    return query execute format(page, '(' || row_source || ')')
      using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most;
    return;
  end if;

  -- What is frequent is met soon by walking in order, what is rare is little enough to be sorted.
  bound := studio_api.media_walk(condition, instructor, tags, patterns, skip + most);
  if bound > 0 then
    execute format('select array_agg(f.id), array_agg(f.key::text) from (select m.id, m.key from (select * from (%s) m%s'
                   ' limit $10) m where %s%2$s offset $8 limit $9) f', row_source, in_order,
                   case when cardinality(tags) > 0
                   -- the index has the bits; only what passes them is looked up in the table
                   then format('m.tag_bits & $11 = $11 and (select %s from public.media_files f where f.id = m.id)',
                               replace(condition, 'm.', 'f.'))
                   else condition end)
       into ids, keys
      using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most, bound,
            public.studio_tag_bits(tags);
    if coalesce(cardinality(ids), 0) < most then
      execute format('select count(*) from (select from (%s) m limit $10) m', row_source)
         into seen
        using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most, bound;
    end if;
    if seen is null or seen < bound then
      return query select * from unnest(ids, keys);
      return;
    end if;
  end if;

  return query execute format(
      'with hits as materialized (select m.id, %s as key from public.media_files m where %s%s)',
      piece.key, studio_api.media_where(cardinality(groups.kinds), condition),
      case when after_key is not null then format(' and (%s, m.id) %s ($6::%s, $7)', piece.key, piece.beyond, piece.type) end
    ) || format(page, 'hits')
    using instructor, groups.kinds, groups.sources, tags, patterns, after_key, after_id, skip, most;
end
$$;

-- How many rows to walk for `wanted` matches of a condition, with room for chance; 0 when an index for searches has less to
-- do. The planner guesses how many match, from its samples.
create or replace function studio_api.media_walk(
  condition text, instructor uuid, tags text[], patterns text[], wanted integer
) returns integer
  language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  plan jsonb;
  all_rows float8;
  mine float8;
  hits float8;
  needed float8;
begin
  execute format('explain (format json) select from public.media_files m'
                 ' union all select from public.media_files m where m.instructor_id = $1'
                 ' union all select from public.media_files m where %s', condition)
     into plan using instructor, null::text[], null::text[], tags, patterns;
  all_rows := plan #>> '{0,Plan,Plans,0,Plan Rows}';
  mine := plan #>> '{0,Plan,Plans,1,Plan Rows}';
  hits := greatest((plan #>> '{0,Plan,Plans,2,Plan Rows}')::float8, 1);
  needed := least(mine, wanted * all_rows / hits);
  return case when needed > hits * (case when cardinality(tags) > 0 then 6 else 1 end) then 0
         else least(4 * needed + 300, 1000000) end;
end
$$;

-- How many files match, counted no further than `most`.
create or replace function studio_api.media_count(kind text, source text, tags text[], words text[], most integer)
  returns bigint
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
as $$
declare
  groups record := studio_api.media_groups(kind, source);
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
  found bigint;
begin
  execute format('select count(*) from (select from (%s) m limit $9) m',
                 case when condition = '' then studio_api.media_rows('newest', cardinality(groups.kinds), null)
                 else 'select from public.media_files m where '
                      || studio_api.media_where(cardinality(groups.kinds), condition) end)
     into found
    using studio_api.uid(), groups.kinds, groups.sources, tags, patterns, null::text, null::uuid, 0, most;
  return found;
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
  groups record := studio_api.media_groups(kind, source);
  patterns text[] := studio_api.patterns(words);
  condition text := studio_api.media_condition(tags, patterns);
begin
  return query execute format(
      'select m.place, m.id, m.key::text from (select m.id, m.key, row_number() over (order by m.key %1$s, m.id %1$s) as place'
      ' from (%s) m) m where m.place %% $8 = 0', piece.way,
      case when condition = '' then studio_api.media_rows(sort, cardinality(groups.kinds), null)
      else format('select m.id, %s as key from public.media_files m where %s', piece.key,
                  studio_api.media_where(cardinality(groups.kinds), condition)) end)
    using studio_api.uid(), groups.kinds, groups.sources, tags, patterns, null::text, null::uuid, step;
end
$$;

-- All files that match, in no order.
create or replace function studio_api.media_found(kind text, source text, tags text[], words text[]) returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
as $$
declare
  groups record := studio_api.media_groups(kind, source);
  patterns text[] := studio_api.patterns(words);
begin
  return query execute 'select m.id from public.media_files m where '
      || studio_api.media_where(cardinality(groups.kinds), studio_api.media_condition(tags, patterns))
    using studio_api.uid(), groups.kinds, groups.sources, tags, patterns;
end
$$;

-- Files that have, for each word, one that resembles it: the nearest first, among the newest. None where the extension
-- pg_trgm is not to be had.
create or replace function studio_api.media_similar(kind text, source text, tags text[], words text[], most integer)
  returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set random_page_cost = 1.1 set jit = off
  set pg_trgm.word_similarity_threshold = 0.45
as $$
declare
  trigrams text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                     where e.extname = 'pg_trgm');
  groups record := studio_api.media_groups(kind, source);
  wanted text[] := array(select lower(word) from unnest(words) as word where word <> '');
begin
  if trigrams is null or cardinality(wanted) = 0 then
    return;
  end if;
  return query execute format(
      'select m.id from (select m.id, m.search_text, m.created_at from public.media_files m where %s and %s'
      ' order by m.created_at desc, m.id desc limit 500) m order by %s desc, m.created_at desc, m.id desc limit $9',
      studio_api.media_where(cardinality(groups.kinds), studio_api.media_condition(tags, '{}')),
      (select string_agg(format('m.search_text operator(%I.%%>) ($5)[%s]', trigrams, n), ' and ')
         from generate_series(1, cardinality(wanted)) as n),
      (select string_agg(format('%I.word_similarity(($5)[%s], m.search_text)', trigrams, n), ' + ')
         from generate_series(1, cardinality(wanted)) as n))
    using studio_api.uid(), groups.kinds, groups.sources, tags, wanted, null::text, null::uuid, 0, most;
end
$$;
