"""Takes out of a TensorFlow wheel what the addon's build needs: two libraries and the C headers.

Usage: python unpack_wheel.py WHEEL DIRECTORY
"""
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
HEADERS = ("include/tensorflow/c/", "include/tensorflow/core/platform/ctstring",
           "include/tsl/platform/ctstring", "include/xla/tsl/c/",
           "include/tensorflow/compiler/xla/tsl/c/", "include/tensorflow/tsl/platform/ctstring")

wheel, directory = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in LIBRARIES or name.startswith(tuple("tensorflow/" + header for header in HEADERS)):
            archive.extract(name, directory)
