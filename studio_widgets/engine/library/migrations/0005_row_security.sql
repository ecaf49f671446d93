-- requires: createrole
-- Whose rows these are: an instructor is a login role, and sees and changes own rows only, whatever SQL a cell sends.
--
--   studio_owner  logs in as nobody; owns what we made, and functions that look across instructors run as it
--   studio_app    logs in as nobody; what every instructor's login is a member of: rows, no structure
--
-- Roles belong to the whole server: another database of it may have made them.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['studio_owner', 'studio_app'] loop
    if to_regrole(wanted) is null then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null; -- another database of this server was faster
      end;
    end if;
  end loop;
  -- Whoever migrates gives tables away, and must be able to change them next time.
  if not pg_has_role(current_user, 'studio_owner', 'usage') then
    execute format('grant studio_owner to %I', current_user);
  end if;
end
$$;

-- --- what may be done in the database --------------------------------------------------------------------------------------

grant usage, create on schema public, studio_api, studio_migrations to studio_owner;
grant usage on schema public, studio_api, studio_migrations to studio_app;
revoke create on schema public from public; -- a function there could stand in for one that somebody else calls
do $$
begin
  if not has_schema_privilege('studio_owner', 'public', 'create') then
    raise exception 'the role % may not let studio_owner create tables in schema public', current_user
      using hint = 'The owner of the database runs: studio-widgets migrate.';
  end if;
  -- bulk changes go through temporary tables; most databases let everybody make them
  if not has_database_privilege('studio_app', current_database(), 'temporary') then
    execute format('grant temporary on database %I to studio_app', current_database());
  end if;
  if to_regnamespace('auth') is not null then
    begin
      grant usage on schema auth to studio_owner, studio_app;
    exception when insufficient_privilege then
      raise notice 'schema auth stays closed: %', sqlerrm; -- studio_api.uid() reads the claim instead
    end;
  end if;
end
$$;

-- --- what refers to what ----------------------------------------------------------------------------------------------------

-- A row may refer to rows of the same instructor only; else a chapter of one would keep another from deleting a file.
-- As functions, and not as conditions in the policies, for the tables may have policies of a web studio that refer back.
create function studio_api.owns_media(media uuid) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return media is null
      or exists (select from public.media_files m where m.id = media and m.instructor_id = studio_api.uid());
end
$$;

create function studio_api.owns_project(project uuid) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return project is null
      or exists (select from public.studio_projects p where p.id = project and p.instructor_id = studio_api.uid());
end
$$;

create function studio_api.owns_course(course uuid) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return course is null
      or exists (select from public.courses c where c.id = course and c.instructor_id = studio_api.uid());
end
$$;

create function studio_api.own_courses() returns setof uuid
  language plpgsql stable rows 100 security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query select c.id from public.courses c where c.instructor_id = studio_api.uid();
end
$$;

-- --- policies ---------------------------------------------------------------------------------------------------------------

-- `own` says which rows are one's own. It asks for the instructor in a subquery: once a statement, not once a row, and as a
-- plain comparison that indexes serve. `refers` says that what a new row refers to is one's own too.
create procedure pg_temp.protect(
  name text, own text, refers text default 'true', rights text default 'select, insert, update, delete')
  language plpgsql
as $$
declare
  had_row_security boolean;
  people text := 'studio_app';
begin
  select e.had_row_security into had_row_security from studio_migrations.existing e where e.table_name = name;
  if had_row_security is null and to_regrole('authenticated') is not null then
    people := 'studio_app, authenticated'; -- through a web studio's gateway (see studio_api.uid)
  end if;
  execute format('alter table public.%I enable row level security', name);
  execute format('create policy studio_owner on public.%I to studio_owner using (true) with check (true)', name);
  execute format('create policy studio_select on public.%I for select to %s using (%s)', name, people, own);
  execute format('create policy studio_insert on public.%I for insert to %s with check ((%s) and %s)',
                 name, people, own, refers);
  execute format('create policy studio_update on public.%I for update to %s using (%s) with check ((%s) and %s)',
                 name, people, own, own, refers);
  execute format('create policy studio_delete on public.%I for delete to %s using (%s)', name, people, own);
  if had_row_security is null then
    call pg_temp.keep(name, rights, people);
  else
    call pg_temp.share(name, own, refers, rights, had_row_security);
  end if;
