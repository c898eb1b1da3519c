"""RabbitMQ, over which nova's processes talk, and the port mapper that its Erlang needs."""

import socket
from pathlib import Path

from layout import Bed
from processes import Process
from service import Service


class RabbitMq(Service):
    name = "rabbitmq"

    def configure(self, bed: Bed) -> None:
        bed.write_config("rabbitmq.conf", "rabbitmq/rabbitmq.conf")
        (bed.etc / "rabbitmq" / "plugins").write_text("[].\n")

    def processes(self, bed: Bed) -> list[Process]:
        data = bed.data / "rabbitmq"
        mapper = {"ERL_EPMD_PORT": str(bed.port("epmd")), "ERL_EPMD_ADDRESS": "127.0.0.1"}
        environment = {
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self._config(bed)),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(bed.etc / "rabbitmq" / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(bed.log),
            "RABBITMQ_PID_FILE": str(bed.run / "rabbitmq.pid"),
            "RABBITMQ_NODENAME": "touchstone@localhost",
            "RABBITMQ_DIST_PORT": str(bed.port("rabbitmq-distribution")),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none "
            "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        ports = (bed.port("rabbitmq"), bed.port("rabbitmq-distribution"))
        return [
            Process("epmd", ["epmd"], environment=mapper, ports=(bed.port("epmd"),)),
            Process("rabbitmq", ["rabbitmq-server"], [self._config(bed)], mapper | environment, ports, nice=0),
        ]

    def is_ready(self, bed: Bed) -> bool:
        # To a client that greets it in an unknown dialect it says its own; until it is up, it says nothing.
        try:
            with socket.create_connection(("127.0.0.1", bed.port("rabbitmq")), timeout=2) as client:
                client.sendall(b"AMQP\x00\x00\x00\x00")
                return client.recv(4) == b"AMQP"
        except OSError:
            return False

    def _config(self, bed: Bed) -> Path:
        return bed.etc / "rabbitmq" / "rabbitmq.conf"
