"""SQL with which one instructor comes for the rows of another: see test_row_security.py."""

from __future__ import annotations

TABLES = (
    "media_files",
    "courses",
    "course_chapters",
    "studio_projects",
    "studio_project_edits",
    "studio_recordings",
    "studio_deleted_media",
    "studio_imports",
)

# Statements are separated by "; ", which a body therefore does not contain.
LEAK = (
    "create function pg_temp.leak(anything text) returns boolean language plpgsql cost 0.0000001"
    " as $$ begin raise notice '%', anything;return true;end $$"
)

ATTACKS = {
    "nothing at all": "select 1",
    "claims in a setting": "select set_config('request.jwt.claims', '{{\"sub\": \"{anna}\"}}', false)",
    "a claim in a setting": "set request.jwt.claim.sub = '{anna}'; set request.jwt.claims = '{{\"sub\":\"{anna}\"}}'",
    "another role": "set role {anna_role}; set role studio_owner; set role studio; set role postgres; set role none",
    "no role": "set role studio_app; reset role; reset session authorization; reset all",
    "another session": "set session authorization {anna_role}; set session authorization studio",
    "a role for a transaction": "begin; set local role studio_owner; rollback",
    "row security off": "set row_security = off",
    "a role for a role": "grant studio_owner to {boris_role}; grant {anna_role} to {boris_role}",
    "a better role": "alter role {boris_role} superuser; alter role {boris_role} bypassrls; create role helper superuser",
    "another's password": "alter role {anna_role} password 'mine'; alter role {anna_role} set role {boris_role}",
    "another's identity": (
        "insert into studio_api.identities values (session_user, '{anna}');"
        " update studio_api.identities set instructor_id = '{anna}'; delete from studio_api.identities;"
        " update studio_api.identities set role_name = 'x' where role_name = '{anna_name}'"
    ),
    "a temporary uid()": (
        "create function pg_temp.uid() returns uuid language sql as $$ select '{anna}'::uuid $$;"
        " set search_path = pg_temp, studio_api, public"
    ),
    "another uid()": (
        "create or replace function studio_api.uid() returns uuid language sql as $$ select '{anna}'::uuid $$;"
        " create function public.uid() returns uuid language sql as $$ select '{anna}'::uuid $$;"
        " create schema studio_api; create schema {boris_role}"
    ),
    "a temporary table of identities": (
        "create temporary table identities (role_name name, instructor_id uuid);"
        " insert into identities values (session_user, '{anna}'); set search_path = pg_temp, studio_api, public"
    ),
    "an operator that always holds": (
        "create function pg_temp.always(uuid, uuid) returns boolean language sql as $$ select true $$;"
        " create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = pg_temp.always);"
        " set search_path = pg_temp, public, pg_catalog"
    ),
    "a function that tells": (
        LEAK + "; select count(*) from media_files where pg_temp.leak(name);"
        " select count(*) from studio_projects where pg_temp.leak(title);"
        " select count(*) from media_files where pg_temp.leak(search_text) and instructor_id = '{anna}';"
        " select count(*) from course_chapters where pg_temp.leak(title);"
        " explain analyze select from media_files where pg_temp.leak(description)"
    ),
    "an error that tells": (
        "select name::integer from media_files where instructor_id = '{anna}'; select 1 / (length(name) - 20) from media_files;"
        " select * from media_files where name::integer = 1; select jsonb_set('{{}}', '{{a}}', name::jsonb) from media_files"
    ),
    "copying out": "; ".join(f"copy {table} to stdout" for table in TABLES)
    + "; copy (select * from media_files) to stdout; copy media_files to '/tmp/media'; copy media_files to program 'cat'",
    "files of the server": "select pg_read_file('postgresql.auto.conf'); select pg_ls_dir('.'); select lo_import('/etc/passwd')",
    "upserts": (
        "insert into media_files (id, instructor_id, name, file_type, file_size) values ('{media}', '{boris}', 'x', 'x/y', 1)"
        " on conflict (id) do update set name = 'taken', instructor_id = '{boris}' returning *;"
        " insert into studio_projects (id, instructor_id, title, timeline_state) values ('{project}', '{boris}', 'x', '{{}}')"
        " on conflict (id) do update set title = 'taken' returning *;"
        " insert into courses (id, instructor_id, title) values ('{course}', '{boris}', 'x')"
        " on conflict (id) do update set title = excluded.title returning *"
    ),
    "a merge": (
        "merge into media_files m using (values (1)) v on m.id = '{media}' when matched then update set name = 'taken'"
        " when not matched then do nothing; merge into media_files m using (values (1)) v on true"
        " when matched and m.instructor_id = '{anna}' then delete"
    ),
    "rows of hers": (
        "insert into media_files (id, instructor_id, name, file_type, file_size)"
        " values (gen_random_uuid(), '{anna}', 'x', 'x/y', 1);"
        " insert into courses (id, instructor_id, title) values (gen_random_uuid(), '{anna}', 'x');"
        " insert into studio_projects (id, instructor_id, title, timeline_state)"
        " values (gen_random_uuid(), '{anna}', 'x', '{{}}');"
        " insert into studio_recordings (id, instructor_id, name, track_type, mime_type)"
        " values (gen_random_uuid(), '{anna}', 'x', 'screen', 'video/webm');"
        " insert into studio_deleted_media (id, instructor_id, content) values (gen_random_uuid(), '{anna}', '{{}}');"
        " insert into profiles (id, name) values (gen_random_uuid(), 'x')"
    ),
    "giving rows away": "; ".join(
        f"update {table} set instructor_id = '{{anna}}'"
        for table in ("media_files", "courses", "studio_projects", "studio_recordings", "studio_deleted_media")
    )
    + "; update course_chapters set course_id = '{course}'; update studio_project_edits set project_id = '{project}'",
    "changing hers": (
        "update media_files set name = 'x' where id = '{media}'; update courses set title = 'x' where id = '{course}';"
        " update studio_projects set timeline_state = '{{}}' where id = '{project}'; update profiles set name = 'x';"
        " update course_chapters set title = 'x' where id = '{chapter}'; delete from media_files where id = '{media}';"
        " delete from course_chapters where id = '{chapter}'; delete from studio_projects where id = '{project}';"
        " delete from studio_project_edits where project_id = '{project}'; delete from courses where id = '{course}';"
        " delete from studio_recordings where id = '{take}'; delete from studio_deleted_media where id = '{deleted}';"
        " delete from profiles; delete from studio_imports where project_id = '{project}'"
    ),
    "her journal": (
        "insert into studio_project_edits (project_id, rev, op, args, forward, backward, echo)"
        " values ('{project}', 2, 'x', '{{}}', '{{}}', '{{}}', 'x');"
        " insert into studio_imports (project_id, token) values ('{project}', 'x');"
        " insert into course_chapters (id, course_id, title, position, video_url)"
        " values (gen_random_uuid(), '{course}', 'x', 1, 'x')"
    ),
    "views and rules": (
        "create view public.mine as select * from media_files; create temporary view mine as select * from media_files;"
        " select * from mine; create materialized view public.all_files as select * from media_files;"
        " create rule x as on insert to media_files do instead nothing;"
        " create or replace view studio_assets as select 1"
    ),
    "a function of the definer": (
        "create function public.peek() returns setof media_files language sql security definer"
        " as $$ select * from media_files $$; create function pg_temp.peek() returns setof media_files language sql"
        " security definer as $$ select * from public.media_files $$; select * from pg_temp.peek();"
        " alter function pg_temp.peek() owner to studio_owner; select * from pg_temp.peek()"
    ),
    "the rules themselves": (
        "alter table media_files disable row level security; alter table media_files no force row level security;"
        " drop policy studio_select on media_files; alter policy studio_select on media_files using (true);"
        " create policy mine on media_files using (true); grant select on media_files to public;"
        " alter table media_files owner to {boris_role}; drop table studio_imports; drop schema studio_api cascade"
    ),
    "a trigger": (
        "create function pg_temp.catch() returns trigger language plpgsql as $$ begin raise notice '%', new;return new;end $$;"
        " create trigger catch before insert or update on media_files for each row execute function pg_temp.catch()"
    ),
    "emptying": "; ".join(f"truncate {table} cascade" for table in TABLES),
    "statistics": (
        "select * from pg_stats where schemaname = 'public'; select * from pg_statistic; select * from pg_stats_ext_exprs;"
        " select most_common_vals::text from pg_stats; select query from pg_stat_activity; select * from pg_prepared_statements"
    ),
    "a child and a neighbour": (
        "create temporary table child () inherits (media_files); alter table media_files inherit child;"
        " create temporary table copy_of as select * from media_files; select * from copy_of;"
        " create temporary table pointer (id uuid references media_files (id));"
        " create table public.pointer (id uuid references media_files (id))"
    ),
    "other ways to read": (
        "table media_files; select m from media_files m; select ctid, xmin, tableoid, * from only media_files;"
        " select * from media_files tablesample system (100); select query_to_xml('select * from media_files', true, true, '');"
        " select table_to_xml('media_files', true, true, ''); select schema_to_xml('public', true, true, '');"
        " select database_to_xml(true, true, ''); select * from media_files for update; select * from studio_projects for share;"
        " select to_jsonb(m) from media_files m where m.id = '{media}'; select max(name), min(name) from media_files"
    ),
    "a statement prepared before": (
        "prepare q as select * from media_files; set role studio_app; execute q; begin;"
        " declare c cursor for select * from media_files; set local role studio_owner; fetch all from c; rollback"
    ),
    "our own functions": (
        "select studio_api.owns_media('{media}'), studio_api.owns_project('{project}'), studio_api.owns_course('{course}');"
        " select * from studio_api.own_courses(); select studio_api.blob_is_used($$' or true --$$);"
        " select studio_api.blob_is_used(null); select studio_search_text('a', null, null)"
    ),
    "a big question": "select count(*) from media_files a, media_files b, studio_projects c; select sum(length(search_text)) from media_files",
}
