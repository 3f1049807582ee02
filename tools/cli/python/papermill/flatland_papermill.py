"""Lets papermill set the parameters of TypeScript notebooks, for the kernel `flatland`.

Papermill has entry points for engines and for storage, and none for translators. It loads the engines when it is
imported: so this module is named as one, which is papermill's own, and registers the translator in passing.
Set-up puts this folder on the path of `.venv`, where the folder beside this file declares the entry point.
"""
import json
import subprocess
from pathlib import Path

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

__all__ = ["NBClientEngine", "TypeScriptTranslator"]

ROOT = Path(__file__).resolve().parents[4]


class TypeScriptTranslator(Translator):
    """Assigns to what the notebook's `parameters` cell has declared: a value of another type does not compile."""

    @classmethod
    def translate(cls, val):
        # JSON is TypeScript, and so are the NaN and Infinity that Python adds to it. Dates of YAML become texts.
        return json.dumps(val, ensure_ascii=False, default=str)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def inspect(cls, parameters_cell):
        """What `papermill --help-notebook` lists, read by the TypeScript compiler; nothing where that fails."""
        command = [ROOT / "node_modules" / ".bin" / "node", ROOT / "tools" / "cli" / "src" / "print-parameters.ts"]
        said = subprocess.run(command, input=parameters_cell["source"], capture_output=True, encoding="utf-8")
        return [Parameter(**each) for each in json.loads(said.stdout)] if said.returncode == 0 else []


papermill_translators.register("flatland", TypeScriptTranslator)
