// Reads the fields that etl-exporter reads, by simdjson's on-demand parser line by line, and prints the counts as JSON:
// simdjson_lines FILE
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "line_reader.h"
#include "simdjson.h"

namespace {

namespace ondemand = simdjson::ondemand;

struct Event {
  std::string_view timestamp, message, file_id, error_type, pipeline;
  int64_t total_records = 0, total_files = 0, total_failures = 0, records_processed = 0;
  double processing_time = 0, current_rate = 0;
};

struct Counts {
  int64_t records = 0, files = 0, failures = 0, lines = 0, malformed = 0;
  double processing_seconds = 0, current_rate = 0;
  std::string newest_timestamp, newest_file;
  std::map<std::string, int64_t, std::less<>> errors;
};

void read_field(ondemand::field field, Event& event) {
  ondemand::raw_json_string key = field.key();
  ondemand::value value = field.value();
  if (key == "timestamp") event.timestamp = value.get_string();
  else if (key == "message") event.message = value.get_string();
  else if (key == "total_records") event.total_records = value.get_int64();
  else if (key == "total_files") event.total_files = value.get_int64();
  else if (key == "total_failures") event.total_failures = value.get_int64();
  else if (key == "file_id") event.file_id = value.get_string();
  else if (key == "records_processed") event.records_processed = value.get_int64();
  else if (key == "processing_time") event.processing_time = value.get_double();
  else if (key == "current_rate") event.current_rate = value.get_double();
  else if (key == "error_type" || key == "failure_reason") event.error_type = value.get_string();
  else if (key == "pipeline") event.pipeline = value.get_string();
}

void count(const Event& event, Counts& counts) {
  counts.newest_timestamp.assign(event.timestamp);
  counts.newest_file.assign(event.file_id);
  if (event.message == "file_processing_completed") {
    counts.files += 1;
    counts.records += event.records_processed;
    counts.processing_seconds += event.processing_time;
    counts.current_rate = event.current_rate;
  } else if (event.message == "file_processing_failed") {
    counts.failures += 1;
    auto position = counts.errors.find(event.error_type);
    if (position == counts.errors.end()) position = counts.errors.emplace(event.error_type, 0).first;
    position->second += 1;
  }
}

void read_line(ondemand::parser& parser, const char* line, size_t length, size_t room, Counts& counts) {
  counts.lines += 1;
  try {
    Event event;
    ondemand::document document = parser.iterate(line, length, room);
    for (ondemand::field field : document.get_object()) read_field(field, event);
    count(event, counts);
  } catch (const simdjson::simdjson_error&) {
    counts.malformed += 1;
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    fprintf(stderr, "usage: simdjson_lines FILE\n");
    return 2;
  }
  ondemand::parser parser;
  Counts counts;
  read_lines(arguments[1], simdjson::SIMDJSON_PADDING, [&](const char* line, size_t length, size_t room) {
    read_line(parser, line, length, room, counts);
  });
  printf("{\"records\": %ld, \"files\": %ld, \"failures\": %ld, \"lines\": %ld, \"malformed\": %ld, \"errors\": {",
         counts.records, counts.files, counts.failures, counts.lines, counts.malformed);
  const char* separator = "";
  for (const auto& [type, number] : counts.errors) {
    printf("%s\"%s\": %ld", separator, type.c_str(), number);
    separator = ", ";
  }
  printf("}, \"processing_seconds\": %f, \"current_rate\": %f, ", counts.processing_seconds, counts.current_rate);
  printf("\"newest_timestamp\": \"%s\", \"newest_file\": \"%s\"}\n", counts.newest_timestamp.c_str(),
         counts.newest_file.c_str());
}
