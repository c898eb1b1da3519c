"""SCS-0117-v1, volume backup."""

from standards import asked, did_not_finish, fails, passes


def judge(cloud):
    return {"scs-0117-test-backup": asked(backup, cloud)}


def backup(cloud):
    """"Its API as defined per `/v3/{project_id}/backups` MUST be offered to customers."

    Reading: without block storage in the catalog it is not offered. Reading: a volume that cannot be made says nothing
    about backups (DNF); a backup that cannot be made or restored does (FAIL).
    """
    if not cloud.has_service("block-storage"):
        return fails("the catalog has no block storage, so nobody offers backups")
    if not {"member", "admin"} & set(cloud.roles()):
        return did_not_finish("the user may not make volumes")
    cloud.ask("block-storage", "POST", "/volumes")
    for method, path in (("POST", "/backups"), ("GET", "/backups/ID"), ("POST", "/backups/ID/restore")):
        status = cloud.fault("block-storage", method, path)
        if status is not None:
            return fails(f"{method} {path} is answered with {status}")
    return passes("a volume can be backed up and restored")
