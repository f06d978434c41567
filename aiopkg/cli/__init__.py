"""The command line. Each command imports what it needs when it runs, so that help comes at once."""

import errno
import gc
import os
import sys
import threading
import warnings

from aiopkg.cli.agenting import mcp
from aiopkg.cli.app import app
from aiopkg.cli.asking import ask
from aiopkg.cli.catalogue import rules
from aiopkg.cli.diagnosing import doctor
from aiopkg.cli.explaining import explain
from aiopkg.cli.importing import import_
from aiopkg.cli.migrating import migrate
from aiopkg.cli.querying import query
from aiopkg.cli.reasoning import entails, materialise
from aiopkg.cli.serving import serve
from aiopkg.cli.trouble import caution, complain
from aiopkg.cli.validating import validate
from aiopkg.errors import AiopkgError, InputError

__all__ = ["main"]

app.command()(ask)
app.command(name="import")(import_)
for command in (materialise, entails, rules, explain, migrate, query, validate, mcp, doctor, serve):
    app.command()(command)

_CANNOT_BE_WRITTEN = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)
_INTERNAL_ERROR = 4
_INTERRUPTED = 130


def _end(code: object) -> None:
    """End the process at once, unless other threads or processes belong to it: to take its facts apart takes long."""
    if isinstance(code, int) and threading.active_count() == 1 and "multiprocessing" not in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Run the command line and end the process: 0 fine, 1 findings, 2 usage or input, 3 a limit, 4 our defect."""
    warnings.showwarning = caution
    gc.disable()  # a command that ends soon makes few cycles; those that stay enable it again
    try:
        try:
            app()
        except SystemExit as end:
            _end(end.code)
            raise
        finally:
            sys.stdout.flush()
    except AiopkgError as error:
        complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; nothing is left to say
        sys.exit(0)
    except Exception as error:  # the outermost boundary: a defect of ours becomes exit code 4
        if "-vv" in sys.argv:
            raise
        if isinstance(error, OSError) and error.errno in _CANNOT_BE_WRITTEN:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left of our output goes nowhere
            reason = f"The output cannot be written: {error.strerror}."
            complain(InputError("unwritable-output", reason, fix="Make room, or write elsewhere."))
            sys.exit(InputError.exit_code)
        sys.stderr.write(
            f"aiopkg failed by a fault of its own: {type(error).__name__}: {error}\n"
            "Run the command again with -vv to see where, and report it.\n"
        )
        sys.exit(_INTERNAL_ERROR)
