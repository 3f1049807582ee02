"""Runs the notebook on stdin cell by cell, and saves it after every cell.

Usage: python run_notebook.py OUTPUT FOLDER < notebook.ipynb

FOLDER is where the kernel starts. Progress and errors go to stderr. What src/run-provenance.ts put into `metadata.flatland`
gets `ended`, the time of the last save.
Exit code: 0 done, 1 a cell failed or the kernel did not start, 130 interrupted.
"""
import asyncio
import logging
import os
import signal
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import quick_jsonschema  # noqa: F401, first
import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

KERNEL = "flatland"


def main(output: Path, folder: str) -> int:
    notebook = nbformat.reads(sys.stdin.read(), as_version=4)
    clear_outputs(notebook)
    # jupyter_client and nbclient log what is said here in one line.
    logging.disable(logging.ERROR)
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=None,
        startup_timeout=60,
        # What a cell wrote piece by piece is one text in the file, as on the screen.
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    done: list[int] = []
    try:
        asyncio.run(run(client, output, done))
    except NoSuchKernel:
        return fail(f"The kernel '{KERNEL}' is not registered: run `npm run setup`.")
    except CellExecutionError as error:
        # Our kernel sends the traceback as an error output; what was only printed is found in the error's own text.
        return fail(f"{traceback_of_failed_cell(notebook) or error}\n✗ This cell failed. What is done is in {output}")
    except (DeadKernelError, asyncio.CancelledError):
        # nbclient takes any cancelled wait for a dead kernel.
        if not was_interrupted(client):
            return fail(f"✗ The kernel died in this cell. What is done is in {output}")
        return interrupted(done, output)
    except RuntimeError as error:
        return fail(f"✗ The kernel did not start: {error}")
    return interrupted(done, output) if was_interrupted(client) else 0


async def run(client: NotebookClient, output: Path, done: list[int]) -> None:
    """Adds the index of each cell to `done` once it is saved, whether it succeeded or not."""
    # Called at the first wait, when nbclient has set its handlers: Ctrl-C also stops a kernel that is starting.
    asyncio.get_running_loop().call_soon(stop_on_signal, client, asyncio.current_task())
    async with client.async_setup_kernel():
        client.nb.metadata["language_info"] = await language_info(client)
        try:
            await run_cells(client, output, done)
        finally:
            # Everything is saved: what cleans up is not to be cut off.
            stop_on_signal(client, None)


async def run_cells(client: NotebookClient, output: Path, done: list[int]) -> None:
    code = [index for index, cell in enumerate(client.nb.cells) if cell.cell_type == "code"]
    for number, index in enumerate(code, 1):
        cell = client.nb.cells[index]
        print(f"{number:3}/{len(code)}  {title(cell)} … ", end="", file=sys.stderr, flush=True)
        started = time.monotonic()
        try:
            await client.async_execute_cell(cell, index)
        finally:
            print(f"{time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
            save(client.nb, output)
            done.append(index)


def stop_on_signal(client: NotebookClient, task: asyncio.Task | None) -> None:
    """Ctrl-C cancels the task, if any; the kernel is then stopped and the notebook stays saved.

    This replaces nbclient's own handlers, which take the kernel away under the running cell.
    """
    def stop() -> None:
        # A second cancel would cut off the clean-up that the first one began.
        if not was_interrupted(client):
            client.shutdown_kernel = "immediate"
            if task is not None:
                task.cancel()

    for received in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(received, stop)


def was_interrupted(client: NotebookClient) -> bool:
    return client.shutdown_kernel == "immediate"


async def language_info(client: NotebookClient) -> dict:
    """Says what the exported code is highlighted as."""
    reply = await client.async_wait_for_reply(client.kc.kernel_info())
    return reply["content"]["language_info"]


def save(notebook: nbformat.NotebookNode, output: Path) -> None:
    """Under another name first: a reader never finds half a file."""
    notebook.metadata.setdefault("flatland", {})["ended"] = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    nbformat.write(notebook, unfinished)
    unfinished.replace(output)


def clear_outputs(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
            # The times of an earlier run.
            cell.metadata.pop("execution", None)


def title(cell: nbformat.NotebookNode) -> str:
    """The first line that is not empty."""
    lines = (line.strip() for line in cell.source.splitlines())
    return next((line for line in lines if line), "(empty)")[:60]


def traceback_of_failed_cell(notebook: nbformat.NotebookNode) -> str:
    errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    return "\n".join(errors[-1].traceback) if errors else ""


def interrupted(done: list[int], output: Path) -> int:
    fail(f"✗ Interrupted. What is done is in {output}" if done else "✗ Interrupted before the first cell.")
    return 130


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
