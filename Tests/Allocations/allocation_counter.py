"""Reads what allocation_counter.c counts in another process."""

import mmap
import os
import struct

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "allocation_counter.c")


class Counter:
    """A number that the process under test adds to."""

    def __init__(self, folder, library):
        self.path = os.path.join(folder, "counter")
        with open(self.path, "wb") as file:
            file.write(bytes(mmap.PAGESIZE))
        with open(self.path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": library, "ALLOCATION_COUNTER": self.path}

    @property
    def value(self):
        return struct.unpack_from("=Q", self.page)[0]

    def reset(self):
        self.page[:8] = bytes(8)
