"""What loading tests share: the state of a workspace, and changing a file of the fictional province."""

import csv
import gzip
import hashlib
import io
import shutil

from verband.warehouse.store import FILE_NAME, opened


def state(workspace):
    """Everything in the folder of a workspace, by name and content; the lock file may come and stay."""
    folder = workspace.folder
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
        if path.name != "verband.lock"
    }


def database(workspace):
    return (workspace.folder / FILE_NAME).read_bytes()


def tables(workspace):
    with opened(workspace.folder / FILE_NAME) as warehouse:
        return {name: warehouse.table(name) for name in warehouse.tables()}


def differing(one, other):
    """Names of the tables in which two workspaces differ, rows in order."""
    left, right = tables(one), tables(other)
    return {name for name in left.keys() | right.keys() if name not in left or not left[name].equals(right.get(name))}


def part(folder, target, *names):
    """Copy some folders or files of the fictional province."""
    for name in names:
        source, copy = folder / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy2(source, copy)
    return target


def edit(path, change, delimiter=","):
    """Rewrite the rows of a CSV file (plain or gzip): ``change`` takes a record and returns one, or nothing."""
    packed = path.suffix == ".gz"
    content = path.read_bytes()
    reader = csv.DictReader(
        io.StringIO((gzip.decompress(content) if packed else content).decode()), delimiter=delimiter
    )
    rows = [changed for row in reader if (changed := change(dict(row)))]
    text = io.StringIO()
    writer = csv.DictWriter(text, reader.fieldnames, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
