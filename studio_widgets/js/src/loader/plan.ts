/** What a widget's kernel writes before the loader (widgets/bundles.py). */
export interface Plan {
  /** Names the build: files of different builds never meet. */
  readonly build: string;
  /** The file that the widget begins with. */
  readonly entry: string;
  /** The static imports of each file of the build. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}
