"""Puts the JSON-LD context of RO-Crate, which the rocrate package ships, where roc-validator looks for its answer from the
web, so that it asks nobody. The one context, of a later version, has every term of 1.1.

fill_cache.py CACHE
"""

import importlib.resources
import io
import sys

import requests
import requests_cache
import urllib3

CONTEXTS = ["https://w3id.org/ro/crate/1.1/context"]

body = (importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld").read_bytes()
session = requests_cache.CachedSession(sys.argv[1], backend="sqlite", expire_after=-1)
for url in CONTEXTS:
    response = requests.Response()
    response.request = requests.Request("GET", url).prepare()
    response.status_code, response.url, response._content = 200, url, body
    response.headers["Content-Type"] = "application/ld+json"
    response.raw = urllib3.HTTPResponse(io.BytesIO(body), headers=response.headers, preload_content=False)
    session.cache.save_response(response)
