/** The files of a drop from the desktop, those in folders too. */

/** What the library may take: in a folder the rest is left out, while a file that was named is asked about. */
const MEDIA =
  /\.(mp4|m4v|mov|webm|mkv|m?ts|m2ts|mpe?g|ogv|avi|gif|jpe?g|png|webp|svg|mp3|wav|aac|m4a|flac|og[ag]|opus)$/i;

/** For a file input. */
export const ACCEPT = "video/*,image/*,audio/*,.mkv,.ts,.m2ts,.flac";

export interface Dropped {
  files: File[];
  /** Files in folders that are no media. */
  skipped: number;
}

const listing = (folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // a reader gives a hundred at a time, and none at the end
  return new Promise((resolve, reject) => {
    const more = (): void =>
      reader.readEntries((found) => {
        if (found.length === 0) resolve(all);
        else (all.push(...found), more());
      }, reject);
    more();
  });
};

async function collect(entry: FileSystemEntry, into: Dropped, inFolder: boolean): Promise<void> {
  if (entry.isDirectory) {
    for (const child of await listing(entry as FileSystemDirectoryEntry)) await collect(child, into, true);
  } else if (inFolder && !MEDIA.test(entry.name)) into.skipped += entry.name.startsWith(".") ? 0 : 1;
  else into.files.push(await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
}

/** Call in the handler of the drop: later the browser has forgotten what was dropped. */
export async function dropped(transfer: DataTransfer): Promise<Dropped> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  const into: Dropped = { files: [], skipped: 0 };
  if (entries.length === 0) into.files.push(...transfer.files);
  for (const entry of entries) await collect(entry, into, false);
  return into;
}
