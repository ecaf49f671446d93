"""Derived files of the library: what is missing is made in the background, and found by its key ever after.

added ──> request ──> WorkerPool ──> scratch folder ──> storage.adopt ──> notify
opened ──> resume (rows whose set was never finished)
"""

from __future__ import annotations

import logging
import shutil
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from studio_widgets.engine.errors import CancelledError, MissingMediaError, StudioError
from studio_widgets.engine.library.catalog import Catalog
from studio_widgets.engine.library.jobs import Board, Jobs
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.recipes import (
    RECIPES,
    SET_VERSION,
    Recipe,
    RecipeName,
    failure_note,
    recipes_for,
)
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.library.worker_pool import Answer, Ask, Job, WorkerPool
from studio_widgets.engine.media.model import MediaInfo

_log = logging.getLogger(__name__)
_SCAN = 200  # rows looked at in one go
PATIENCE = 300.0  # seconds, and twice a file's length, after which a recipe that tells nothing is given up


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that pictures and proxies are made from: of a media file, or of a take (`media_id` None)."""

    sha256: str
    storage_key: str
    name: str
    info: MediaInfo
    media_id: str | None = None


class Derived:
    """Makes and finds derived files. All methods may be called from any thread.

    `changed` is called, from a pool thread, when a derived file appeared or failed.
    """

    def __init__(self, storage: Storage, catalog: Catalog, changed: Callable[[], None], board: Board) -> None:
        self._storage = storage
        self._catalog = catalog
        self._changed = changed
        self._board = board
        self._pool = WorkerPool(board=board)
        self._lock = threading.Lock()
        self._open: dict[str, set[str]] = {}  # media id → recipes still to be finished
        self._unwarned: list[str] = []  # failures that wait() has not told of yet
        self._resumer: threading.Thread | None = None
        self._closing = threading.Event()

    # --- finding ---------------------------------------------------------------------------------------------------

    def has(self, sha256: str, name: RecipeName) -> bool:
        """Whether the derived file is there."""
        return self._storage.exists(RECIPES[name].key(sha256))

    def read(self, content: Content, name: RecipeName, file: str | None = None) -> bytes | None:
        """A derived file's bytes; None while it is not made yet (it is then asked for) or cannot be."""
        recipe = RECIPES[name]
        if not content.storage_key or recipe not in recipes_for(content.info):  # no bytes of it here yet: Library.fetch
            return None
        key = recipe.key(content.sha256)
        if file is not None:
            key = next(key for key in recipe.keys(content.sha256) if key.endswith(recipe.versioned(file)))
        try:
            return self._storage.read(key)
        except MissingMediaError:
            self.request(content)
            return None

    def path(self, sha256: str, name: RecipeName) -> Path | None:
        """A local file of it; None when it is not made."""
        key = RECIPES[name].key(sha256)
        return self._storage.local_path(key) if self._storage.exists(key) else None

    def place(self, sha256: str, name: RecipeName) -> Path | None:
        """The file of it if it lies on this machine: nothing is fetched."""
        path = self._storage.place(RECIPES[name].key(sha256))
        return path if path.is_file() else None

    # --- making ----------------------------------------------------------------------------------------------------

    def request(self, content: Content) -> int:
        """Queue what is missing for these bytes and has not failed before; returns how many jobs that makes."""
        missing = [recipe for recipe in recipes_for(content.info) if self._is_open(content.sha256, recipe)]
        media_id = content.media_id
        if media_id is not None:
            with self._lock:
                self._open.setdefault(media_id, set()).update(recipe.name for recipe in missing)
            if not missing:
                self._settle(media_id)
        return sum(self._pool.submit(self._job(content, recipe)) for recipe in missing)

    def resume(self) -> None:
        """Look, in the background, for rows whose derived files were never finished."""
        with self._lock:
            if self._closing.is_set() or (self._resumer is not None and self._resumer.is_alive()):
                return
            self._resumer = threading.Thread(target=self._scan, name="studio-resume", daemon=True)
            self._resumer.start()

    def wait(self, progress: bool = True) -> None:
        """Return when nothing is under way and what was missing is made or has failed.

        Warns of failures; `failures()` lists them.

        Ctrl-C cancels what is left (CancelledError); the next `wait()` or the next opening of the library goes on.
        """
        bar = _Bar(progress)
        try:
            self.resume()
            self._join_resumer()
            while not self._board.wait(0.5):
                bar.show(self._board.jobs())
            self._warn()
        except KeyboardInterrupt:
            dropped = self.cancel()
            raise CancelledError(
                f"stopped with {dropped} derived files not made", hint="library.wait() goes on with them."
            ) from None
        finally:
            bar.close()

    def cancel(self) -> int:
        """Stop making derived files; how many were left. Nothing is recorded as failed."""
        count = self._pool.cancel()
        with self._lock:
            self._open.clear()
        return count

    def retry(self, content: Content) -> int:
        """Queue what is missing, also what failed before; returns how many jobs that makes."""
        for recipe in recipes_for(content.info):
            self._storage.delete(recipe.failure_key(content.sha256))
        return self.request(content)

    def delete(self, sha256: str) -> None:
        """Remove everything derived from these bytes."""
        for recipe in RECIPES.values():
            for key in [*recipe.keys(sha256), recipe.failure_key(sha256)]:
                self._storage.delete(key)
            shutil.rmtree(self._storage.workshop(recipe.workshop(sha256)), ignore_errors=True)

    def close(self) -> None:
        """Stop; what is not made is made after the next opening."""
        self._closing.set()
        self._pool.close()
        self._join_resumer()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _is_open(self, sha256: str, recipe: Recipe) -> bool:
        """Whether there is something to do: neither made nor known to be impossible."""
        exists = self._storage.exists
        return not exists(recipe.key(sha256)) and not exists(recipe.failure_key(sha256))

    def _job(self, content: Content, recipe: Recipe) -> Job:
        return Job(
            key=recipe.key(content.sha256),
            rank=recipe.rank,
            long=recipe.long,
            label=f"{recipe.name} of {content.name}",
            run=lambda ask: self._run(content, recipe, ask),
        )

    def _run(self, content: Content, recipe: Recipe, ask: Ask) -> None:
        """One job, in a pool thread: make it aside, then let it appear; or note why not."""
        try:
            answer = self._make(content, recipe, ask) if self._is_open(content.sha256, recipe) else Answer()
            if answer.lasting:
                self._storage.write(recipe.failure_key(content.sha256), failure_note(answer.error))
        except StudioError as error:  # the original is gone (deleted meanwhile), or storage is full
            answer = Answer(str(error))
        if answer.error:
            _log.info("no %s of %s: %s", recipe.name, content.name, answer.error)
            self._board.failed()
            with self._lock:
                self._unwarned.append(f"{recipe.name} of {content.name}: {answer.error}")
        if content.media_id is not None and not self._closing.is_set():
            self._note(content.media_id, recipe, answer)
        self._changed()

    def _make(self, content: Content, recipe: Recipe, ask: Ask) -> Answer:
        workshop = self._storage.workshop(recipe.workshop(content.sha256))
        with self._storage.lent(content.storage_key) as source, self._storage.scratch() as folder:
            message = {"recipe": recipe.name, "source": str(source), "folder": str(folder)}
            message |= {"workshop": str(workshop)} if recipe.long else {}
            answer = ask(message, within=PATIENCE + 2 * float(content.info.seconds))
            if not answer.error:
                for file, key in zip(recipe.files, recipe.keys(content.sha256), strict=True):
                    self._storage.adopt(key, folder / file)
        if recipe.long and answer.error and self._storage.exists(recipe.key(content.sha256)):
            return Answer()  # another kernel worked on it, and was first
        if recipe.long and (answer.lasting or not answer.error):
            shutil.rmtree(workshop, ignore_errors=True)
        return answer

    def _note(self, media_id: str, recipe: Recipe, answer: Answer) -> None:
        """Note in the row how a recipe went. What failed for a passing reason stays open for the next opening."""
        try:
            self._catalog.note_derived(media_id, recipe.name, answer.error)
        except StudioError as error:  # the files in storage tell the same, only slower
            _log.info("could not note the %s of %s: %s", recipe.name, media_id, error)
        if answer.error and not answer.lasting:
            return
        with self._lock:
            self._open.get(media_id, set()).discard(recipe.name)
        self._settle(media_id)

    def _settle(self, media_id: str) -> None:
        """Mark the row when nothing is left to be made for it, so that the next opening need not look."""
        with self._lock:
            if self._open.get(media_id):
                return
            self._open.pop(media_id, None)
        if self._closing.is_set():
            return
        try:
            self._catalog.mark_derived(media_id, SET_VERSION)
        except StudioError as error:  # the next opening looks at the row once more, that is all
            _log.info("could not mark %s: %s", media_id, error)

    def _warn(self) -> None:
        """Tell the user, once, what could not be made."""
        with self._lock:
            told, self._unwarned = self._unwarned, []
        if told:
            listed = "".join(f"\n  - {line}" for line in told)
            warnings.warn(f"{len(told)} derived files could not be made:{listed}", stacklevel=4)

    def _scan(self) -> None:
        """Request what rows lack, a batch at a time; rows that are queued already come up again and are skipped."""
        seen: set[str] = set()
        try:
            while not self._closing.is_set():
                batch = self._catalog.underived(SET_VERSION, _SCAN + len(seen))
                fresh = [file for file in batch if file.id not in seen]
                if not fresh:
                    return
                for file in fresh:
                    seen.add(file.id)
                    self.request(content_of(file))
        except StudioError as error:
            _log.info("looking for missing derived files stopped: %s", error)

    def _join_resumer(self) -> None:
        resumer = self._resumer
        if resumer is not None and resumer is not threading.current_thread():
            while resumer.is_alive():
                resumer.join(0.2)  # in steps: a join without end cannot be interrupted


def content_of(file: MediaFile) -> Content:
    """The bytes of a media file."""
    return Content(sha256=file.sha256, storage_key=file.storage_key, name=file.name, info=file.info, media_id=file.id)


class _Bar:
    """A progress bar that appears when there is something to show, so that a library at rest prints nothing."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._bar: Any = None

    def show(self, jobs: Jobs) -> None:
        """Where things stand."""
        if not self._enabled or not jobs.total:
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=0, desc="media library", unit="job", leave=False)
        self._bar.total = jobs.total
        self._bar.n = round(jobs.done, 1)
        self._bar.set_postfix_str(jobs.label, refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
