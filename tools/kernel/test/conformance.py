"""jupyter_kernel_test on the kernel `flatland`, with all switched on that a TypeScript kernel can have.

Prints one JSON object: {"passed": [name], "skipped": {name: reason}, "failed": {name: text}}.
Run by conformance.test.ts, which writes the kernelspec first.
"""

import functools
import json
import sys
import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "flatland"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    code_generate_error = "throw new RangeError('too far')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map(x => x * x)", "result": "[ 1, 4, 9 ]"},
        {"code": "await Promise.resolve('late')", "result": "'late'"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>6</b>' }) })",
            "mime": "text/html",
            "result": "<b>6</b>",
        },
    ]
    code_display_data = [
        {"code": "display(6)", "mime": "text/plain"},
        {
            "code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'image/svg+xml': '<svg/>' }) })",
            "mime": "image/svg+xml",
        },
        {
            "code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'image/png': new Uint8Array(3) }) })",
            "mime": "image/png",
        },
    ]

    completion_samples = [
        {"text": "consol", "matches": ["console"]},
        {"text": "'text'.toUpp", "matches": ["toUpperCase"]},
        {"text": "const far = 1; Math.hyp", "matches": ["hypot"]},
        {"text": "noSuchNameAnywhere", "matches": []},
    ]
    complete_code_samples = [
        "1",
        "console.log('hello, world')",
        "function f(x: number): number {\n  return x\n}",
        "await Promise.resolve(1)",
        "for await (const x of []) x",
        "interface Row { loss: number }",
    ]
    incomplete_code_samples = [
        "function f() {",
        "console.log(",
        "const text = `open",
        "[1, 2,",
    ]
    invalid_code_samples = ["const = 1", "let 1a = 2", "}", "1 +* 2"]
    code_inspect_sample = "Math.sqrt"

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1 + 2*"
    code_clear_output = "clearOutput()"


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "flatland"
    support_iopub_welcome = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without it, a kernel that says nothing is waited for without end.
        cls.kc.get_iopub_msg = functools.partial(cls.kc.get_iopub_msg, timeout=10)


class Listing(unittest.TestResult):
    """Keeps the names of the tests that passed, too."""

    def __init__(self):
        super().__init__()
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(name(test))


def name(test):
    """`test_history`, or `test_history (hist_access_type='tail')` for a part of it."""
    parts = test.id().split(" ", 1)
    return " ".join([parts[0].split(".")[-1], *parts[1:]])


def main():
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Conformance, Welcome))
    result = Listing()
    suite.run(result)
    failed = {name(test): text for test, text in result.failures + result.errors}
    skipped = {name(test): reason for test, reason in result.skipped}
    json.dump({"passed": sorted(result.passed), "skipped": skipped, "failed": failed}, sys.stdout)


if __name__ == "__main__":
    main()
