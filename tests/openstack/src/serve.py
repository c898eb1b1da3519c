"""Serves one WSGI application: serve.py MODULE|PASTE.INI PORT OPTION... Runs in the bed's venv."""

import importlib
import sys

import waitress
from paste import deploy

source, port = sys.argv[1:3]
sys.argv = [source, *sys.argv[3:]]  # the applications parse these as their own options
if source.endswith(".ini"):
    application = deploy.loadapp(f"config:{source}")
else:
    application = importlib.import_module(source).application
waitress.serve(application, listen=f"127.0.0.1:{port}", threads=8, ident=None)
