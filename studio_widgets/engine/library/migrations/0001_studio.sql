-- The tables of the studio. Written so that a database which already has some of them (a web studio's) keeps its rows:
-- tables are created if missing, columns added if missing.

create table if not exists profiles (
  id uuid primary key,
  name text not null default '',
  created_at timestamptz not null default now()
);

create table if not exists courses (
  id uuid primary key,
  instructor_id uuid not null references profiles (id),
  title text not null,
  description text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index if not exists courses_instructor_title on courses (instructor_id, title);

create table if not exists media_files (
  id uuid primary key,
  instructor_id uuid not null references profiles (id),
  name text not null,
  description text not null default '',
  tags text[] not null default '{}',
  file_type text not null,
  file_size bigint not null,
  duration_seconds double precision,
  width integer,
  height integer,
  backblaze_file_id text,
  backblaze_url text,
  cdn_url text,
  thumbnail_url text,
  source_type text not null default 'upload',
  studio_metadata jsonb not null default '{}',
  content_sha256 text,
  storage_key text,
  -- the set of derived files (thumbnail, sprite, peaks, proxy) that was made or tried for this row; lower means: look again
  derived_version integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint media_files_source_type check (source_type in ('upload', 'studio_recording', 'studio_export'))
);
-- What a search looks through. The separator cannot be typed, so that no hit spans two of the parts.
create or replace function studio_search_text(name text, description text, tags text[]) returns text
  language sql immutable parallel safe
  as $$ select lower(concat(name, e'\n', description, e'\n', array_to_string(tags, e'\n'))) $$;
alter table media_files add column if not exists search_text text
  generated always as (studio_search_text(name, description, tags)) stored;
-- Trigrams make a search independent of the number of rows; where the extension is not to be had, rows are walked.
do $$
begin
  create extension if not exists pg_trgm;
  create index if not exists media_files_search on media_files using gin (search_text gin_trgm_ops);
exception when undefined_file or feature_not_supported or insufficient_privilege or undefined_object then
  raise notice 'no trigram index: %', sqlerrm;
end
$$;
create index if not exists media_files_newest on media_files (instructor_id, created_at desc, id desc);
create index if not exists media_files_newest_of_kind
  on media_files (instructor_id, split_part(file_type, '/', 1), created_at desc, id desc);
create index if not exists media_files_by_name on media_files (instructor_id, name, id);
create index if not exists media_files_tags on media_files using gin (tags);
create index if not exists media_files_metadata on media_files using gin (studio_metadata jsonb_path_ops);
create index if not exists media_files_content on media_files (instructor_id, content_sha256);
create index if not exists media_files_blobs on media_files (storage_key);
create index if not exists media_files_underived on media_files (instructor_id, created_at, id) where derived_version < 1;

create table if not exists studio_projects (
  id uuid primary key,
  instructor_id uuid not null references profiles (id),
  title text not null,
  description text not null default '',
  -- the newest autosaved snapshot and the revision it stands at; the journal below holds what came after it
  timeline_state jsonb not null,
  timeline_rev bigint not null default 0,
  related_course_id uuid references courses (id) on delete set null,
  exported_media_file_id uuid references media_files (id) on delete set null,
  exported_chapter_id uuid,
  export_status text not null default 'draft' check (export_status in ('draft', 'rendering', 'exported')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index if not exists studio_projects_instructor_title on studio_projects (instructor_id, title);

-- The journal: append-only, one row per acknowledged edit, undo or redo. (project_id, rev) decides races.
create table if not exists studio_project_edits (
  project_id uuid not null references studio_projects (id) on delete cascade,
  rev bigint not null,
  op text not null,
  args jsonb not null,
  -- the change this row made to the timeline, and the change that takes it back
  forward jsonb not null,
  backward jsonb not null,
  echo text not null,
  edit_group text,
  created_at timestamptz not null default now(),
  primary key (project_id, rev)
);

create table if not exists course_chapters (
  id uuid primary key,
  course_id uuid not null references courses (id) on delete cascade,
  title text not null,
  description text not null default '',
  position integer not null,
  video_url text,
  media_file_id uuid references media_files (id),
  studio_project_id uuid references studio_projects (id),
  duration_seconds double precision,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint course_chapters_shows_something
    check (media_file_id is not null or video_url is not null or studio_project_id is not null)
);
create index if not exists course_chapters_media on course_chapters (media_file_id);
create index if not exists course_chapters_order on course_chapters (course_id, position);

create table if not exists studio_recordings (
  id uuid primary key,
  instructor_id uuid not null references profiles (id),
  studio_project_id uuid references studio_projects (id) on delete set null,
  name text not null,
  track_type text not null check (track_type in ('screen', 'camera', 'microphone')),
  status text not null default 'recording' check (status in ('recording', 'ready', 'failed')),
  mime_type text not null,
  duration_ms bigint,
  file_size bigint,
  width integer,
  height integer,
  content_sha256 text,
  storage_key text,
  studio_metadata jsonb not null default '{}',
  promoted_to_media boolean not null default false,
  media_file_id uuid references media_files (id) on delete set null,
  expires_at timestamptz not null default now() + interval '7 days',
  created_at timestamptz not null default now()
);
create index if not exists studio_recordings_blobs on studio_recordings (storage_key);
create index if not exists studio_recordings_newest on studio_recordings (instructor_id, created_at desc, id desc);
