-- An earlier web studio: its own projects and takes, no library, chapters without an order.
create table profiles (id uuid primary key, name text not null, created_at timestamptz not null default now());
create table courses (id uuid primary key, instructor_id uuid not null references profiles (id), title text not null);
create table course_chapters (
  id uuid primary key, course_id uuid not null references courses (id), title text not null, video_url text not null
);
create table studio_projects (
  id uuid primary key default gen_random_uuid(), instructor_id uuid not null references profiles (id),
  title text not null, description text, timeline_state jsonb not null default '{}', created_at timestamptz default now()
);
create table studio_recordings (
  id uuid primary key default gen_random_uuid(), instructor_id uuid not null references profiles (id),
  duration_ms integer, track_type text not null, promoted_to_media boolean default false, created_at timestamptz default now()
);
alter table studio_projects enable row level security;
create policy everybody on studio_projects using (true);
insert into profiles values ('a0000000-0000-0000-0000-000000000001', 'Anna', '2024-01-01Z');
insert into courses values ('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Python');
insert into course_chapters values
  ('e0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001', 'One', 'https://v/1'),
  ('e0000000-0000-0000-0000-000000000002', 'c0000000-0000-0000-0000-000000000001', 'Two', 'https://v/2');
insert into studio_projects (id, instructor_id, title, timeline_state, created_at) values
  ('f0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'Old lesson',
   '{"clips": [{"id": "clip-1", "name": "Title", "trackIndex": 0, "startFrame": 0, "durationFrames": 30, "trimStartFrame": 0,
     "trimEndFrame": 0, "thumbnailUrl": null, "source": {"type": "recording",
     "recordingId": "f0000000-0000-0000-0000-000000000009"}}], "tracks": [{"id": 0, "name": "Track 1"}], "totalFrames": 30}',
   '2024-01-01Z');
insert into studio_recordings values
  ('f0000000-0000-0000-0000-000000000009', 'a0000000-0000-0000-0000-000000000001', 1000, 'screen', false, '2020-01-01Z');
