"""The library's word against an independent witness's (MediaInfo), on media that nobody here made; and against files
that somebody made to do harm. Each is taken in with the truth about it, or refused by name; none holds anything up."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from PIL import Image
from pymediainfo import MediaInfo as Witness
from pymediainfo import Track

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.items import MEDIA_SUFFIXES
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.media_file import MediaFile
from tests.media import golden

pytestmark = pytest.mark.usefixtures("no_derived_files")

_KINDS = {"Video": "video", "Audio": "audio", "Text": "subtitle"}

# Where the witness is silent, what decoding the file says: seconds from the first picture to the end of the last.
UNTOLD = {
    # Ogg has no duration in its header. 217 frames are told of, ten a second (empty ones: "the same again").
    "gnome_screencast_odd_274x269_theora444.ogv": Fraction(217, 10),
    # A browser's recording has none either. The last of 74 frames stands at 4.872 s; the usual frame lasts 66 ms.
    "mpy_no_duration.webm": Fraction(4872 + 66, 1000),
}
# Where the witness counts something else:
#   tc_nasa_13013.mp4: it says 16.570 s, which is how long the subtitles go on; picture and sound end at 13.056 s. We count
#   what can be seen and heard, so the tracks are asked, not the file.


def real_files(shared_media: Path) -> list[Path]:
    files = sorted(path for room in ("video", "audio") for path in (shared_media / room).iterdir())
    assert len(files) > 15
    return files


def displayed(track: Track) -> tuple[int, int]:
    """The size in square pixels, upright."""
    aspect = float(track.pixel_aspect_ratio or 1)
    wide, high = (
        (round(track.width * aspect), track.height) if aspect >= 1 else (track.width, round(track.height / aspect))
    )
    return (high, wide) if rotation(track) in (90, 270) else (wide, high)


def rotation(track: Track) -> int:
    return round(float(track.rotation or 0))


def seconds_and_slack(tracks: list[Track]) -> tuple[float, float]:
    """When the last picture or sound ends, and how long a frame or packet is."""
    shown = [track for track in tracks if track.track_type in ("Video", "Audio")]
    slack = max((1 / float(track.frame_rate) for track in shown if track.frame_rate), default=0.0)
    return max(float(track.duration or 0) for track in shown) / 1000, max(slack, 0.005)


def test_the_witness_and_we_say_the_same_of_every_real_file(library: Library, shared_media: Path) -> None:
    files = real_files(shared_media)
    library.add(files)
    for path in files:
        ours, tracks = library[path.name], Witness.parse(path).tracks
        pictures = [track for track in tracks if track.track_type == "Video"]
        assert counted(ours) == Counter(_KINDS[track.track_type] for track in tracks if track.track_type in _KINDS), (
            path.name
        )
        assert ours.kind == ("video" if pictures else "audio"), path.name
        if pictures:
            assert (ours.width, ours.height) == displayed(pictures[0]), path.name
            assert ours.info.rotation == rotation(pictures[0]), path.name
        seconds, slack = seconds_and_slack(tracks)
        if not seconds:
            seconds = float(UNTOLD[path.name])
        assert ours.duration_seconds == pytest.approx(seconds, abs=slack), path.name


def counted(file: MediaFile) -> Counter[str]:
    return Counter(stream.kind for stream in file.info.streams)


@pytest.mark.parametrize("name", sorted(UNTOLD))
def test_what_the_witness_does_not_tell_is_what_the_packets_say(shared_media: Path, name: str) -> None:
    """Read by PyAV alone, without any code of ours."""
    with av.open(str(shared_media / "video" / name)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times = sorted(packet.pts * stream.time_base for packet in container.demux(stream) if packet.pts is not None)
    steps = sorted(after - before for before, after in pairwise(times))
    usual = steps[len(steps) // 2]
    assert abs(times[-1] - times[0] + usual - UNTOLD[name]) <= Fraction(1, 1000)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_counts_the_same_streams(library: Library, shared_media: Path) -> None:
    files = real_files(shared_media)
    library.add(files)
    for path in files:
        command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", str(path)]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["streams"]
        assert counted(library[path.name]) == Counter(stream["codec_type"] for stream in told), path.name
        pictures = [stream for stream in told if stream["codec_type"] == "video"]
        if pictures:
            info = library[path.name].info
            assert (info.coded_width, info.coded_height) == (pictures[0]["width"], pictures[0]["height"]), path.name


def test_captions_and_timelines_are_refused_by_name(library: Library, shared_media: Path) -> None:
    files = sorted(path for room in ("captions", "timelines") for path in (shared_media / room).iterdir())
    with pytest.raises(BatchError) as caught:
        library.add(files)
    assert len(caught.value.errors) == len(files)
    for path, error in zip(files, caught.value.errors, strict=True):
        assert isinstance(error, MediaError)
        assert path.name in str(error)
    assert library.files().empty


# --- files made to do harm -------------------------------------------------------------------------------------------


def refused(library: Library, *paths: Path) -> list[str]:
    """What is said of files that must all be refused."""
    with pytest.raises(BatchError) as caught:
        library.add(*paths)
    assert len(caught.value.errors) == len(paths)
    for path, error in zip(paths, caught.value.errors, strict=True):
        assert isinstance(error, MediaError)
        assert path.name in str(error)
        assert error.hint
    assert library.files().empty
    storage = library.home / "storage"
    stored = [path for path in storage.rglob("*") if path.is_file() and path.parent != storage / "meta/databases"]
    assert stored == [], "nothing is left of what is refused"
    return [str(error) for error in caught.value.errors]


def test_noise_is_refused_whatever_it_is_called(library: Library, tmp_path: Path) -> None:
    noise = random.Random(3)
    paths = []
    for suffix in sorted(MEDIA_SUFFIXES):
        paths.append(tmp_path / f"noise{suffix}")
        paths[-1].write_bytes(noise.randbytes(30_000))
    refused(library, *paths)


def test_noise_behind_an_honest_beginning_is_refused_or_read_up_to_there(
    library: Library, tmp_path: Path, numbered_mp4: Path
) -> None:
    noise = random.Random(4)
    video = golden.make_numbered_video(tmp_path / "whole.webm", 30)
    for source, name in ((numbered_mp4, "a.mp4"), (video, "a.webm"), (golden.make_still(tmp_path / "s.png"), "a.png")):
        data = source.read_bytes()
        for keep in (16, 64, 300, 1000, len(data) // 2):
            (tmp_path / f"{keep}-{name}").write_bytes(data[:keep] + noise.randbytes(5000))
    paths = sorted(tmp_path.glob("*-a.*"))
    with pytest.raises(BatchError) as caught:
        library.add(paths)
    assert all(isinstance(problem, MediaError) for problem in caught.value.errors)
    added = caught.value.added
    assert len(added) + len(caught.value.errors) == len(paths)
    assert (added["duration_seconds"].fillna(0) < 60).all()


def test_films_cut_short(library: Library, tmp_path: Path, numbered_mp4: Path) -> None:
    film = numbered_mp4.read_bytes()
    index = film.index(b"moov") - 4
    (tmp_path / "cut.mp4").write_bytes(film[: index // 2])
    (tmp_path / "no-index.mp4").write_bytes(film[:index])
    refused(library, tmp_path / "cut.mp4", tmp_path / "no-index.mp4")
    whole = golden.make_numbered_video(tmp_path / "whole.webm", 60, gop=10)
    (tmp_path / "cut.webm").write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert 0.5 < library.add(tmp_path / "cut.webm")["duration_seconds"].iloc[0] < 2


def test_playlists_in_a_films_clothes_open_nothing(library: Library, tmp_path: Path, numbered_mp4: Path) -> None:
    texts = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{numbered_mp4}\n#EXT-X-ENDLIST\n",
        "web": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{numbered_mp4}'\n",
        "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>',
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
        "html": "<!doctype html><title>404</title>" + "<p>not found" * 50,
    }
    paths = []
    for kind, text in texts.items():
        for suffix in ("mp4", "webm", "png", "svg"):
            paths.append(tmp_path / f"{kind}.{suffix}")
            paths[-1].write_text(text)
    refused(library, *paths)


def test_what_is_no_regular_file(library: Library, tmp_path: Path) -> None:
    pipe, loop, dangling, device = (tmp_path / name for name in ("pipe.mp4", "loop.mp4", "dangling.mp4", "zero.mp4"))
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    dangling.symlink_to(tmp_path / "nowhere")
    device.symlink_to("/dev/zero")
    refused(library, pipe, loop, dangling, device)


def test_a_folder_that_links_back_to_itself_is_walked_once(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    golden.make_still(folder / "a.png")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    assert list(library.add(folder)["name"]) == ["a.png"]


NAMES = [
    "two\nlines.png",
    "🎬 take 1.png",
    "\u202egnp.exe.png",
    "درس ۱.png",
    "<img src=x onerror=alert(1)>.png",
    "'; drop table media_files; --.png",
    "-i.png",
    "%s %d {name}.png",
    " spaces .png",
    "a" * 251 + ".png",
    "ü" * 125 + "n.png",
]


def test_names_are_kept_as_they_are(library: Library, tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        Image.new("RGB", (20, 10), (number, 0, 0)).save(tmp_path / name, "PNG")
    assert list(library.add([tmp_path / name for name in NAMES])["name"]) == NAMES


def test_a_name_that_is_no_text_is_made_one(library: Library, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    Image.new("RGB", (20, 10)).save(path, "PNG")
    assert list(library.add(path)["name"]) == ["caf?.png"]
    assert list(library.add(("a\0b.png", path.read_bytes()))["name"]) == ["caf?.png"]


def test_a_name_longer_than_any_is_refused(library: Library) -> None:
    with pytest.raises(BatchError, match="600 characters"):
        library.add(("x" * 600, b"data"))


def test_a_home_with_spaces_and_umlauts(tmp_path: Path, database_url: str, numbered_mp4: Path) -> None:
    from studio_widgets.engine.library.database import open_database
    from studio_widgets.engine.library.storage import open_storage

    home = tmp_path / "Mein Studio – Übungen" / "ä ö 'ü' #1"
    home.mkdir(parents=True)
    database = open_database(database_url, home)
    library = Library(database, open_storage(None, home), home)
    try:
        film = home / "Übung 1.mp4"
        film.write_bytes(numbered_mp4.read_bytes())
        assert list(library.add(film)["name"]) == ["Übung 1.mp4"]
        upload = library.uploads.start("Übung 2.mp4", 4, 0)
        assert library.uploads.append(upload.id, 0, b"abcd") == 4
    finally:
        library.close()
        database.close()
