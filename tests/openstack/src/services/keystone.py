"""Keystone, and the projects, users and catalog of the bed."""

import os
from pathlib import Path

import rest
from layout import REGION, Bed
from service import Api, Service, command


class Keystone(Api):
    name = "keystone"
    module = "keystone.wsgi.api"
    databases = ("keystone",)

    def configure(self, bed: Bed) -> None:
        bed.write_config("keystone.conf", "keystone/keystone.conf")

    def configs(self, bed: Bed) -> list[Path]:
        return [bed.etc / "keystone" / "keystone.conf"]

    def environment(self, bed: Bed) -> dict[str, str]:
        return {"OS_KEYSTONE_CONFIG_DIR": str(bed.etc / "keystone")}

    def prepare(self, bed: Bed) -> None:
        def manage(*arguments: str) -> None:
            command(bed, "keystone", "keystone-manage", "--config-file", self.configs(bed)[0], *arguments,
                    environment={"OS_BOOTSTRAP_PASSWORD": bed.secret("admin")})

        url = bed.url("keystone") + "/v3"
        owner = ("--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid()))
        manage("db_sync")
        manage("fernet_setup", *owner)
        manage("credential_setup", *owner)
        manage("bootstrap", "--bootstrap-region-id", REGION, "--bootstrap-public-url", url,
               "--bootstrap-internal-url", url, "--bootstrap-admin-url", url)

    def settle(self, bed: Bed) -> None:
        import services

        admin = rest.Keystone(bed.url("keystone"), "admin", bed.secret("admin"), "admin")
        roles = {name: admin.ensure("roles", name) for name in ("admin", "service", "member", "reader")}
        project = admin.ensure("projects", "service", domain_id="default")
        for service in services.OPENSTACK:
            if service.catalog:
                user = admin.ensure("users", service.name, domain_id="default", password=bed.secret("service"))
                admin.assign(project, user, roles["admin"])
                admin.assign(project, user, roles["service"])
                _publish(admin, bed, service)
        project = admin.ensure("projects", "conformance", domain_id="default")
        for name, role in (("tester", "member"), ("reader", "reader")):
            user = admin.ensure("users", name, domain_id="default", password=bed.secret(name))
            admin.assign(project, user, roles[role])
        bed.write_config(
            "clouds.yaml", "../clouds.yaml",
            admin_password=bed.secret("admin"),
            tester_password=bed.secret("tester"),
            reader_password=bed.secret("reader"),
            appcred_id=_application_credential(bed),
            appcred_secret=bed.secret("appcred"),
        )


def _publish(admin: rest.Keystone, bed: Bed, service: Service) -> None:
    """Enters a service in the catalog."""
    endpoints = {(endpoint["service_id"], endpoint["interface"]) for endpoint in admin.list("endpoints")}
    for kind, tail in service.catalog:
        entry = admin.ensure("services", kind, type=kind)
        for interface in ("public", "internal", "admin"):
            if (entry["id"], interface) not in endpoints:
                admin.create("endpoints", service_id=entry["id"], interface=interface, region_id=REGION,
                             url=bed.url(service.name) + tail)


def _application_credential(bed: Bed) -> str:
    """The id of the tester's application credential, made by the tester."""
    tester = rest.Keystone(bed.url("keystone"), "tester", bed.secret("tester"), "conformance")
    credentials = f"users/{tester.user_id}/application_credentials"
    return tester.ensure(credentials, "touchstone", secret=bed.secret("appcred"))["id"]