end
$$;

-- Take back what a web studio's database gives to everybody who comes through its gateway.
create procedure pg_temp.close(name text)
  language plpgsql
as $$
declare
  anybody text;
begin
  execute format('revoke all on public.%I from public', name);
  for anybody in select rolname from pg_roles where rolname in ('anon', 'authenticated') loop
    execute format('revoke all on public.%I from %I', name, anybody);
  end loop;
end
$$;

-- A table that we made: ours, and bound by its policies even so.
create procedure pg_temp.keep(name text, rights text, people text)
  language plpgsql
as $$
begin
  execute format('alter table public.%I force row level security', name);
  call pg_temp.close(name);
  execute format('grant %s on public.%I to %s', rights, name, people);
  execute format('alter table public.%I owner to studio_owner', name);
end
$$;

-- A table that a web studio had before us stays its own, and goes on for it as before. For our logins its policies do not
-- count: they trust what only a gateway may set, and any session can.
create procedure pg_temp.share(name text, own text, refers text, rights text, had_row_security boolean)
  language plpgsql
as $$
begin
  execute format('create policy studio_only on public.%I as restrictive to studio_app using (%s) with check ((%s) and %s)',
                 name, own, own, refers);
  if not had_row_security then
    execute format('create policy studio_as_before on public.%I using (true) with check (true)', name);
  end if;
  execute format('grant select, insert, update, delete on public.%I to studio_owner', name);
  execute format('grant %s on public.%I to studio_app', rights, name);
end
$$;

-- read only: a web studio's profiles may say who is an administrator
call pg_temp.protect('profiles', 'id = (select studio_api.uid())', rights => 'select');
call pg_temp.protect('media_files', 'instructor_id = (select studio_api.uid())');
call pg_temp.protect('courses', 'instructor_id = (select studio_api.uid())');
call pg_temp.protect('studio_deleted_media', 'instructor_id = (select studio_api.uid())');
call pg_temp.protect('studio_projects', 'instructor_id = (select studio_api.uid())',
  'studio_api.owns_course(related_course_id) and studio_api.owns_media(exported_media_file_id)');
call pg_temp.protect('studio_recordings', 'instructor_id = (select studio_api.uid())',
  'studio_api.owns_project(studio_project_id) and studio_api.owns_media(media_file_id)');
call pg_temp.protect('studio_project_edits',
  'exists (select from public.studio_projects p where p.id = project_id and p.instructor_id = (select studio_api.uid()))');
call pg_temp.protect('studio_imports',
  'exists (select from public.studio_projects p where p.id = project_id and p.instructor_id = (select studio_api.uid()))');
call pg_temp.protect('course_chapters', 'course_id in (select studio_api.own_courses())',
  'studio_api.owns_media(media_file_id) and studio_api.owns_project(studio_project_id)');

-- --- what is ours -------------------------------------------------------------------------------------------------------------

call pg_temp.close('studio_assets');
grant select on studio_assets to studio_app;
grant select on studio_migrations.applied to studio_app;
do $$
declare
  routine regprocedure;
  is_for_sessions boolean;
  people text := 'studio_app';
begin
  if to_regrole('authenticated') is not null then
    people := 'studio_app, authenticated';
    grant usage on schema studio_api to authenticated;
    grant select on studio_assets to authenticated;
  end if;
  for routine, is_for_sessions in
    select oid::regprocedure, prosecdef and prorettype <> 'trigger'::regtype
      from pg_proc where pronamespace = 'studio_api'::regnamespace
  loop
    execute format('revoke all on routine %s from public', routine);
    if is_for_sessions then -- the others are parts of these, or a trigger's: on a table of a session's own it would lie
      execute format('grant execute on routine %s to %s', routine, people);
    end if;
    execute format('alter routine %s owner to studio_owner', routine);
  end loop;
end
$$;
alter view studio_assets owner to studio_owner;
alter function studio_search_text(text, text, text[]) owner to studio_owner;
alter table studio_api.identities owner to studio_owner;
alter table studio_api.tag_days owner to studio_owner;
alter table studio_migrations.applied owner to studio_owner;
alter table studio_migrations.existing owner to studio_owner;
alter schema studio_api owner to studio_owner;
alter schema studio_migrations owner to studio_owner;
