-- A database that had tables of these names before us, a web studio's: what they lack for the migrations that follow is
-- added, and nothing is taken away. On an empty database, and on one that has our tables already, this does nothing.

create schema if not exists studio_api;
set local row_security = off; -- rather an error than rows that were not seen

-- Which tables were there before us. They stay their owner's.
create table studio_migrations.existing (
  table_name name primary key,
  had_row_security boolean not null
);
insert into studio_migrations.existing
select c.relname, c.relrowsecurity
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   and c.relname in ('profiles', 'media_files', 'courses', 'course_chapters', 'studio_projects', 'studio_recordings')
   and not exists (select from studio_migrations.applied where version = '0001_studio');

-- The columns of those tables.
create function pg_temp.columns()
  returns table (table_name name, column_name name, type_name text, is_required boolean, has_default boolean, is_unique boolean)
  language sql stable
as $$
  select e.table_name, a.attname, format_type(a.atttypid, null), a.attnotnull,
         a.atthasdef or a.attidentity <> '' or a.attgenerated <> '',
         exists (select from pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any (i.indkey))
    from studio_migrations.existing e
    join pg_attribute a on a.attrelid = format('public.%I', e.table_name)::regclass
   where a.attnum > 0 and not a.attisdropped
$$;

-- The column by which chapters are ordered there; null when there is none, or `position` is there already.
create function pg_temp.order_column() returns name
  language sql stable
as $$
  select c.column_name
    from unnest(array['order_index', 'chapter_number', 'sort_order', 'order', 'chapter_order', 'order_number'])
         with ordinality as likely (column_name, rank)
    join pg_temp.columns() c on c.table_name = 'course_chapters' and c.column_name = likely.column_name
   where c.type_name in ('smallint', 'integer', 'bigint')
     and not exists (select from pg_temp.columns() p where p.table_name = 'course_chapters' and p.column_name = 'position')
   order by likely.rank limit 1
$$;

-- Change rows without the table's own triggers: an `updated_at` that follows every change would lose what it says.
create procedure pg_temp.quietly(table_name name, statement text)
  language plpgsql
as $$
declare
  silenced name;
  silent name[] := array(
    select t.tgname from pg_trigger t
     where t.tgrelid = format('public.%I', table_name)::regclass and not t.tgisinternal and t.tgenabled = 'O');
begin
  foreach silenced in array silent loop
    execute format('alter table public.%I disable trigger %I', table_name, silenced);
  end loop;
  execute statement;
  foreach silenced in array silent loop
    execute format('alter table public.%I enable trigger %I', table_name, silenced);
  end loop;
end
$$;

-- --- what cannot be added -----------------------------------------------------------------------------------------------------

do $$
declare
  lacking text;
begin
  select string_agg(format('%s.%s %s', w.table_name, w.column_name, w.type_name), ', ' order by w.table_name, w.column_name)
    into lacking
    from (values ('profiles', 'id', 'uuid'),
                 ('courses', 'id', 'uuid'), ('courses', 'instructor_id', 'uuid'), ('courses', 'title', null),
                 ('media_files', 'id', 'uuid'), ('media_files', 'instructor_id', 'uuid'),
                 ('course_chapters', 'id', 'uuid'), ('course_chapters', 'course_id', 'uuid'),
                 ('course_chapters', 'title', null),
                 ('studio_projects', 'id', 'uuid'), ('studio_projects', 'instructor_id', 'uuid'),
                 ('studio_projects', 'title', null), ('studio_projects', 'timeline_state', 'jsonb'),
                 ('studio_recordings', 'id', 'uuid'), ('studio_recordings', 'instructor_id', 'uuid'))
           as w (table_name, column_name, type_name)
    join studio_migrations.existing e on e.table_name = w.table_name
    left join pg_temp.columns() c on c.table_name = w.table_name and c.column_name = w.column_name
   where c.type_name is null or c.type_name <> coalesce(w.type_name, c.type_name);
  if lacking is not null then
    raise exception 'the tables that are there are not those of a studio: they have no %', lacking
      using hint = 'Use a database of its own for the studio.';
  end if;
  select string_agg(format('%s.%s is %s, not %s', c.table_name, c.column_name, c.type_name, w.type_name), '; ')
    into lacking
    from (values ('media_files', 'tags', 'text[]'), ('media_files', 'studio_metadata', 'jsonb'))
           as w (table_name, column_name, type_name)
    join pg_temp.columns() c on c.table_name = w.table_name and c.column_name = w.column_name
   where c.type_name <> w.type_name;
  if lacking is not null then
    raise exception '%', lacking using hint = 'Change the type of the column (alter table … alter column … type …).';
  end if;
