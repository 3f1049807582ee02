"""Prints as JSON what `flatland doctor` says about Python's side."""
import json
import platform
from importlib.metadata import version

from jupyter_client.kernelspec import KernelSpecManager

print(
    json.dumps(
        {
            "python": platform.python_version(),
            "packages": {name: version(name) for name in ("jupyterlab", "nbclient", "nbconvert")},
            "kernel": KernelSpecManager().find_kernel_specs().get("flatland"),
        }
    )
)
