"""The bed's services."""

from services.barbican import Barbican
from services.cinder import Cinder, CinderVolume
from services.glance import Glance
from services.keystone import Keystone
from services.mariadb import MariaDb
from services.neutron import Neutron
from services.nova import Nova, NovaCompute
from services.placement import Placement
from services.rabbitmq import RabbitMq

OPENSTACK = (
    Keystone(),
    Placement(),
    Glance(),
    Nova(),
    NovaCompute(),
    Neutron(),
    Cinder(),
    CinderVolume(),
    Barbican(),
)
ALL = (MariaDb(OPENSTACK), RabbitMq(), *OPENSTACK)
# Processes that are stopped last, since the others need them to end well.
STOPPED_LAST = ("mariadb", "rabbitmq", "epmd")
