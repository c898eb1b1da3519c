"""nova's own fake hypervisor, with what it lacks: the same identity after a restart, and servers that boot.

Runs within nova-compute. A server is a process (guest.py) that writes a console; nova's fake hypervisor has a canned
one."""

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nova.conf
from nova.virt import fake, node

CONF = nova.conf.CONF
# As much as libvirt's driver returns.
LONGEST_CONSOLE = 100 * 1024


class Driver(fake.FakeDriver):
    def __init__(self, virtapi, read_only=False):
        super().__init__(virtapi, read_only)
        self._guests = {}

    def get_available_resource(self, nodename):
        return super().get_available_resource(nodename) | {"uuid": node.get_local_node_uuid()}

    def get_nodenames_by_uuid(self, refresh=False):
        return {node.get_local_node_uuid(): name for name in self.get_available_nodes()}

    def spawn(self, context, instance, *arguments, **options):
        super().spawn(context, instance, *arguments, **options)
        self._boot(instance)

    def destroy(self, context, instance, *arguments, **options):
        super().destroy(context, instance, *arguments, **options)
        self._end(instance)

    def get_console_output(self, context, instance):
        try:
            return (_folder(instance) / "console").read_bytes()[-LONGEST_CONSOLE:]
        except FileNotFoundError:
            return b""

    def _boot(self, instance):
        self._end(instance)
        folder = _folder(instance)
        folder.mkdir()
        (folder / "user-data").write_bytes(base64.b64decode(instance.user_data or ""))
        # The image's property, also when it is the image of the boot volume.
        kind = instance.system_metadata.get("image_touchstone_console", "")
        # It ends with its standard input, so with nova-compute at the latest.
        self._guests[instance.uuid] = subprocess.Popen(
            [sys.executable, "-B", os.environ["TOUCHSTONE_GUEST"], str(folder), instance.hostname, kind],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _end(self, instance):
        if guest := self._guests.pop(instance.uuid, None):
            guest.stdin.close()
            guest.wait()
        shutil.rmtree(_folder(instance), ignore_errors=True)


def _folder(instance):
    return Path(CONF.state_path) / "consoles" / instance.uuid
