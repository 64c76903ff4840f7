// The machine's limit: reads a file and looks for its newlines, and nothing else: count_lines FILE
#include "line_reader.h"

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    fprintf(stderr, "usage: count_lines FILE\n");
    return 2;
  }
  long lines = 0;
  read_lines(arguments[1], 0, [&](const char*, size_t, size_t) { lines += 1; });
  printf("{\"lines\": %ld}\n", lines);
}
