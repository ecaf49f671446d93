-- A web studio's database on Supabase: users, their rows, policies, roles and defaults as that service sets them up.
create schema auth;
create table auth.users (id uuid primary key, email text);
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
create schema extensions;
do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
    if to_regrole(wanted) is null then
      execute format('create role %I nologin', wanted);
    end if;
  end loop;
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit;
  end if;
  alter role service_role bypassrls;
end
$$;
grant anon, authenticated, service_role to authenticator;
grant usage on schema public, auth, extensions to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;

create table profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null unique,
  full_name text,
  is_admin boolean not null default false,
  created_at timestamptz default now()
);
create table courses (
  id uuid primary key default gen_random_uuid(),
  instructor_id uuid not null references profiles (id),
  title text not null,
  slug text not null unique,
  description text,
  price numeric(10, 2) not null,
  is_published boolean not null default false,
  created_at timestamptz default now(),
  updated_at timestamptz
);
create table media_files (
  id uuid primary key default gen_random_uuid(),
  instructor_id uuid not null references profiles (id),
  name varchar(200),
  description text,
  tags text[],
  file_type text,
  file_size bigint,
  duration_seconds integer,
  width integer,
  height integer,
  backblaze_file_id text not null,
  backblaze_url text not null,
  cdn_url text,
  thumbnail_url text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create table course_chapters (
  id uuid primary key default gen_random_uuid(),
  course_id uuid not null references courses (id) on delete cascade,
  title text not null,
  description text,
  video_url text not null,
  order_index integer not null,
  is_free boolean not null default false,
  created_at timestamptz default now(),
  unique (course_id, order_index) deferrable initially deferred
);

-- `updated_at` follows every change, as such databases have it
create function touch() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;
create trigger touch before update on media_files for each row execute function touch();
create trigger touch before update on courses for each row execute function touch();

alter table profiles enable row level security;
alter table courses enable row level security;
alter table media_files enable row level security;
alter table course_chapters enable row level security;
create policy "Profiles are seen by everybody" on profiles for select using (true);
create policy "Users change themselves" on profiles for update using (auth.uid() = id);
create policy "Published courses are seen by everybody" on courses for select using (is_published);
create policy "Instructors manage their courses" on courses using (auth.uid() = instructor_id)
  with check (auth.uid() = instructor_id);
create policy "Instructors manage their files" on media_files using (auth.uid() = instructor_id)
  with check (auth.uid() = instructor_id);
create policy "Chapters of visible courses" on course_chapters for select
  using (exists (select from courses where courses.id = course_id));
create policy "Instructors manage their chapters" on course_chapters
  using (exists (select from courses where courses.id = course_id and courses.instructor_id = auth.uid()));

insert into auth.users values ('a0000000-0000-0000-0000-000000000001', 'anna@example.org'),
                              ('b0000000-0000-0000-0000-000000000002', 'boris@example.org');
insert into profiles (id, email, full_name, is_admin, created_at) values
  ('a0000000-0000-0000-0000-000000000001', 'anna@example.org', 'Anna', false, '2024-01-01 10:00Z'),
  ('b0000000-0000-0000-0000-000000000002', 'boris@example.org', null, true, null);
insert into courses (id, instructor_id, title, slug, description, price, is_published, created_at, updated_at) values
  ('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Python', 'python', 'Loops', 10, true,
   '2024-01-02Z', '2024-01-03Z'),
  ('c0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000001', 'Python', 'python-2', null, 0, false,
   '2024-02-02Z', null),
  ('c0000000-0000-0000-0000-000000000003', 'b0000000-0000-0000-0000-000000000002', 'Secrets', 'secrets', '', 5, false,
   null, null);
insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, duration_seconds,
                         backblaze_file_id, backblaze_url, created_at, updated_at) values
  ('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'talk.mp4', 'A talk', '{intro}',
   'video/mp4', 1000, 60, 'b2-1', 'https://b2.example.org/talk.mp4', '2024-01-05Z', '2024-01-06Z'),
  ('d0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000001', null, null, null,
   null, null, null, 'b2-2', 'https://b2.example.org/x', null, null),
  ('d0000000-0000-0000-0000-000000000003', 'b0000000-0000-0000-0000-000000000002', 'private.png', '', '{}',
   'image/png', 5, null, 'b2-3', 'https://b2.example.org/private.png', '2024-01-07Z', '2024-01-07Z');
insert into course_chapters (id, course_id, title, video_url, order_index, created_at) values
  ('e0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001', 'Second', 'https://v/2', 5, null),
  ('e0000000-0000-0000-0000-000000000002', 'c0000000-0000-0000-0000-000000000001', 'First', 'https://v/1', 0, '2024-03-01Z'),
  ('e0000000-0000-0000-0000-000000000003', 'c0000000-0000-0000-0000-000000000003', 'Only', 'https://v/3', 0, '2024-03-01Z');
