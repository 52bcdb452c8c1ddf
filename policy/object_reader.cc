#include "policy/object_reader.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/decode.h"
#include "policy/field_locator.h"
#include "policy/nearest_word.h"
#include "policy/object_body.h"
#include "policy/validate.h"
#include "policy/word_list.h"

namespace binnacle::policy {
namespace {

// Fields of Kubernetes' ObjectMeta that say nothing to a mesh.
constexpr absl::string_view kIgnoredMetadata[] = {"clusterName",       "deletionGracePeriodSeconds",
                                                  "deletionTimestamp", "finalizers",
                                                  "generateName",      "generation",
                                                  "managedFields",     "ownerReferences",
                                                  "selfLink",          "uid"};

constexpr absl::string_view kTopFields[] = {"apiVersion", "kind", "metadata", "spec", "status"};
constexpr absl::string_view kTopFieldsReadElsewhere[] = {"apiVersion", "kind", "metadata"};

// A copy of the whole object that kubectl keeps, of use to kubectl alone.
constexpr absl::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

Finding MakeFinding(Mark mark, std::string field, std::string code, std::string message,
                    std::string remedy = "") {
  Finding finding;
  finding.line = mark.line;
  finding.column = mark.column;
  finding.field = std::move(field);
  finding.code = std::move(code);
  finding.message = std::move(message);
  finding.remedy = std::move(remedy);
  return finding;
}

void ReportUnknownTopFields(const YamlNode& node, std::vector<Finding>& findings) {
  for (const YamlNode* key = node.first; key != nullptr; key = key->next->next) {
    if (std::find(std::begin(kTopFields), std::end(kTopFields), key->text) !=
        std::end(kTopFields)) {
      continue;
    }
    findings.push_back(
        MakeFinding(key->mark, std::string(key->text), "unknown-field",
                    absl::StrCat("unknown field; allowed are ", WordList(kTopFields)),
                    DidYouMean(key->text, kTopFields)));
  }
}

// Whether `inner` lies below `outer`: "spec.tls.mode" below "spec.tls".
bool IsBelow(absl::string_view inner, absl::string_view outer) {
  if (outer.size() >= inner.size() || !absl::StartsWith(inner, outer)) return false;
  return outer.empty() || inner[outer.size()] == '.' || inner[outer.size()] == '[';
}

// A rule that misses what could not be decoded would only repeat that fault:
// true when `field` is where some fault lies, contains it, or lies in what is
// of the wrong type as a whole.
bool IsExplained(absl::string_view field, const std::vector<Finding>& faults) {
  for (const Finding& fault : faults) {
    if (fault.code == "unknown-field" || fault.severity != Severity::kError) continue;
    if (fault.field == field || IsBelow(fault.field, field)) return true;
    if (fault.code == "wrong-type" && IsBelow(field, fault.field)) return true;
  }
  return false;
}

}  // namespace

void ObjectReader::ReadMetadata(const YamlNode& node, const TypeWords& words, Object& object,
                                std::vector<Finding>& findings) {
  meta_.Clear();
  const FieldPath root;
  const FieldPath path = FieldPath::Field(root, "metadata");
  const YamlNode* metadata = FindValue(node, "metadata");
  if (metadata != nullptr && !metadata->IsNull()) {
    DecodeOptions options;
    options.strict = !IsKubernetesKind(object.key.kind);
    options.ignored = kIgnoredMetadata;
    Decode(*metadata, path, options, meta_, findings);
  }
  if (meta_.name().empty() && !IsExplained("metadata.name", findings)) {
    findings.push_back(MakeFinding(LocateField(node, "metadata.name"), "metadata.name",
                                   "missing-field", "every object has a name"));
  }
  object.api_version = words.api_version;
  object.key.name = meta_.name();
  if (!IsClusterScoped(object.key.kind)) {
    object.key.ns = meta_.namespace_().empty() ? "default" : meta_.namespace_();
  }
  object.labels.insert(meta_.labels().begin(), meta_.labels().end());
  for (const auto& [key, value] : meta_.annotations()) {
    if (key != kLastApplied) object.annotations.emplace(key, value);
  }
  if (meta_.has_creation_timestamp()) object.created = ToTime(meta_.creation_timestamp());
  object.origin = {file_, node.mark.line, node.mark.column, meta_.resource_version(),
                   std::make_shared<const ObjectKey>(object.key)};
}

void ObjectReader::ReadBody(const YamlNode& node, Object& object, std::vector<Finding>& findings) {
  std::unique_ptr<google::protobuf::Message> body = NewBody(object.key.kind);
  const FieldPath root;
  if (IsKubernetesKind(object.key.kind)) {
    DecodeOptions options;
    options.strict = false;
    options.ignored = kTopFieldsReadElsewhere;
    Decode(node, root, options, *body, findings);
  } else {
    ReportUnknownTopFields(node, findings);
    const YamlNode* spec = FindValue(node, "spec");
    if (spec != nullptr && !spec->IsNull()) {
      Decode(*spec, FieldPath::Field(root, "spec"), DecodeOptions(), *body, findings);
    }
  }
  object.body = std::move(body);
}

void ObjectReader::CheckRules(const YamlNode& node, const Object& object,
                              std::vector<Finding>& findings) {
  Report report;
  Validate(object, options_, report);
  const std::vector<Finding> faults = report.problems().empty() ? std::vector<Finding>() : findings;
  for (const Report::Problem& problem : report.problems()) {
    if (IsExplained(problem.field, faults)) continue;
    findings.push_back(MakeFinding(LocateField(node, problem.field), problem.field, problem.code,
                                   problem.message, problem.remedy));
    findings.back().severity = problem.severity;
  }
}

ObjectReader::Result ObjectReader::Read(const YamlNode& node, Kind kind, const TypeWords& words,
                                        std::vector<Finding> faults) {
  Result result;
  result.findings = std::move(faults);
  auto object = std::make_shared<Object>();
  object->key.kind = kind;
  ReadMetadata(node, words, *object, result.findings);
  ReadBody(node, *object, result.findings);
  CheckRules(node, *object, result.findings);
  // As a reader meets them; and maps have no order of their own.
  std::stable_sort(result.findings.begin(), result.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                   });
  for (Finding& finding : result.findings) {
    finding.kind = words.kind;
    finding.ns = object->key.ns;
    finding.name = object->key.name;
  }
  if (!object->key.name.empty()) result.key = object->key;
  if (!HasErrors(result.findings)) result.object = std::move(object);
  return result;
}

}  // namespace binnacle::policy
