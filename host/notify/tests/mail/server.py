"""A mail server for the tests, which tells what it gets as JSON, one object a line. aiosmtpd does the talking.

server.py MODE TLS [CERTIFICATE KEY]
MODE: accept, later (451 to the mail), refuse (550 to a recipient), full (552 to the mail), hang, vanish (after it took the mail)
TLS: none, starttls, implicit
"""

import asyncio
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

logging.getLogger("mail.log").setLevel(logging.CRITICAL)

USER, PASSWORD = b"touchstone", b"correct horse \xc3\xa4"


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self, mode):
        self.mode = mode

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "refuse":
            return "550 5.1.1 nobody of that name \x1b[2J"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "hang":
            await asyncio.sleep(3600)
        tell(
            mail=envelope.content.decode("ascii"),
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            encrypted=session.ssl is not None,
            user=getattr(session.auth_data, "login", b"").decode(),
            hello=session.host_name,
        )
        if self.mode == "later":
            return "451 4.7.1 greylisted, come again"
        if self.mode == "full":
            return "552 5.2.2 mailbox full"
        return "250 2.0.0 taken"

    async def handle_QUIT(self, server, session, envelope):
        if self.mode == "vanish":
            server.transport.abort()
        return "221 bye"


def authenticate(server, session, envelope, mechanism, data):
    tell(auth=mechanism, encrypted=session.ssl is not None)
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False, auth_data=data)


async def main(mode, tls, *files):
    context = None
    if tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)

    def session():
        return SMTP(
            Handler(mode),
            hostname="mail.test",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticate,
            auth_require_tls=tls == "starttls",
        )

    around = context if tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=around)
    tell(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
