"""A file that is small as it comes and huge unpacked."""

from __future__ import annotations

import io
import zipfile


def swollen_workbook(size: int = 12_000_000) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * size)
    return file.getvalue()