end
$$;

-- --- what is added ------------------------------------------------------------------------------------------------------------

do $$
declare
  wanted record;
begin
  for wanted in
    select e.table_name, w.column_name, w.definition, w.default_from_now_on
      from (values
        ('profiles', 'name', 'text not null default ''''', null),
        ('profiles', 'created_at', 'timestamptz not null default now()', null),
        ('courses', 'description', 'text not null default ''''', null),
        ('courses', 'created_at', 'timestamptz not null default now()', null),
        ('courses', 'updated_at', 'timestamptz not null default now()', null),
        ('media_files', 'name', 'text not null default ''''', null),
        ('media_files', 'description', 'text not null default ''''', null),
        ('media_files', 'tags', 'text[] not null default ''{}''', null),
        ('media_files', 'file_type', 'text not null default ''''', null),
        ('media_files', 'file_size', 'bigint', null),
        ('media_files', 'duration_seconds', 'double precision', null),
        ('media_files', 'width', 'integer', null),
        ('media_files', 'height', 'integer', null),
        ('media_files', 'backblaze_file_id', 'text', null),
        ('media_files', 'backblaze_url', 'text', null),
        ('media_files', 'cdn_url', 'text', null),
        ('media_files', 'thumbnail_url', 'text', null),
        ('media_files', 'source_type', 'text not null default ''upload''', null),
        ('media_files', 'studio_metadata', 'jsonb not null default ''{}''', null),
        ('media_files', 'content_sha256', 'text', null),
        ('media_files', 'storage_key', 'text', null),
        ('media_files', 'derived_version', 'integer not null default 0', null),
        ('media_files', 'created_at', 'timestamptz not null default now()', null),
        ('media_files', 'updated_at', 'timestamptz not null default now()', null),
        ('course_chapters', 'description', 'text not null default ''''', null),
        ('course_chapters', 'video_url', 'text', null),
        ('course_chapters', 'media_file_id', 'uuid', null), -- 0003 makes references of these two: the tables may come later
        ('course_chapters', 'studio_project_id', 'uuid', null),
        ('course_chapters', 'duration_seconds', 'double precision', null),
        ('course_chapters', 'created_at', 'timestamptz not null default now()', null),
        ('course_chapters', 'updated_at', 'timestamptz not null default now()', null),
        ('studio_projects', 'description', 'text not null default ''''', null),
        ('studio_projects', 'timeline_rev', 'bigint not null default 0', null),
        ('studio_projects', 'related_course_id', 'uuid', null),
        ('studio_projects', 'exported_media_file_id', 'uuid', null),
        ('studio_projects', 'exported_chapter_id', 'uuid', null),
        ('studio_projects', 'export_status', 'text not null default ''draft''', null),
        ('studio_projects', 'created_at', 'timestamptz not null default now()', null),
        ('studio_projects', 'updated_at', 'timestamptz not null default now()', null),
        ('studio_recordings', 'studio_project_id', 'uuid', null),
        ('studio_recordings', 'name', 'text not null default ''''', null),
        ('studio_recordings', 'track_type', 'text not null default ''screen''', null),
        -- takes whose bytes a web studio has: none of ours to play, and above all none of ours to delete
        ('studio_recordings', 'status', 'text not null default ''failed''', '''recording'''),
        ('studio_recordings', 'expires_at', 'timestamptz not null default ''9999-01-01''', 'now() + interval ''7 days'''),
        ('studio_recordings', 'mime_type', 'text not null default ''''', null),
        ('studio_recordings', 'duration_ms', 'bigint', null),
        ('studio_recordings', 'file_size', 'bigint', null),
        ('studio_recordings', 'width', 'integer', null),
        ('studio_recordings', 'height', 'integer', null),
        ('studio_recordings', 'content_sha256', 'text', null),
        ('studio_recordings', 'storage_key', 'text', null),
        ('studio_recordings', 'studio_metadata', 'jsonb not null default ''{}''', null),
        ('studio_recordings', 'promoted_to_media', 'boolean not null default false', null),
        ('studio_recordings', 'media_file_id', 'uuid', null),
        ('studio_recordings', 'created_at', 'timestamptz not null default now()', null)
      ) as w (table_name, column_name, definition, default_from_now_on)
      join studio_migrations.existing e on e.table_name = w.table_name
      left join pg_temp.columns() c on c.table_name = w.table_name and c.column_name = w.column_name
     where c.column_name is null
  loop
    execute format('alter table public.%I add column %I %s', wanted.table_name, wanted.column_name, wanted.definition);
    if wanted.default_from_now_on is not null then
      execute format('alter table public.%I alter column %I set default %s',
                     wanted.table_name, wanted.column_name, wanted.default_from_now_on);
    end if;
  end loop;
