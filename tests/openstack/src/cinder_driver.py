"""Volumes as sparse files, and cinder's own POSIX backups of them, neither of which needs root. Runs within cinder."""

import errno
import os
import subprocess
from pathlib import Path

from cinder import exception, objects
from cinder.backup.drivers.posix import PosixBackupDriver
from cinder.volume import driver, volume_utils
from os_brick.initiator import connector
from oslo_config import cfg
from oslo_utils import units

CONF = cfg.CONF

# Cinder asks the machine, as root, for its iSCSI, NVMe and Fibre Channel before it opens any volume. Ours are files.
connector.unix_connector_list[:] = ["os_brick.initiator.connectors.local.LocalConnector"]


class Volumes(driver.VolumeDriver):
    """A volume or snapshot is a file of its name; what was never written takes no disk."""

    VERSION = "1"

    def check_for_setup_error(self):
        _folder().mkdir(parents=True, exist_ok=True)

    def get_volume_stats(self, refresh=False):
        return {
            "volume_backend_name": self.configuration.volume_backend_name,
            "vendor_name": "Touchstone",
            "driver_version": self.VERSION,
            "storage_protocol": "local",
            "total_capacity_gb": 100000,
            "free_capacity_gb": 100000,
            "reserved_percentage": 0,
            "QoS_support": False,
            "multiattach": False,
        }

    def create_volume(self, volume):
        _path(volume).touch()
        _resize(volume)

    def delete_volume(self, volume):
        _path(volume).unlink(missing_ok=True)

    def extend_volume(self, volume, new_size):
        os.truncate(_path(volume), new_size * units.Gi)

    def create_cloned_volume(self, volume, src_vref):
        _copy(src_vref, volume)
        _resize(volume)

    def create_snapshot(self, snapshot):
        _copy(snapshot.volume, snapshot)

    def delete_snapshot(self, snapshot):
        _path(snapshot).unlink(missing_ok=True)

    def create_volume_from_snapshot(self, volume, snapshot):
        _copy(snapshot, volume)
        _resize(volume)

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        """Downloads an image into a new volume. Cinder's own way takes qemu-img, and needs it for other formats."""
        if image_meta["disk_format"] != "raw":
            raise exception.ImageUnacceptable(
                image_id=image_meta["id"],
                reason=f"the bed makes volumes of raw images only, this one is {image_meta['disk_format']}",
            )
        with open(_path(volume), "wb") as file:
            image_service.download(context, image_meta["id"], file)
        if _path(volume).stat().st_size > volume.size * units.Gi:
            raise exception.ImageUnacceptable(image_id=image_meta["id"], reason="it is larger than the volume")
        _resize(volume)
        return {}, True

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        volume_utils.upload_volume(context, image_service, image_meta, str(_path(volume)), volume)

    def initialize_connection(self, volume, connector):
        return {"driver_volume_type": "local", "data": {"device_path": str(_path(volume))}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass


class Backup(PosixBackupDriver):
    """Knows that volumes have holes; and that cinder empties a file when it opens it to restore into it."""

    def backup(self, backup, volume_file, backup_metadata=True):
        return super().backup(backup, _Sparse(volume_file.fileno()), backup_metadata)

    def restore(self, backup, volume_id, volume_file, volume_is_new):
        volume_file.truncate(objects.Volume.get_by_id(self.context, volume_id).size * units.Gi)
        # It is all holes now, as a new volume is: what is zero need not be written. (An increment may have zeros
        # where what it builds on has none.)
        return super().restore(backup, volume_id, volume_file, volume_is_new=not backup.parent_id)

    def delete_backup(self, backup):
        super().delete_backup(backup)
        if backup.container:
            _remove_empty(Path(CONF.backup_posix_path), backup.container)


class _Sparse:
    """Reads a file, but not its holes: they are zeros, and twice as fast if the kernel need not make them."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._position = 0

    def tell(self):
        return self._position

    def read(self, size):
        size = min(size, self._size - self._position)
        data = bytes(size) if self._is_hole(size) else os.pread(self._descriptor, size, self._position)
        self._position += len(data)
        return data

    def _is_hole(self, size):
        try:
            return os.lseek(self._descriptor, self._position, os.SEEK_DATA) >= self._position + size
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return True  # until the end of the file


def _folder():
    return Path(CONF.state_path) / "volumes"


def _path(thing):
    return _folder() / thing.name


def _resize(volume):
    os.truncate(_path(volume), volume.size * units.Gi)


def _copy(source, target):
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", _path(source), _path(target)], check=True)


def _remove_empty(top, container):
    """Removes the folders of a container, `ab/cd/abcd…` below `top`, as far as they are empty."""
    folder = top / container
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
