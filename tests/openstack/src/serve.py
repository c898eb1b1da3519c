"""Serves one WSGI application: serve.py MODULE PORT. Runs in the bed's venv."""

import importlib
import sys

import waitress

module, port = sys.argv[1:]
sys.argv = [module]  # the applications parse the rest as their own options
application = importlib.import_module(module).application
waitress.serve(application, listen=f"127.0.0.1:{port}", threads=8, ident=None)