end
$$;

-- --- what is loosened, so that our rows fit in ----------------------------------------------------------------------------------

do $$
declare
  found_column record;
begin
  -- every row has its times: pages are sorted by them
  for found_column in select * from pg_temp.columns() where column_name in ('created_at', 'updated_at') loop
    if not found_column.has_default then
      execute format('alter table public.%I alter column %I set default now()',
                     found_column.table_name, found_column.column_name);
    end if;
    if not found_column.is_required then
      call pg_temp.quietly(found_column.table_name, format('update public.%I set %I = coalesce(created_at, now()) where %2$I is null',
                                                          found_column.table_name, found_column.column_name));
    end if;
  end loop;

  -- what our rows leave empty: a still has no duration, a sound no size, bytes in a folder no URL, a project no video
  for found_column in
    select * from pg_temp.columns()
     where is_required
       and (table_name, column_name) in (
         ('media_files', 'duration_seconds'), ('media_files', 'width'), ('media_files', 'height'),
         ('media_files', 'backblaze_file_id'), ('media_files', 'backblaze_url'), ('media_files', 'cdn_url'),
         ('media_files', 'thumbnail_url'), ('course_chapters', 'video_url'), ('course_chapters', 'media_file_id'),
         ('course_chapters', 'studio_project_id'), ('course_chapters', 'duration_seconds'))
  loop
    execute format('alter table public.%I alter column %I drop not null', found_column.table_name, found_column.column_name);
  end loop;

  -- what we know nothing of and may not leave empty gets an empty value; who writes it sees no difference
  for found_column in
    select c.*,
           case when c.type_name in ('text', 'character varying', 'citext')
                  then case when c.is_unique then 'gen_random_uuid()::text' else '''''' end
                when c.type_name in ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision') then '0'
                when c.type_name = 'boolean' then 'false'
                when c.type_name in ('json', 'jsonb') or c.type_name like '%[]' then '''{}'''
                when c.type_name like 'timestamp%' or c.type_name = 'date' then 'now()'
           end as empty
      from pg_temp.columns() c
     where c.is_required and not c.has_default and c.table_name in ('courses', 'media_files', 'course_chapters')
       and c.column_name not in ('id', 'instructor_id', 'course_id', 'title', 'name', 'description', 'tags', 'file_type',
                                 'file_size', 'source_type', 'studio_metadata')
       and (c.table_name <> 'course_chapters' or c.column_name is distinct from pg_temp.order_column())
  loop
    if found_column.empty is null then
      raise notice '%.% must be filled, and we do not know with what', found_column.table_name, found_column.column_name;
    else
      execute format('alter table public.%I alter column %I set default %s',
                     found_column.table_name, found_column.column_name, found_column.empty);
    end if;
  end loop;
