"""The peers, and an environment of its own for each, made when it is first needed."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

__all__ = ["PEERS", "Absent", "Peer", "command_of"]

ROOT = Path(__file__).parent
JARS = Path("/usr/share/java")
"""Where Debian's package libapache-jena-java puts its archives."""

NEEDED = (
    *("jena-*", "xercesImpl", "xml-apis", "slf4j-api", "slf4j-nop", "commons-*", "*thrift*", "jackson-*"),
    *("caffeine*", "gson*", "protobuf*", "jsonld*", "httpc*", "guava*"),
)
"""What Jena needs of the archives there; others bring versions of their own of the same classes."""

SHADED = "org/apache/jena/ext/"
"""Where the archive has the texts that it looks for without this beginning."""

INSTALLING = 900.0


@dataclass(frozen=True)
class Peer:
    """Something that does what a part of aiopkg does: its name, its task, its package and its script."""

    name: str
    task: str
    package: str
    script: str
    note: str = ""
    slow: bool = False
    """Whether one run has to do."""


PEERS = (
    Peer("aiopkg", "materialise", "", "aiopkg_peer.py"),
    Peer("owlrl", "materialise", "owlrl", "owlrl_peer.py", "the reference", slow=True),
    Peer("reasonable", "materialise", "reasonable", "reasonable_peer.py", "no property chains"),
    Peer("sparq-rdf", "materialise", "sparq-rdf", "sparq_peer.py", "one chain a property"),
    Peer(
        "nemo",
        "materialise",
        "nemo-python",
        "nemo_peer.py",
        "load included; axioms given as rules; no equality",
    ),
    Peer("aiopkg", "validate", "", "aiopkg_peer.py"),
    Peer("pyshacl", "validate", "pyshacl", "pyshacl_peer.py", "the reference", slow=True),
    Peer("pyshifty", "validate", "pyshifty rdflib", "pyshifty_peer.py", "load included"),
    Peer("shacl", "validate", "shacl", "shacl_peer.py", "load included"),
    Peer("jena", "validate", "libapache-jena-java", "Jena.java", "warm"),
)


class Absent(Exception):
    """A peer cannot be had on this machine; says why."""


def cache_folder() -> Path:
    """Return the folder that environments and generated data are kept in."""
    home = os.environ.get("AIOPKG_BENCHMARKS") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "aiopkg-benchmarks"


def command_of(peer: Peer) -> list[str]:
    """Return the words that start a peer's script, its environment installed; raises Absent."""
    script = str(ROOT / "peers" / peer.script)
    if not peer.package:
        return [sys.executable, script]
    if peer.script.endswith(".java"):
        return _java(peer, script)
    folder = cache_folder() / "environments" / peer.name
    python = folder / "bin" / "python"
    installed = folder / "installed.json"
    if not installed.exists():
        shutil.rmtree(folder, ignore_errors=True)
        install = [str(python), "-m", "pip", "install", *peer.package.split()]
        for step in ([sys.executable, "-m", "venv", str(folder)], install):
            try:
                done = subprocess.run(step, capture_output=True, text=True, timeout=INSTALLING, check=False)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Absent(f"not installed: {error}") from error
            if done.returncode:
                last = (done.stderr.strip() or "no reason given").splitlines()[-1]
                raise Absent(f"not installed: {last}")
        freeze = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
        installed.write_text(json.dumps(freeze.stdout.split()), encoding="utf-8")
    return [str(python), script]


def version_of(peer: Peer) -> str:
    """Return the version of a peer that is installed."""
    if not peer.package:
        from aiopkg import __version__  # noqa: PLC0415

        return __version__
    if peer.script.endswith(".java"):
        return next((p.stem.rpartition("-")[2] for p in sorted(JARS.glob("jena-shacl-*.jar"))), "")
    installed = cache_folder() / "environments" / peer.name / "installed.json"
    names = dict(line.split("==") for line in json.loads(installed.read_text("utf-8")) if "==" in line)
    return str(names.get(peer.package.split()[0], ""))


def _java(peer: Peer, script: str) -> list[str]:
    if not shutil.which("java"):
        raise Absent("there is no Java on this machine")
    if not (JARS / "jena-shacl.jar").exists():
        raise Absent(f"not installed: apt-get install {peer.package}")
    jars = [str(jar) for pattern in NEEDED for jar in sorted(JARS.glob(pattern + ".jar"))]
    return ["java", "-Xmx8g", "-cp", ":".join([str(_messages()), *jars]), script]


def _messages() -> Path:
    """Return a folder with texts that Jena looks for in a package where Debian's archive of 4.5.0-2 has none."""
    folder = cache_folder() / "environments" / "jena"
    with ZipFile(JARS / "jena-core.jar") as archive:
        for name in archive.namelist():
            if name.startswith(SHADED) and name.endswith(".properties"):
                target = folder / name.removeprefix(SHADED)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    return folder
