"""Opening published files safely: plain or gzip, size limits, UTF-8 or a plain message."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal, cast

from verband.errors import BadInputError

HEAD_BYTES = 64 * 1024
TEXT_LIMIT_BYTES = 512 * 1024 * 1024
"""Most that is read into memory of one text file; the register export is streamed instead."""
_GZIP_MAGIC = b"\x1f\x8b"
_XLSX_MAGIC = b"PK\x03\x04"

Content = Literal["table", "json", "xml", "xlsx", "binary", "empty"]


def _broken(name: str, error: Exception) -> BadInputError:
    return BadInputError(
        f"the file cannot be read to its end ({error})",
        where=name,
        todo="It is damaged or cut off; fetch it again",
    )


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> BadInputError:
    line = content.count(b"\n", 0, error.start) + 1
    return BadInputError(
        f"byte 0x{content[error.start]:02X} is not UTF-8 text",
        where=f"{name}, line {line}",
        todo="Save the file as UTF-8, or fetch it again as published",
    )


@dataclass(frozen=True)
class SourceFile:
    """One file to be read.

    Attributes
    ----------
    path
        Where it is.
    name
        How it is called in messages and provenance: its path inside the loaded folder.
    """

    path: Path
    name: str

    @cached_property
    def sha256(self) -> str:
        """Hash of the file as it is on disk, in hexadecimal.

        Raises
        ------
        BadInputError
            If the file cannot be opened.
        """
        digest = hashlib.sha256()
        self.__dict__["_state"] = self._state_now()
        with self._raw() as stream:
            try:
                while block := stream.read(1 << 20):
                    digest.update(block)
            except OSError as error:
                raise _broken(self.name, error) from error
        return digest.hexdigest()

    def _state_now(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError as error:
            raise BadInputError(
                f"the file cannot be read ({error.strerror})", where=self.name, todo="Check that it exists"
            ) from error
        return found.st_size, found.st_mtime_ns

    def demand_unchanged(self) -> None:
        """Refuse a file that was written to since it was hashed: the hash would be that of another content.

        Raises
        ------
        BadInputError
            If its size or time changed.
        """
        if self.__dict__.get("_state", self._state_now()) != self._state_now():
            raise BadInputError(
                "the file was changed while it was being read", where=self.name, todo="Load it again when it is at rest"
            )

    @cached_property
    def compressed(self) -> bool:
        """Whether the file is gzip, by its first bytes."""
        with self._raw() as stream:
            return stream.read(2) == _GZIP_MAGIC

    def _raw(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise BadInputError(
                f"the file cannot be opened ({error.strerror})",
                where=self.name,
                todo="Check that it exists and that you may read it",
            ) from error

    def open(self) -> BinaryIO:
        """Open the content as a stream of bytes, unpacked when the file is gzip."""
        if not self.compressed:
            return self._raw()
        return cast("BinaryIO", gzip.open(self.path, "rb"))

    def read(self, limit: int = TEXT_LIMIT_BYTES) -> bytes:
        """Return the whole content, unpacked.

        Raises
        ------
        BadInputError
            If the content is damaged, or larger than ``limit`` bytes.
        """
        try:
            with self.open() as stream:
                content = stream.read(limit + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise _broken(self.name, error) from error
        if len(content) > limit:
            raise BadInputError(
                f"the file holds more than {limit // 2**20} MB",
                where=self.name,
                todo="That is far more than any table Verband reads; split it",
            )
        return content

    @cached_property
    def head(self) -> Head:
        """The first 64 kB, by which the file is recognised."""
        try:
            with self.open() as stream:
                content = stream.read(HEAD_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            raise _broken(self.name, error) from error
        return Head(content)

    def text(self, *, western_allowed: bool = False) -> tuple[str, bool]:
        """Return the content as text, and whether it had to be read as Windows-1252.

        Parameters
        ----------
        western_allowed
            Accept Windows-1252, as spreadsheets write it; only for the user's own files.

        Raises
        ------
        BadInputError
            If the content is not UTF-8; the message says on which line.
        """
        content = self.read().removeprefix(codecs.BOM_UTF8)
        try:
            return content.decode("utf-8"), False
        except UnicodeDecodeError as error:
            if western_allowed and b"\0" not in content:
                return content.decode("cp1252", errors="replace"), True
            raise _not_utf8(self.name, content, error) from error

    def utf8(self) -> bytes:
        """Return the content as bytes that are known to be UTF-8, without a byte order mark.

        Raises
        ------
        BadInputError
            If the content is not UTF-8; the message says on which line.
        """
        content = self.read().removeprefix(codecs.BOM_UTF8)
        if not content.isascii():
            try:
                content.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _not_utf8(self.name, content, error) from error
        return content


@dataclass(frozen=True)
class Head:
    """The beginning of a file's content (up to 64 kB)."""

    content: bytes

    @cached_property
    def kind(self) -> Content:
        """What the content looks like, without regard to the file's name."""
        start = self.content.removeprefix(codecs.BOM_UTF8).lstrip()[:256]
        if not start:
            return "empty"
        if self.content.startswith(_XLSX_MAGIC):
            return "xlsx"
        if b"\0" in self.content:
            return "binary"
        if start.startswith((b"{", b"[")):
            return "json"
        return "xml" if start.startswith(b"<") else "table"

    @cached_property
    def text(self) -> str:
        """The head as text, damaged characters replaced."""
        return self.content.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")

    @cached_property
    def first_line(self) -> str:
        """The first line without its line end."""
        return io.StringIO(self.text).readline().rstrip("\r\n")
