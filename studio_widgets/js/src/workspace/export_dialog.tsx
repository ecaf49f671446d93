/** "Export to course": which course and chapter, then how far the render is, then what was made. */
import { useEffect, useRef, useState } from "preact/hooks";
import { asStudioError, type StudioError } from "../core/channel.ts";
import type { CourseItem, ExportRequest, ProgressEvent } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { timecode } from "../core/timecode.ts";
import { Button, Field, Progress, Segments } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { exportFault } from "./export_form.ts";

type Mode = NonNullable<ExportRequest["mode"]>;
type Step = "form" | "running" | "done";

const MODES = [
  { value: "video", label: "Video" },
  { value: "project", label: "Project" },
  { value: "both", label: "Both" },
] as const;
const MODE_NOTES: Record<Mode, string> = {
  video: "The chapter shows the rendered video.",
  project: "The chapter shows the project, rendered when it is needed.",
  both: "The chapter shows the rendered video and keeps the project for later changes.",
};
/** The `<select>` value that stands for a course that does not exist yet. */
const NEW = "\u0000new";

interface ExportDialogProps {
  context: StudioContext;
  onClose(): void;
}

/** Runs one export; `abort` cancels it in the kernel. */
function useExport({ channel }: StudioContext) {
  const [step, setStep] = useState<Step>("form");
  const [progress, setProgress] = useState<ProgressEvent | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = async (body: ExportRequest): Promise<void> => {
    abort.current = new AbortController();
    setStep("running");
    setError(null);
    setProgress(null);
    try {
      await channel.request("export.start", body, { signal: abort.current.signal, onProgress: setProgress });
      setStep("done");
    } catch (caught) {
      const fault = asStudioError(caught);
      setError(fault.code === "cancelled" ? null : fault);
      setStep("form");
    }
  };
  return { step, progress, error, start, cancel: () => abort.current?.abort() };
}

function useCourses({ channel }: StudioContext) {
  const [courses, setCourses] = useState<readonly CourseItem[] | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    channel.request("courses.list", {}, { signal: abort.signal }).then(
      ({ body }) => setCourses(body.items),
      (caught) => abort.signal.aborted || setError(asStudioError(caught)),
    );
    return () => abort.abort();
  }, [channel]);
  return { courses, error };
}

export function ExportDialog({ context, onClose }: ExportDialogProps) {
  const { courses, error: listError } = useCourses(context);
  const run = useExport(context);
  const [chosen, setChosen] = useState<string | null>(null);
  const [newCourse, setNewCourse] = useState("");
  const [title, setTitle] = useState(context.document.title);
  const [description, setDescription] = useState("");
  const [mode, setMode] = useState<Mode>("video");
  const loading = !courses && !listError;
  const choice = chosen ?? (loading ? "" : (courses?.[0]?.title ?? NEW));
  const course = choice === NEW ? newCourse.trim() : choice;
  const value = context.document.value;
  const fault = exportFault({ course, title, totalFrames: value?.totalFrames ?? 0 });
  const submit = (): void => {
    if (run.step === "form" && !fault) {
      void run.start({ course, title: title.trim(), description: description.trim(), mode });
    }
  };
  if (run.step === "running") return <Running progress={run.progress} mode={mode} onCancel={run.cancel} />;
  if (run.step === "done") return <Done course={course} chapter={title} mode={mode} onClose={onClose} />;
  const shown = run.error ?? listError;
  return (
    <Dialog title="Export to course" onClose={onClose} onSubmit={submit}>
      <Field label="Course">
        {(id) => (
          <select
            id={id}
            class="sw-select"
            value={choice}
            aria-busy={loading}
            data-autofocus
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {loading && <option value="">Loading the courses…</option>}
            {courses?.map((item) => (
              <option key={item.id} value={item.title}>
                {item.title} ({plural(item.chapters, "chapter")})
              </option>
            ))}
            <option value={NEW}>New course…</option>
          </select>
        )}
      </Field>
      {choice === NEW && (
        <Field label="Title of the new course">
          {(id) => (
            <input
              id={id}
              class="sw-input"
              value={newCourse}
              maxLength={200}
              placeholder="Intro to Python"
              onInput={(event) => setNewCourse(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <Field label="Chapter title">
        {(id) => (
          <input
            id={id}
            class="sw-input"
            value={title}
            maxLength={200}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Description">
        {(id) => (
          <textarea
            id={id}
            class="sw-textarea"
            rows={3}
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="sw-field">
        <span class="sw-label">What the chapter shows</span>
        <Segments
          label="What the chapter shows"
          choices={MODES}
          value={mode}
          onChange={(next: Mode) => setMode(next)}
        />
        <span class="sw-note">{MODE_NOTES[mode]}</span>
      </div>
      {shown && <ErrorNotice error={shown} />}
      <div class="sw-dialog-actions export-actions">
        <span class="sw-note">
          {loading ? "" : fault || (value && `Length ${timecode(value.totalFrames, value.rate)}`)}
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={fault !== ""}>
          Export
        </Button>
      </div>
    </Dialog>
  );
}

function Running({ progress, mode, onCancel }: { progress: ProgressEvent | null; mode: Mode; onCancel(): void }) {
  const known = progress !== null && progress.total > 0;
  return (
    <Dialog title="Exporting" onClose={onCancel} locked>
      <div class="export-running">
        <Progress label="Export" value={known ? progress.done / progress.total : undefined} />
        <div class="export-step" role="status">
          <span>{progress?.label || (mode === "project" ? "Adding the chapter" : "Preparing")}</span>
          {known && (
            <span class="sw-mono">
              {progress.done} / {progress.total}
            </span>
          )}
        </div>
      </div>
      <div class="sw-dialog-actions">
        <Button onClick={onCancel} data-autofocus>
          Cancel export
        </Button>
      </div>
    </Dialog>
  );
}

interface DoneProps {
  course: string;
  chapter: string;
  mode: Mode;
  onClose(): void;
}

function Done({ course, chapter, mode, onClose }: DoneProps) {
  return (
    <Dialog title="Exported" onClose={onClose} onSubmit={onClose}>
      <div class="export-done" role="status">
        <Icon name="check" size={24} />
        <div>
          <strong>
            “{chapter}” is a chapter of “{course}”.
          </strong>
          {mode !== "project" && <div class="sw-note">The video is in the library, marked Export.</div>}
        </div>
      </div>
      <div class="sw-field">
        <span class="sw-label">Publish the course in a cell</span>
        <code class="export-code">{`studio.course(${JSON.stringify(course)}).publish("out/", format="site")`}</code>
      </div>
      <div class="sw-dialog-actions">
        <Button type="submit" variant="primary" data-autofocus>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
