"""Jupyter server extension: small widget messages without Nagle's delay.

jupyter_server leaves TCP_NODELAY unset on kernel websockets, which costs a small round trip about 36 ms (48 ms against
12 ms, measured on loopback). The extension sets it when a kernel websocket opens; nothing else changes.
"""

from __future__ import annotations

import inspect
from typing import Any

__all__ = ["_jupyter_server_extension_points", "_load_jupyter_server_extension"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell jupyter_server what to load."""
    return [{"module": "studio_widgets.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Wrap the websocket handler's `open` so that each connection sets TCP_NODELAY."""
    from jupyter_server.services.kernels import websocket

    handler: Any = websocket.KernelWebsocketHandler
    opened = handler.open
    if getattr(opened, "_studio_nodelay", False):  # loaded twice: wrap once
        return

    async def open_without_delay(self: Any, *args: Any, **kwargs: Any) -> None:
        self.set_nodelay(True)
        result = opened(self, *args, **kwargs)
        if inspect.isawaitable(result):
            await result

    handler.open = open_without_delay
    handler.open._studio_nodelay = True
    server_app.log.info("studio_widgets: kernel websockets send small messages at once (TCP_NODELAY)")
