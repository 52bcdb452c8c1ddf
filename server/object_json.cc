#include "server/object_json.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "policy/kind.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

Json BodyJson(const google::protobuf::Message& body) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  if (!google::protobuf::util::MessageToJsonString(body, &text, options).ok())
    return Json::object();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json::object() : json;
}

Json LabelsJson(const policy::Labels& labels) {
  Json json = Json::object();
  for (const auto& [key, value] : labels) json[key] = value;
  return json;
}

Json MetadataJson(const policy::Object& object) {
  Json json;
  json["name"] = object.key.name;
  if (!object.key.ns.empty()) json["namespace"] = object.key.ns;
  if (!object.labels.empty()) json["labels"] = LabelsJson(object.labels);
  if (!object.annotations.empty()) json["annotations"] = LabelsJson(object.annotations);
  if (object.created != absl::InfinitePast()) {
    json["creationTimestamp"] =
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", object.created, absl::UTCTimeZone());
  }
  return json;
}

// The keys stay, so that one sees which there are; the values do not.
void HideValues(Json& body) {
  for (const char* field : {"data", "stringData"}) {
    if (!body.contains(field) || !body[field].is_object()) continue;
    for (auto& entry : body[field].items()) entry.value() = "(hidden)";
  }
}

}  // namespace

Json ObjectJson(const policy::Object& object) {
  Json json;
  json["apiVersion"] = object.api_version;
  json["kind"] = std::string(policy::KindName(object.key.kind));
  json["metadata"] = MetadataJson(object);
  Json body = object.body == nullptr ? Json::object() : BodyJson(*object.body);
  if (object.key.kind == policy::Kind::kSecret) HideValues(body);
  if (policy::IsKubernetesKind(object.key.kind)) {
    for (auto& entry : body.items()) json[entry.key()] = std::move(entry.value());
  } else {
    json["spec"] = std::move(body);
  }
  json["origin"] = object.origin.ToString();
  return json;
}

Json FindingJson(const policy::Finding& finding) {
  Json json;
  json["code"] = finding.code;
  json["severity"] = finding.severity == policy::Severity::kError ? "error" : "warning";
  json["kind"] = finding.kind;
  json["namespace"] = finding.ns;
  json["name"] = finding.name;
  json["file"] = finding.file;
  json["line"] = finding.line;
  json["column"] = finding.column;
  json["field"] = finding.field;
  json["message"] = finding.message;
  json["remedy"] = finding.remedy;
  return json;
}

}  // namespace binnacle::server
