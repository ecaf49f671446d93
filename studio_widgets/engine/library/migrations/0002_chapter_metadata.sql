-- What a published page shows beside the video (chapter points, captions), as it was when the chapter was exported. It is
-- not kept with the media file: two projects may render to the same bytes and differ in their captions.
alter table course_chapters add column if not exists studio_metadata jsonb not null default '{}';
