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
import sys, tarfile, zipfile
from pathlib import Path
wheel, sdist = next(Path("dist").glob("*.whl")), next(Path("dist").glob("*.tar.gz"))
names = zipfile.ZipFile(wheel).namelist()
wanted = [f"studio_widgets/static/{name}.js" for name in ("workspace", "browser", "timeline", "player", "recorder", "loader")]
wanted += ["studio_widgets/static/manifest.json"]
wanted += ["studio_widgets/notebooks/quickstart.ipynb", "studio_widgets/engine/library/migrations/0001_studio.sql"]
missing = [name for name in wanted if name not in names]
shipped = [Path(name).name for name in tarfile.open(sdist).getnames()]
missing += [f"{name} (sdist)" for name in ("workspace.js", "timeline.js", "loader.js", "manifest.json") if name not in shipped]
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
