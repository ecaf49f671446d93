"""Media through PyAV: what a file is, its frames and samples, pictures and proxies made from it, and the encoders.

Every file is opened by `source.open_media`; PyAV objects stay on the thread that made them.
"""
