#include "translator/access_log.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/match.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"

namespace binnacle::translator {
namespace {

using envoy::extensions::access_loggers::file::v3::FileAccessLog;
using policy::v1::MeshConfig;

MeshConfig ToStdout() {
  MeshConfig config;
  config.set_access_log_file("/dev/stdout");
  return config;
}

FileAccessLog Only(const AccessLogs& logs) {
  REQUIRE(logs.size() == 1);
  FileAccessLog file;
  REQUIRE(logs[0].typed_config().UnpackTo(&file));
  return file;
}

std::string Text(const FileAccessLog& file) {
  return file.log_format().text_format_source().inline_string();
}

}  // namespace

TEST_CASE("logs are off unless a file is named") {
  CHECK(BuildAccessLogs({}).empty());
  CHECK(BuildListenerAccessLogs({}).empty());
  CHECK(Only(BuildAccessLogs(ToStdout())).path() == "/dev/stdout");
}

TEST_CASE("the default text is one line that ends with the route") {
  const std::string text = Text(Only(BuildAccessLogs(ToStdout())));
  CHECK(absl::StartsWith(text, "[%START_TIME%] \"%REQ(:METHOD)%"));
  CHECK(absl::EndsWith(text, "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n"));
}

TEST_CASE("a format without a line end is given one") {
  MeshConfig config = ToStdout();
  config.set_access_log_format("%PROTOCOL%");
  CHECK(Text(Only(BuildAccessLogs(config))) == "%PROTOCOL%\n");
  config.set_access_log_format("%PROTOCOL%\n");
  CHECK(Text(Only(BuildAccessLogs(config))) == "%PROTOCOL%\n");
}

TEST_CASE("JSON has default keys, or those given, or the default ones if that is no JSON") {
  MeshConfig config = ToStdout();
  config.set_access_log_encoding(MeshConfig::JSON);
  const auto fields = [&] {
    return Only(BuildAccessLogs(config)).log_format().json_format().fields_size();
  };
  CHECK(fields() == 24);
  config.set_access_log_format("{\"a\": \"%PROTOCOL%\", \"b\": \"x\"}");
  CHECK(fields() == 2);
  config.set_access_log_format("{\"a\": ");
  CHECK(fields() == 24);
}

TEST_CASE("a listener logs what no chain took, unless told not to") {
  MeshConfig config = ToStdout();
  const AccessLogs logs = BuildListenerAccessLogs(config);
  REQUIRE(logs.size() == 1);
  CHECK(logs[0].filter().response_flag_filter().flags(0) == "NR");
  config.set_disable_envoy_listener_log(true);
  CHECK(BuildListenerAccessLogs(config).empty());
}

TEST_CASE("default providers come before the mesh's own file") {
  MeshConfig config = ToStdout();
  auto& provider = *config.add_extension_providers();
  provider.set_name("mine");
  provider.mutable_envoy_file_access_log()->set_path("/var/log/mine");
  (*provider.mutable_envoy_file_access_log()->mutable_log_format()->mutable_fields())["text"]
      .set_string_value("%PROTOCOL%");
  config.mutable_default_providers()->add_access_logging("mine");
  CHECK(Only(BuildAccessLogs(config)).path() == "/var/log/mine");
  CHECK(Text(Only(BuildAccessLogs(config))) == "%PROTOCOL%\n");
  config.mutable_default_providers()->set_access_logging(0, "envoy");
  CHECK(Only(BuildAccessLogs(config)).path() == "/dev/stdout");
  config.mutable_default_providers()->set_access_logging(0, "unknown");
  CHECK(BuildAccessLogs(config).empty());
}

TEST_CASE("the same settings give the same bytes every time") {
  MeshConfig config = ToStdout();
  config.set_access_log_encoding(MeshConfig::JSON);
  const std::string first = BuildAccessLogs(config)[0].typed_config().value();
  for (int i = 0; i < 20; ++i) {
    CHECK(BuildAccessLogs(config)[0].typed_config().value() == first);
  }
}

}  // namespace binnacle::translator
