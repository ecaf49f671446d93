"""WebM: VP9 and Opus, encoded in one go; frame by frame the timeline's, chapters from markers."""

from __future__ import annotations

from pathlib import Path

import av

from studio_widgets.engine.media.encoder import open_sound_encoder, open_vp9_encoder
from studio_widgets.engine.render.join import set_chapters
from studio_widgets.engine.render.layers import sample_at
from studio_widgets.engine.render.order import Order, Told, pictures, sound
from studio_widgets.engine.render.plan import video_settings
from studio_widgets.engine.render.sound_file import OPUS, audio_frame, encoded

# bitexact: no version string, no random ids; the index in front, so that a browser need not fetch the end first
_OPTIONS = {"fflags": "+bitexact", "cues_to_front": "1"}


def write_webm(order: Order, out: Path, told: Told) -> None:
    """Write picture and sound to `out`; `told` of each frame."""
    settings = order.settings
    with av.open(str(out), "w", format="webm", container_options=_OPTIONS) as file:
        video = open_vp9_encoder(file, video_settings(settings))
        audio = open_sound_encoder(file, OPUS.codec, OPUS.samples, settings.audio_bitrate)
        if order.chapters:
            set_chapters(file, order.chapters, settings.fps)
        heard = sound(order)
        ready = 0
        for number, frame in enumerate(pictures(order, range(order.frames))):
            if sample_at(number, settings.fps) >= ready:
                start, samples = next(heard)
                ready = start + samples.shape[1]
                file.mux(encoded(audio, audio_frame(samples, start, OPUS.samples)))
            frame.pts, frame.time_base = number, 1 / settings.fps
            file.mux(video.encode(frame))
            told(number + 1)
        for start, samples in heard:
            file.mux(encoded(audio, audio_frame(samples, start, OPUS.samples)))
        file.mux(video.encode(None))
        file.mux(encoded(audio, None))