end
$$;

-- --- the order of chapters ------------------------------------------------------------------------------------------------------

-- `position` says what the order column of the tables' owner says, and a trigger keeps the two together, whoever writes.
do $$
declare
  order_column constant name := pg_temp.order_column();
begin
  if not exists (select from studio_migrations.existing where table_name = 'course_chapters')
     or exists (select from pg_temp.columns() where table_name = 'course_chapters' and column_name = 'position') then
    return;
  end if;
  alter table public.course_chapters add column position integer;
  call pg_temp.quietly('course_chapters', format($f$
    update public.course_chapters as chapter set position = ordered.place
      from (select id, coalesce(given, coalesce(max(given) over (partition by course_id), 0)
                     + row_number() over (partition by course_id, given is null order by created_at, id)) as place
              from (select id, course_id, created_at, %s as given from public.course_chapters) as known) as ordered
     where ordered.id = chapter.id $f$, coalesce(quote_ident(order_column), 'null::integer')));
  alter table public.course_chapters alter column position set not null;

  execute format($f$
    create function studio_api.keep_chapters_in_order() returns trigger
      language plpgsql set search_path = pg_catalog, pg_temp
    as $body$
    begin
      if tg_op = 'INSERT' and new.position is null then
        new.position := coalesce(%1$s, (select max(c.position) from public.course_chapters c
                                         where c.course_id = new.course_id) + 1, 1);
      elsif tg_op = 'INSERT' or new.position is distinct from old.position then
        %2$s
      else
        new.position := coalesce(%1$s, new.position);
      end if;
      return new;
    end
    $body$ $f$,
    coalesce('new.' || quote_ident(order_column), 'null::integer'),
    coalesce('new.' || quote_ident(order_column) || ' := new.position;', 'null;'));
  create trigger studio_chapters_in_order before insert or update on public.course_chapters
    for each row execute function studio_api.keep_chapters_in_order();
end
$$;

-- --- rules ------------------------------------------------------------------------------------------------------------------------

do $$
begin
  if exists (select from studio_migrations.existing where table_name = 'course_chapters')
     and not exists (select from pg_constraint where conname = 'course_chapters_shows_something') then
    alter table public.course_chapters add constraint course_chapters_shows_something
      check (media_file_id is not null or video_url is not null or studio_project_id is not null) not valid;
    begin
      alter table public.course_chapters validate constraint course_chapters_shows_something;
    exception when check_violation then
      raise notice 'some chapters show nothing: they stay, new ones are refused';
    end;
  end if;
  if exists (select from studio_migrations.existing where table_name = 'media_files') then
    begin
      alter table public.media_files add constraint media_files_source_type
        check (source_type in ('upload', 'studio_recording', 'studio_export'));
    exception when check_violation then
      raise notice 'media_files.source_type knows other words than ours: it stays free'; -- else those files could not be changed
    when duplicate_object then
      null;
    end;
  end if;
  -- titles that are there twice stay so: 0001 finds an index of that name and makes no unique one
  if exists (select from studio_migrations.existing where table_name = 'courses') then
    create index if not exists courses_instructor_title on public.courses (instructor_id, title);
  end if;
  if exists (select from studio_migrations.existing where table_name = 'studio_projects') then
    create index if not exists studio_projects_instructor_title on public.studio_projects (instructor_id, title);
  end if;
end
$$;

-- Trigrams go where a web studio keeps its extensions.
do $$
begin
  if to_regnamespace('extensions') is not null then
    create extension if not exists pg_trgm with schema extensions;
  end if;
exception when undefined_file or feature_not_supported or insufficient_privilege then
  raise notice 'no trigrams: %', sqlerrm;
end
$$;
