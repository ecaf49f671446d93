"""A small file of every format that users bring: what it becomes, and that all its pictures and sounds are made."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.library.ingest import BatchError
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.media.convert import foreign_kind, to_png
from studio_widgets.engine.media.source import open_media
from tests.media import golden

SECONDS = 1


def video(path: Path, codec: str, audio_codec: str | None = None, pixels: str = "yuv420p") -> Path:
    """25 frames of 160 × 90 (GIF: 10 frames), with a tone when the format has sound."""
    rate = 10 if path.suffix == ".gif" else 25
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 90, pixels
        sound = out.add_stream(audio_codec, rate=48000) if audio_codec else None
        if sound is not None:
            sound.codec_context.layout = "stereo"
        for k in range(rate * SECONDS):
            frame = golden.numbered_frame(k, 160, 90).reformat(format=pixels)
            frame.pts, frame.time_base = k, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            for block in golden.sound_frames(golden.tone(48000 * SECONDS), sound.codec_context, 0):
                out.mux(sound.encode(block))
            out.mux(sound.encode(None))
    return path


def raw_aac(path: Path) -> Path:
    with av.open(str(path), "w", format="adts") as out:
        sound = out.add_stream("aac", rate=48000)
        sound.codec_context.layout = "stereo"
        for block in golden.sound_frames(golden.tone(48000 * SECONDS), sound.codec_context, 0):
            out.mux(sound.encode(block))
        out.mux(sound.encode(None))
    return path


def moving_webp(path: Path) -> Path:
    pictures = [Image.new("RGB", (160, 90), (255 - 40 * k, 0, 0)) for k in range(5)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, lossless=True)
    return path


def drawing(path: Path, body: str = '<rect width="160" height="90" fill="red"/>', **sizes: str) -> Path:
    size = sizes or {"width": "160", "height": "90"}
    attributes = "".join(f' {name}="{value}"' for name, value in size.items())
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"{attributes}>{body}</svg>'
    )
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".svgz" else data)
    return path


# name: (how it is made, MIME type, has sound)
VIDEOS: dict[str, tuple[Callable[[Path], Path], str, bool]] = {
    "a.mp4": (lambda path: video(path, "libx264", "aac"), "video/mp4", True),
    "a.mov": (lambda path: video(path, "libx264", "aac"), "video/quicktime", True),
    "a.webm": (lambda path: video(path, "libvpx-vp9", "libopus"), "video/webm", True),
    "a.mkv": (lambda path: video(path, "libx264", "aac"), "video/x-matroska", True),
    "a.ts": (lambda path: video(path, "libx264", "aac"), "video/mp2t", True),
    "a.ogv": (lambda path: video(path, "libvpx", "libopus"), "video/ogg", True),
    "a.avi": (lambda path: video(path, "mpeg4", "libmp3lame"), "video/x-msvideo", True),
    "a.mpg": (lambda path: video(path, "mpeg2video", "mp2"), "video/mpeg", True),
    "moving.gif": (lambda path: video(path, "gif", pixels="rgb8"), "video/gif", False),
}
PICTURES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a.jpg": (golden.make_still, "image/jpeg"),
    "a.png": (golden.make_still, "image/png"),
    "a.webp": (golden.make_still, "image/webp"),
    "a.gif": (golden.make_still, "image/gif"),
    "a.bmp": (golden.make_still, "image/bmp"),
    "a.tiff": (golden.make_still, "image/tiff"),
}
SOUNDS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a.mp3": (golden.make_sound, "audio/mpeg"),
    "a.wav": (golden.make_sound, "audio/wav"),
    "a.flac": (golden.make_sound, "audio/flac"),
    "a.ogg": (golden.make_sound, "audio/ogg"),
    "a.m4a": (golden.make_sound, "audio/mp4"),
    "a.aac": (raw_aac, "audio/aac"),
}


def test_every_video_format(library: Library, tmp_path: Path) -> None:
    library.add([make(tmp_path / name) for name, (make, _, _) in VIDEOS.items()])
    library.wait(progress=False)
    for name, (_, mime, has_sound) in VIDEOS.items():
        media = library[name]
        assert (media.kind, media.file_type, media.width, media.height) == ("video", mime, 160, 90), name
        assert media.has_audio == has_sound, name
        assert media.duration_seconds == pytest.approx(SECONDS, abs=0.06), name
        assert Image.open(io.BytesIO(library.thumbnail(media.id) or b"")).size == (160, 90), name
        assert library.sprite(media.id), name
        assert bool(library.peaks(media.id)) == has_sound, name
        proxy = library.source_file(library.source(media, Fraction(25))).proxy
        if media.info.has_alpha:  # a GIF's colours have transparency among them: H.264 has none
            assert proxy is None, name
            continue
        assert proxy is not None, name
        with open_media(proxy) as container:
            assert sum(1 for _ in container.decode(video=0)) == 25, name
    assert library.failures().empty


def test_every_picture_format(library: Library, tmp_path: Path) -> None:
    library.add([make(tmp_path / name) for name, (make, _) in PICTURES.items()])
    library.wait(progress=False)
    for name, (_, mime) in PICTURES.items():
        media = library[name]
        assert (media.kind, media.file_type, media.width, media.height) == ("image", mime, 160, 90), name
        assert media.duration_seconds is None
        assert golden.read_number(library.thumbnail(media.id)) == 7, name


def test_every_sound_format(library: Library, tmp_path: Path) -> None:
    library.add([make(tmp_path / name) for name, (make, _) in SOUNDS.items()])
    library.wait(progress=False)
    for name, (_, mime) in SOUNDS.items():
        media = library[name]
        assert (media.kind, media.file_type, media.width, media.has_audio) == ("audio", mime, None, True), name
        assert media.duration_seconds == pytest.approx(SECONDS, abs=0.06), name
        peaks = np.frombuffer(library.peaks(media.id) or b"", np.uint8)
        assert len(peaks) >= 50 * SECONDS, name
        assert np.median(peaks) == pytest.approx(127, abs=8), name
    assert library.failures().empty


def test_pictures_and_videos_of_odd_sizes(library: Library, tmp_path: Path) -> None:
    sizes = [(1, 1), (3, 2), (37, 501), (501, 37), (161, 91)]
    for width, height in sizes:
        Image.new("RGB", (width, height), (200, 30, 30)).save(tmp_path / f"{width}.png")
        frames = [Image.new("RGB", (width, height), (80 * k, 0, 90)) for k in range(4)]
        frames[0].save(tmp_path / f"{width}.gif", save_all=True, append_images=frames[1:], duration=100)
    library.add(tmp_path)
    library.wait(progress=False)
    assert library.failures().empty
    for size in sizes:
        picture = library[f"{size[0]}.png"]
        assert (picture.width, picture.height) == size
        red, green, blue = Image.open(io.BytesIO(library.thumbnail(picture.id) or b"")).getpixel((0, 0))  # type: ignore[misc]
        assert red > 180, size
        assert max(green, blue) < 60, size
        moving = library[f"{size[0]}.gif"]
        assert (moving.kind, moving.width, moving.height) == ("video", *size)
        assert library.thumbnail(moving.id), size


# --- what FFmpeg cannot read -----------------------------------------------------------------------------------------


def test_of_an_animated_webp_the_first_picture_is_the_media_and_the_original_is_kept(
    library: Library, tmp_path: Path
) -> None:
    path = moving_webp(tmp_path / "moving.webp")
    library.add(path)
    media = library["moving.png"]
    assert (media.kind, media.file_type, media.width, media.height) == ("image", "image/png", 160, 90)
    assert Image.open(media.path).getpixel((80, 45)) == (255, 0, 0)
    assert media.metadata["originalName"] == "moving.webp"
    assert library.storage.read(media.metadata["originalKey"]) == path.read_bytes()


@pytest.mark.parametrize("name", ["logo.svg", "logo.svgz"])
def test_a_drawing_becomes_a_picture_for_the_full_screen_and_is_kept(
    library: Library, tmp_path: Path, name: str
) -> None:
    path = drawing(tmp_path / name)
    library.add(path)
    library.wait(progress=False)
    media = library["logo.png"]
    assert (media.kind, media.file_type, media.width, media.height) == ("image", "image/png", 1920, 1080)
    assert Image.open(media.path).convert("RGB").getpixel((960, 540)) == (255, 0, 0)
    assert library.thumbnail(media.id)
    assert media.metadata["originalName"] == name
    assert library.storage.read(media.metadata["originalKey"]) == path.read_bytes()
    with library.database.connection() as connection:
        used = connection.execute("select studio_api.blob_is_used(%s)", (media.metadata["originalKey"],)).fetchone()
    assert used == (True,)
    assert list(library.add(path)["id"]) == [media.id]


def test_a_drawing_given_as_bytes_with_a_name_of_ones_own(library: Library, tmp_path: Path) -> None:
    data = drawing(tmp_path / "logo.svg").read_bytes()
    assert list(library.add(data, name="Logo")["name"]) == ["Logo"]


def test_without_the_library_for_drawings_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(MediaError, match=r"pip install 'studio-widgets\[svg\]'"):
        to_png(drawing(tmp_path / "logo.svg"), tmp_path / "out.png")


def drawn(path: Path, out: Path) -> Image.Image:
    to_png(path, out)
    return Image.open(out).convert("RGBA")


def test_words_in_a_drawing_appear(tmp_path: Path) -> None:
    path = drawing(tmp_path / "a.svg", '<text y="80" font-family="No Such Font" font-size="90" fill="red">MMM</text>')
    red = np.asarray(drawn(path, tmp_path / "a.png"))[..., 3] > 128
    assert 0.05 < red.mean() < 0.9


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"width": "50mm", "height": "25mm"}, (1920, 960)),
        ({"width": "100%", "height": "100%", "viewBox": "0 0 400 100"}, (1920, 480)),
        ({"viewBox": "0,0,100,100"}, (1920, 1920)),
        ({"width": "3000", "height": "1500"}, (3000, 1500)),
        ({"width": "1e9", "height": "1e9"}, (4096, 4096)),
        ({"width": "10", "height": "40"}, (1024, 4096)),
    ],
)
def test_how_large_a_drawing_becomes(tmp_path: Path, sizes: dict[str, str], shown: tuple[int, int]) -> None:
    body = '<rect width="100%" height="100%" fill="red"/>'
    assert drawn(drawing(tmp_path / "a.svg", body, **sizes), tmp_path / "a.png").size == shown


def test_a_drawing_reads_nothing_but_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (160, 90), (255, 0, 0)).save(secret)
    monkeypatch.chdir(tmp_path)
    encoded = base64.b64encode(secret.read_bytes()).decode()
    inner = drawing(tmp_path / "inner.svg", f'<image href="{secret}" width="160" height="90"/>').read_bytes()
    nested = f"data:image/svg+xml;base64,{base64.b64encode(inner).decode()}"
    size = 'width="160" height="90"'
    outside = [
        *(f'<image {name}="{place}" {size}/>' for name in ("href", "xlink:href") for place in (
            secret, "secret.png", f"file://{secret}", "http://127.0.0.1:9/a.png", "//127.0.0.1/a.png", nested,
        )),
        f'<filter id="f"><feImage href="{secret}"/></filter><rect filter="url(#f)" {size}/>',
        f'<style>@import url("{secret}"); image {{ href: url("{secret}") }}</style><image {size}/>',
        f'<use href="inner.svg#x"/><use href="{tmp_path}/inner.svg"/>',
        f'<pattern id="p" {size}><image href="{secret}" {size}/></pattern><rect fill="url(#p)" {size}/>',
    ]  # fmt: skip
    for body in outside:
        shown = np.asarray(drawn(drawing(tmp_path / "a.svg", body), tmp_path / "a.png"))
        assert not ((shown[..., 0] > 200) & (shown[..., 3] > 0)).any(), body
    inside = f'<image href="data:image/png;base64,{encoded}" {size}/>'
    assert drawn(drawing(tmp_path / "a.svg", inside), tmp_path / "a.png").getpixel((960, 540)) == (255, 0, 0, 255)


def bomb(kind: str) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">'
    if kind == "entities":
        entities = "".join(f"<!ENTITY e{k} '" + f"&e{k - 1};" * 10 + "'>" for k in range(1, 10))
        return f'<!DOCTYPE svg [<!ENTITY e0 "aaaaaaaaaa">{entities}]>{head}<text>&e9;</text></svg>'
    if kind == "outer entity":
        return f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{head}<text>&x;</text></svg>'
    if kind == "uses":
        groups = "".join(f"<g id='u{k}'>" + f"<use href='#u{k - 1}'/>" * 10 + "</g>" for k in range(1, 9))
        return f'{head}<g id="u0"><rect width="1" height="1"/></g>{groups}</svg>'
    if kind == "deep":
        return head + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>"
    return {"cut": head + "<rect", "html": "<html><svg/></html>", "empty": "<svg", "zero": head.replace("10", "0")}[
        kind
    ]


@pytest.mark.usefixtures("no_derived_files")
@pytest.mark.parametrize("kind", ["entities", "outer entity", "uses", "deep", "cut", "html", "empty"])
def test_a_hostile_or_broken_drawing_is_refused_by_name(library: Library, tmp_path: Path, kind: str) -> None:
    (tmp_path / "bad.svg").write_text(bomb(kind))
    with pytest.raises(BatchError, match=r"bad\.svg"):
        library.add(tmp_path / "bad.svg")
    assert library.files().empty


def test_what_a_drawing_is_told_by(tmp_path: Path) -> None:
    def kind(name: str, data: bytes) -> str | None:
        (tmp_path / name).write_bytes(data)
        return foreign_kind(tmp_path / name)

    assert kind("a.txt", b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg>') == "svg"
    assert kind("a.svg", b"<!-- by hand -->" + b" " * 5000 + b"<svg>") == "svg"
    assert kind("a.xml", b"<note/>") is None
    assert kind("a.gz", gzip.compress(b"<svg/>")) is None
    assert foreign_kind(golden.make_still(tmp_path / "a.webp")) is None
    assert foreign_kind(tmp_path / "gone.svg") is None


def huge_png(path: Path, width: int, height: int) -> Path:
    """A PNG whose pixels are all black: about a thousandth of what it decodes to."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(width * 3 + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    return path


@pytest.mark.long
def test_a_picture_that_unpacks_to_more_than_the_memory_allows_is_refused(library: Library, tmp_path: Path) -> None:
    path = huge_png(tmp_path / "bomb.png", 30_000, 30_000)
    assert path.stat().st_size < 3_000_000
    with pytest.raises(BatchError, match=r"bomb\.png"):
        library.add(path)
    assert library.files().empty
