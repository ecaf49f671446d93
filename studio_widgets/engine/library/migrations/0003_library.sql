-- The library at scale: what files are sorted and told apart by, deleted files that can come back, what projects used;
-- and whose rows these are.

-- Functions a session may call, and one table that none may read. Not named after a login role: a role's own schema comes
-- first in its search path.
create schema if not exists studio_api;

-- Which instructor a login role is. Row level security stands on this and on nothing that a session can set.
create table if not exists studio_api.identities (
  role_name name primary key,
  instructor_id uuid not null references public.profiles (id),
  -- the login was made for the studio, and goes when the instructor is removed
  made_login boolean not null default false,
  created_at timestamptz not null default now()
);
create index if not exists identities_instructor on studio_api.identities (instructor_id);

-- The instructor of this session; null for a role that is none. `session_user` is the role that logged in, whatever was
-- SET since. A web studio's gateway (PostgREST) logs in as `authenticator`, checks a token, and lets nobody write SQL:
-- there, and only there, its own auth.uid() is believed, or where we may not call that, the claim it reads.
create or replace function studio_api.uid() returns uuid
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  instructor uuid;
begin
  select i.instructor_id into instructor from studio_api.identities i where i.role_name = session_user;
  if instructor is null and session_user = 'authenticator' then
    if has_schema_privilege(to_regnamespace('auth')::oid, 'usage') and to_regprocedure('auth.uid()') is not null then
      execute 'select auth.uid()' into instructor;
    else
      instructor := (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
    end if;
  end if;
  return instructor;
end
$$;

-- --- media files ---------------------------------------------------------------------------------------------------------

alter table media_files add column if not exists media_kind text
  generated always as (split_part(coalesce(file_type, ''), '/', 1)) stored;
-- the order of names that people expect: without regard to case, the same on every machine
alter table media_files add column if not exists sort_name text collate "C"
  generated always as (lower(coalesce(name, ''))) stored;

-- A deleted file, whole, until its bytes go: what an undo brings back. `content` holds every column, also those that others
-- have added to the table; `links` the takes and projects that referred to it.
create table if not exists studio_deleted_media (
  id uuid not null,
  instructor_id uuid not null references profiles (id),
  storage_key text,
  content jsonb not null,
  links jsonb not null default '{}',
  deleted_at timestamptz not null default now(),
  -- by owner too: ids can be foretold, and nobody may keep others from deleting by taking theirs
  primary key (id, instructor_id)
);
create index if not exists studio_deleted_media_newest on studio_deleted_media (instructor_id, deleted_at desc);
create index if not exists studio_deleted_media_blobs on studio_deleted_media (storage_key);

-- Imports that are to happen once: those that a notebook's address asks for.
create table if not exists studio_imports (
  project_id uuid not null references studio_projects (id) on delete cascade,
  token text not null,
  created_at timestamptz not null default now(),
  primary key (project_id, token)
);

-- Whether any row of anybody needs these bytes: a session sees only its own rows, and must not delete what others use.
create or replace function studio_api.blob_is_used(key text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select from public.media_files m where m.storage_key = key)
      or exists (select from public.media_files m where m.studio_metadata ->> 'originalKey' = key)
      or exists (select from public.studio_recordings r where r.storage_key = key)
      or exists (select from public.studio_deleted_media d where d.storage_key = key
                    or d.content -> 'studio_metadata' ->> 'originalKey' = key)
$$;

-- --- chapters of a database that had some before us ---------------------------------------------------------------------

do $$
declare
  link record;
begin
  for link in select * from (values ('media_file_id', 'media_files'), ('studio_project_id', 'studio_projects'))
                            as l (column_name, target)
  loop
    if not exists (select from pg_constraint
                    where contype = 'f' and conrelid = 'course_chapters'::regclass
                      and confrelid = link.target::regclass) then
      execute format('alter table course_chapters add constraint course_chapters_%1$s_fkey'
                     ' foreign key (%1$I) references %2$I (id) not valid', link.column_name, link.target);
    end if;
  end loop;
end
$$;
create index if not exists course_chapters_project on course_chapters (studio_project_id);

-- --- what projects made or used -------------------------------------------------------------------------------------------

create or replace view studio_assets with (security_invoker = true) as
  select 'recording'::text as asset_type, r.id as asset_id, r.instructor_id, r.name,
         r.studio_metadata ->> 'original_clip_id' as source_clip_id, r.studio_project_id,
         r.media_file_id as source_media_file_id, r.created_at
    from studio_recordings r
  union all
  select 'export', m.id, m.instructor_id, m.name, null, p.id, m.id, m.created_at
    from media_files m left join studio_projects p on p.exported_media_file_id = m.id
   where m.source_type = 'studio_export'
  union all
  select 'imported', m.id, m.instructor_id, m.name, used.clip_id, p.id, m.id, m.created_at
    from studio_projects p
    cross join lateral (
      select min(clip ->> 'id') as clip_id, clip -> 'source' ->> 'mediaFileId' as media_id
        from jsonb_path_query(p.timeline_state, '$.clips[*]') as clip
       where clip -> 'source' ->> 'mediaFileId' is not null
       group by 2
    ) as used
    join media_files m on m.id::text = used.media_id;
