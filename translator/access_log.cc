#include "translator/access_log.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::config::accesslog::v3::AccessLog;
using envoy::config::core::v3::SubstitutionFormatString;
using envoy::extensions::access_loggers::file::v3::FileAccessLog;
using google::protobuf::Struct;
using policy::v1::ExtensionProvider;
using policy::v1::MeshConfig;

namespace {

constexpr absl::string_view kDefaultText =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
    "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
    "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
    "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
    "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% "
    "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
    "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

constexpr std::pair<const char*, const char*> kDefaultJson[] = {
    {"authority", "%REQ(:AUTHORITY)%"},
    {"bytes_received", "%BYTES_RECEIVED%"},
    {"bytes_sent", "%BYTES_SENT%"},
    {"connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"},
    {"downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"},
    {"downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"},
    {"duration", "%DURATION%"},
    {"method", "%REQ(:METHOD)%"},
    {"path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"},
    {"protocol", "%PROTOCOL%"},
    {"request_id", "%REQ(X-REQUEST-ID)%"},
    {"requested_server_name", "%REQUESTED_SERVER_NAME%"},
    {"response_code", "%RESPONSE_CODE%"},
    {"response_code_details", "%RESPONSE_CODE_DETAILS%"},
    {"response_flags", "%RESPONSE_FLAGS%"},
    {"route_name", "%ROUTE_NAME%"},
    {"start_time", "%START_TIME%"},
    {"upstream_cluster", "%UPSTREAM_CLUSTER_RAW%"},
    {"upstream_host", "%UPSTREAM_HOST%"},
    {"upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"},
    {"upstream_service_time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"},
    {"upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"},
    {"user_agent", "%REQ(USER-AGENT)%"},
    {"x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"},
};

Struct DefaultJson() {
  Struct format;
  for (const auto& [key, value] : kDefaultJson) {
    (*format.mutable_fields())[key].set_string_value(value);
  }
  return format;
}

// A format that is not JSON falls back to the default: a log in another shape
// is better than a listener that no proxy takes.
Struct JsonFormat(const std::string& written) {
  Struct format;
  if (written.empty() || !google::protobuf::util::JsonStringToMessage(written, &format).ok()) {
    return DefaultJson();
  }
  return format;
}

std::string TextFormat(absl::string_view written) {
  if (written.empty()) return std::string(kDefaultText);
  return absl::EndsWith(written, "\n") ? std::string(written) : absl::StrCat(written, "\n");
}

SubstitutionFormatString MeshFormat(const MeshConfig& config) {
  SubstitutionFormatString format;
  if (config.access_log_encoding() == MeshConfig::JSON) {
    *format.mutable_json_format() = JsonFormat(config.access_log_format());
  } else {
    format.mutable_text_format_source()->set_inline_string(TextFormat(config.access_log_format()));
  }
  return format;
}

// A provider's `logFormat` is {text: "..."} or {labels: {...}}.
SubstitutionFormatString ProviderFormat(const MeshConfig& config,
                                        const ExtensionProvider::EnvoyFileAccessLog& provider) {
  SubstitutionFormatString format;
  const auto& fields = provider.log_format().fields();
  if (auto text = fields.find("text"); text != fields.end()) {
    format.mutable_text_format_source()->set_inline_string(TextFormat(text->second.string_value()));
  } else if (auto labels = fields.find("labels"); labels != fields.end()) {
    *format.mutable_json_format() = labels->second.struct_value().fields().empty()
                                        ? DefaultJson()
                                        : labels->second.struct_value();
  } else {
    format = MeshFormat(config);
  }
  return format;
}

AccessLog ToFile(const std::string& path, SubstitutionFormatString format) {
  FileAccessLog file;
  file.set_path(path);
  *file.mutable_log_format() = std::move(format);
  AccessLog log;
  log.set_name("envoy.access_loggers.file");
  *log.mutable_typed_config() = TypedConfig(file);
  return log;
}

// nullptr if the mesh has none of that name that writes files.
const ExtensionProvider::EnvoyFileAccessLog* FindFileProvider(const MeshConfig& config,
                                                              absl::string_view name) {
  for (const auto& provider : config.extension_providers()) {
    if (provider.name() == name) {
      return provider.has_envoy_file_access_log() ? &provider.envoy_file_access_log() : nullptr;
    }
  }
  return nullptr;
}

void AddProvider(const MeshConfig& config, const std::string& name, AccessLogs& logs) {
  if (const auto* provider = FindFileProvider(config, name)) {
    const std::string path = provider->path().empty() ? "/dev/stdout" : provider->path();
    *logs.Add() = ToFile(path, ProviderFormat(config, *provider));
  } else if (name == "envoy") {  // built in
    *logs.Add() = ToFile("/dev/stdout", MeshFormat(config));
  }
}

}  // namespace

AccessLogs BuildAccessLogs(const MeshConfig& config) {
  AccessLogs logs;
  if (config.default_providers().access_logging_size() > 0) {
    for (const std::string& name : config.default_providers().access_logging()) {
      AddProvider(config, name, logs);
    }
  } else if (!config.access_log_file().empty()) {
    *logs.Add() = ToFile(config.access_log_file(), MeshFormat(config));
  }
  return logs;
}

AccessLogs BuildListenerAccessLogs(const MeshConfig& config) {
  if (config.disable_envoy_listener_log()) return {};
  AccessLogs logs = BuildAccessLogs(config);
  for (AccessLog& log : logs) {
    log.mutable_filter()->mutable_response_flag_filter()->add_flags("NR");
  }
  return logs;
}

}  // namespace binnacle::translator
