"""Programs of the machine, run with a deadline."""

import subprocess

from .layout import LabError


def run(*argv, timeout=30, check=True, input=None, quiet=True):
    """Runs an argument vector; returns its output. A failure is one sentence with the program's last line."""
    try:
        done = subprocess.run(
            [str(word) for word in argv], input=input, timeout=timeout, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL if input is None else None,
        )  # fmt: skip
    except FileNotFoundError:
        raise LabError(f"{argv[0]} is not installed: ./run setup") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{' '.join(map(str, argv))} did not end within {timeout} s") from None
    if check and done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise LabError(f"{' '.join(map(str, argv))} failed with {done.returncode}: {lines[-1]}")
    return done


def ip(*argv, namespace=None, check=True):
    prefix = ["ip", "-n", namespace] if namespace else ["ip"]
    return run(*prefix, *argv, check=check)
