// Reads a file by 256 KiB and hands over its lines; what the compared programs share.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

constexpr size_t buffer_bytes = 256 * 1024;

// Calls take(line, length, room): no newline is in the line, and room bytes from its start on may be read.
// A line longer than the buffer ends the program, for then its counts would be wrong.
template <typename Take>
void read_lines(const char* path, size_t padding_bytes, Take take) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    perror(path);
    exit(1);
  }
  std::vector<char> buffer(buffer_bytes + padding_bytes);
  size_t filled = 0;
  while (true) {
    ssize_t got = read(descriptor, buffer.data() + filled, buffer_bytes - filled);
    if (got < 0 || filled == buffer_bytes) {
      fprintf(stderr, "%s: cannot be read, or has a line of more than %zu bytes\n", path, buffer_bytes);
      exit(1);
    }
    if (got == 0) break;
    filled += static_cast<size_t>(got);
    const char* start = buffer.data();
    const char* end = start + filled;
    while (auto newline = static_cast<const char*>(memchr(start, '\n', static_cast<size_t>(end - start)))) {
      take(start, static_cast<size_t>(newline - start), static_cast<size_t>(buffer.data() + buffer.size() - start));
      start = newline + 1;
    }
    filled = static_cast<size_t>(end - start);
    memmove(buffer.data(), start, filled);
  }
  close(descriptor);
}
