"""How much a packed file holds: a decompression bomb is refused before it fills memory.

A gzip file of a megabyte may hold a gigabyte, and a Parquet file of a kilobyte a million long
cells.
"""

from __future__ import annotations

import gzip
import io
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empathy_score.errors import TranscriptError

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 4 << 30
"""Bytes that are unpacked into memory, at most."""

SHARE = 8
"""One part in this many of the memory may be unpacked: text takes several times its size while it
is read."""

RATIO = 200
"""How many times its size a file may hold that is larger than memory; transcripts hold 5 to 50."""

CHUNK = 1 << 20

NUMBER = 8
"""Bytes of a cell that is no text."""


def room() -> int:
    """Give how many bytes may be unpacked into memory on this machine, or in this container."""
    found = [MOST]
    with suppress(AttributeError, ValueError, OSError):  # a system without sysconf
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // SHARE)
    with suppress(ValueError, OSError):  # no container, or one without a limit
        found.append(int(Path("/sys/fs/cgroup/memory.max").read_text()) // SHARE)
    return min(found)


def room_by_way_of_disk(size: int) -> int:
    """Give how many bytes a file of this size may hold that is read piece by piece."""
    return max(room(), RATIO * size)


def too_large(name: str, limit: int) -> TranscriptError:
    """Give the error for a file that holds more than `limit` bytes."""
    return TranscriptError(
        name,
        "holds more than may be unpacked",
        expected=f"at most {limit / 2**30:.3g} GiB",
        came="more, as a decompression bomb does",
        do="Where it is none, unpack it, or part it, and read that.",
    )


def damaged_gzip(name: str, error: Exception) -> TranscriptError:
    """Give the error for gzip data that cannot be unpacked."""
    return TranscriptError(
        name,
        "is a damaged gzip file",
        expected="whole gzip data",
        came=str(error),
        do="Fetch or compress it again.",
    )


def gunzip(data: bytes, name: str) -> bytes:
    """Unpack gzip data into memory.

    Raises
    ------
    TranscriptError
        Where it is damaged, or holds more than there is `room` for.
    """
    limit, size = room(), 0
    pieces = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            while piece := packed.read(CHUNK):
                size += len(piece)
                if size > limit:
                    raise too_large(name, limit)
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged_gzip(name, error) from error
    return b"".join(pieces)


def parquet_size(source: Any, name: str, limit: int) -> int:
    """Give how many bytes the cells of a Parquet file take.

    Texts are looked at as dictionaries, in which one that is repeated a million times is there
    once.

    Parameters
    ----------
    source : path or file
    name : str
    limit : int
        Bytes.

    Raises
    ------
    TranscriptError
        Where it is more than `limit`.
    ArrowException
        Where the file is damaged.
    """
    import pyarrow.parquet as pq

    schema = pq.read_metadata(source).schema
    leaves = [schema.column(i) for i in range(len(schema.names))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    size = 0
    with pq.ParquetFile(source, read_dictionary=texts) as file:
        for number in range(file.num_row_groups):
            if size + _claimed(file.metadata.row_group(number)) > limit:
                raise too_large(name, limit)
            group = file.read_row_group(number)
            size += sum(_laid_out(chunk) for column in group.columns for chunk in column.chunks)
            if size > limit:
                raise too_large(name, limit)
    return size


def _claimed(group: Any) -> int:
    """Give how many bytes a row group's own account of itself comes to, at least."""
    columns = [group.column(i) for i in range(group.num_columns)]
    return sum(max(c.total_uncompressed_size, c.num_values) for c in columns)


def _laid_out(array: pa.Array) -> int:
    """Give how many bytes an array takes once its dictionaries are written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        if pa.types.is_primitive(array.type.value_type):
            return NUMBER * len(array)
        lengths = pc.binary_length(array.dictionary)
        return NUMBER * len(array) + (pc.sum(pc.take(lengths, array.indices)).as_py() or 0)
    if pa.types.is_map(array.type):
        return _laid_out(array.keys) + _laid_out(array.items)
    if pa.types.is_struct(array.type):
        return sum(_laid_out(part) for part in array.flatten())
    if pa.types.is_nested(array.type):
        return _laid_out(array.flatten())
    return int(array.nbytes)
