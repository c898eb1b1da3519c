"""Barbican's API: secrets are encrypted with a key of the bed's, and kept in the database."""

import base64
import hashlib
from pathlib import Path

from layout import Bed
from processes import Process
from service import Api, api_process, command


class Barbican(Api):
    name = "barbican"
    databases = ("barbican",)
    catalog = (("key-manager", ""),)

    def configure(self, bed: Bed) -> None:
        key = base64.urlsafe_b64encode(hashlib.sha256(bed.secret("barbican").encode()).digest()).decode()
        bed.write_config(
            "barbican.conf", "barbican/.barbican/barbican.conf",
            login=bed.login("barbican"), barbican_url=bed.url("barbican"), key=key,
        )

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "barbican" / ".barbican" / "barbican.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        # It looks for its configuration there, and takes no other word for it.
        return {"HOME": str(bed.etc / "barbican")}

    def prepare(self, bed: Bed) -> None:
        command(bed, "barbican", "barbican-manage", "db", "upgrade", environment=self.environment(bed))

    def processes(self, bed: Bed) -> list[Process]:
        # Barbican's own WSGI module reads this file below /etc.
        paste = bed.venv / "etc" / "barbican" / "barbican-api-paste.ini"
        return [api_process(self, bed, str(paste))]
