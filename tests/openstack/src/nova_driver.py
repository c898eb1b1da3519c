"""nova's own fake hypervisor, with the one thing that it lacks: the same identity after a restart."""

from nova.virt import fake
from nova.virt import node


class Driver(fake.FakeDriver):
    def get_available_resource(self, nodename):
        return super().get_available_resource(nodename) | {"uuid": node.get_local_node_uuid()}

    def get_nodenames_by_uuid(self, refresh=False):
        return {node.get_local_node_uuid(): name for name in self.get_available_nodes()}
