"""Make sure that a Chromium is there for the browser tests, and print its path.

Order: $STUDIO_CHROMIUM, a Chromium on PATH, Debian's package (as root, where apt is), Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium that is installed already."""
    given = os.environ.get("STUDIO_CHROMIUM")
    if given:
        return given
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install_debian() -> bool:
    """Install Debian's package; False when this machine or user cannot."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    print("Installing Debian's chromium package …", file=sys.stderr)
    subprocess.run(["apt-get", "update", "-qq"], env=env, check=False, stdout=sys.stderr)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    return subprocess.run(install, env=env, check=False, stdout=sys.stderr).returncode == 0


def playwright_download() -> str | None:
    """Playwright's own Chromium, downloading it when it is missing."""
    print("No Chromium found; asking Playwright for its own …", file=sys.stderr)
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(install, check=False, stdout=sys.stderr).returncode != 0:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def main() -> int:
    """Entry point."""
    path = find() or (find() if install_debian() else None) or playwright_download()
    if path is None:
        print(
            "The browser tests need Chromium, and it could not be installed. Install it with your system's package "
            "manager (Debian: `apt-get install chromium`), or set STUDIO_CHROMIUM to its path.",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
