-- A database of a web application that checks rights in its own server: no policies, no auth, chapters of several kinds.
create table profiles (id uuid primary key, username text, name text, created_at timestamp);
create table courses (id uuid primary key, instructor_id uuid, title text);
create table media_files (
  id uuid primary key, instructor_id uuid, name text not null, tags text[] default '{}', file_type text not null,
  file_size integer not null, file_path text not null, source_type text, studio_metadata jsonb
);
create table course_chapters (
  id uuid primary key, course_id uuid not null references courses (id), title text not null, body text, video_url text,
  "order" smallint
);
insert into profiles values ('a0000000-0000-0000-0000-000000000001', 'anna', null, null),
                            ('b0000000-0000-0000-0000-000000000002', 'boris', 'Boris', '2024-01-01');
insert into courses values ('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Python'),
                           ('c0000000-0000-0000-0000-000000000002', null, 'Nobody''s');
insert into media_files values
  ('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'talk.mp4', '{a}', 'video/mp4', 7, '/x',
   'imported', null),
  ('d0000000-0000-0000-0000-000000000002', 'b0000000-0000-0000-0000-000000000002', 'cat.png', null, 'image/png', 7, '/y',
   null, '{"a": 1}');
insert into course_chapters values
  ('e0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001', 'Text only', 'Read this', null, 2),
  ('e0000000-0000-0000-0000-000000000002', 'c0000000-0000-0000-0000-000000000001', 'Video', null, 'https://v/1', 1),
  ('e0000000-0000-0000-0000-000000000003', 'c0000000-0000-0000-0000-000000000001', 'No place', null, '', null);
