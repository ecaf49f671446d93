#!/usr/bin/env bash
# Installs the built wheel into an empty environment in which no Node can be found, and opens a Studio there.
# Also builds a wheel from the sdist in that environment: the bundles in it must be enough.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" - <<'PY'
import json, sys, tarfile, zipfile
from pathlib import Path
wheel, sdist = next(Path("dist").glob("*.whl")), next(Path("dist").glob("*.tar.gz"))
names = zipfile.ZipFile(wheel).namelist()
manifest = json.loads(zipfile.ZipFile(wheel).read("studio_widgets/static/manifest.json"))
entries = set(manifest["entries"].values())
bundles = [name if name in entries else f"chunks/{name}" for name in manifest["files"]] + ["loader.js"]
wanted = [f"studio_widgets/static/{name}" for name in bundles]
wanted += ["studio_widgets/notebooks/quickstart.ipynb", "studio_widgets/engine/library/migrations/0001_studio.sql"]
missing = [name for name in wanted if name not in names]
shipped = [Path(name).name for name in tarfile.open(sdist).getnames()]
missing += [f"{name} (sdist)" for name in ("manifest.json", *bundles) if Path(name).name not in shipped]
missing += [] if len(entries) == 5 else ["an entry for each widget"]
sys.exit(f"missing: {missing}" if missing else 0)
PY

# A PATH with the bare system tools but without node and npm, so that nothing can be bundled by accident.
mkdir "$work/bin"
for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
  [ -d "$folder" ] && find "$folder" -maxdepth 1 ! -name 'node*' ! -name 'npm*' ! -name 'npx*' -exec ln -sf -t "$work/bin" {} + 2>/dev/null || true
done
"$python" -m venv "$work/venv"
export PATH="$work/venv/bin:$work/bin"
if command -v node >/dev/null; then echo "node is still on PATH"; exit 1; fi
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl
"$work/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps -w "$work/from-sdist" dist/*.tar.gz
cd "$work"
STUDIO_HOME="$work/home" "$work/venv/bin/python" - <<'PY'
import shutil

import studio_widgets as sw
from studio_widgets import samples
with sw.Studio() as studio:
    rows = studio.library.add(samples.narration())
    assert list(rows["name"]) == ["narration.wav"], rows
    workspace = studio.workspace(studio.project("Lesson 1"))
    assert "static" not in type(workspace).__name__ and len(workspace._esm) > 1000
    print("wheel without Node: a Studio opens,", len(studio.library.files()), "media file,", type(workspace).__name__, "ready")

from studio_widgets.engine.library.server import EmbeddedServer

server = EmbeddedServer(studio.home)
server.stop()
shutil.rmtree(server.data, ignore_errors=True)
PY
