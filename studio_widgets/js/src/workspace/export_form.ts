/** What is still missing before an export can start. Pure. */

interface ExportForm {
  course: string;
  title: string;
  totalFrames: number;
}

/** A sentence to show beside the disabled button; "" when all is there. */
export function exportFault({ course, title, totalFrames }: ExportForm): string {
  if (totalFrames === 0) return "The timeline is empty: add a clip first.";
  if (course.trim() === "") return "Give the new course a title.";
  if (title.trim() === "") return "Give the chapter a title.";
  return "";
}
