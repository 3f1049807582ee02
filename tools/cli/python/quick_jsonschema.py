"""Importing it, before nbformat, spares a second: jsonschema loads a grammar of IRIs, which no notebook's schema asks for.

jsonschema does without where there is none.
"""
import sys

sys.modules["rfc3987_syntax"] = None
