"""SCS-0116-v1, key manager."""

from standards import asked, did_not_finish, fails, passes


def judge(cloud):
    return {
        "scs-0116-presence": asked(presence, cloud),
        "scs-0116-permissions": asked(permissions, cloud),
    }


def presence(cloud):
    """"A service of type `key-manager` occurs in the service catalog." There are no aliases for it."""
    if "key-manager" in cloud.service_types():
        return passes("the catalog has one")
    return fails("the catalog has no key-manager")


def permissions(cloud):
    """"Let the `member` role be equivalent to the `creator` role": create, list, read and delete secrets.

    Reading: where there is no key manager nothing is asked. Reading: a user who is no `member` cannot tell what members
    may do. Reading: 403 is the answer that the standard forbids; any other error says nothing about permissions.
    """
    if not cloud.has_service("key-manager"):
        return passes("there is no key manager")
    if "member" not in cloud.roles():
        return did_not_finish("the user does not have the role member")
    if "member" not in cloud.secrets_are_for():
        return fails(f"only {', '.join(cloud.secrets_are_for())} may create secrets")
    for method, path in (("POST", "/secrets"), ("GET", "/secrets"), ("GET", "/secrets/ID"), ("DELETE", "/secrets/ID")):
        status = cloud.fault("key-manager", method, path)
        if status == 403:
            return fails(f"a member may not {method} {path}")
        if status is not None:
            return did_not_finish(f"the key manager answers {method} {path} with {status}")
    return passes("a member may do everything with their secrets")
