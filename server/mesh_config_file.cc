#include "server/mesh_config_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/decode.h"
#include "policy/field_locator.h"
#include "policy/validate_mesh_config.h"
#include "policy/yaml.h"

namespace binnacle::server {
namespace {

using policy::Finding;
using policy::YamlDocument;
using policy::YamlNode;

Finding Fault(policy::Mark mark, std::string code, std::string message) {
  Finding finding;
  finding.line = mark.line;
  finding.column = mark.column;
  finding.code = std::move(code);
  finding.message = std::move(message);
  return finding;
}

// The only document of a text; nullopt (and a finding) if it is not YAML. A
// text without a document is an empty configuration.
std::optional<YamlDocument> ReadOnly(absl::string_view text, std::vector<Finding>& findings) {
  policy::YamlReader reader(text);
  YamlDocument document;
  const bool any = reader.Next(document);
  YamlDocument second;
  if (any && reader.Next(second) && second.root() != nullptr) {
    findings.push_back(Fault(second.root()->mark, "several-documents",
                             "a mesh configuration is one document; this is another"));
  }
  if (reader.error() != nullptr) {
    findings.push_back(Fault(reader.error()->mark, "not-yaml", reader.error()->message));
    return std::nullopt;
  }
  for (const auto& problem : document.problems()) {
    findings.push_back(Fault(problem.mark, problem.code, problem.message));
  }
  return document;
}

void Read(const YamlNode& root, policy::v1::MeshConfig& config, std::vector<Finding>& findings) {
  policy::Decode(root, policy::FieldPath(), policy::DecodeOptions(), config, findings);
  policy::Report report;
  policy::ValidateMeshConfig(config, report);
  for (const auto& problem : report.problems()) {
    Finding finding =
        Fault(policy::LocateField(root, problem.field), problem.code, problem.message);
    finding.severity = problem.severity;
    finding.field = problem.field;
    finding.remedy = problem.remedy;
    findings.push_back(std::move(finding));
  }
}

// The text of data.mesh if `root` is a ConfigMap.
const YamlNode* MeshOfConfigMap(const YamlNode& root) {
  const YamlNode* kind = policy::FindValue(root, "kind");
  if (kind == nullptr || kind->text != "ConfigMap") return nullptr;
  const YamlNode* data = policy::FindValue(root, "data");
  return data == nullptr ? &root : policy::FindValue(*data, "mesh");
}

void ReadText(absl::string_view text, policy::v1::MeshConfig& config,
              std::vector<Finding>& findings) {
  const auto document = ReadOnly(text, findings);
  if (document.has_value() && document->root() != nullptr) {
    Read(*document->root(), config, findings);
  }
}

// Lines of a text inside another count from where it stands there: a block
// begins on the line after its mark, and its columns are indented.
void ReadNested(const YamlNode& node, policy::v1::MeshConfig& config,
                std::vector<Finding>& findings) {
  std::vector<Finding> inner;
  ReadText(node.text, config, inner);
  for (Finding& finding : inner) {
    finding.line += node.mark.line;
    finding.column = 0;
    findings.push_back(std::move(finding));
  }
}

}  // namespace

MeshConfigFile ParseMeshConfig(absl::string_view text, const std::string& file) {
  MeshConfigFile result;
  const auto document = ReadOnly(text, result.findings);
  if (document.has_value() && document->root() != nullptr) {
    const YamlNode& root = *document->root();
    const YamlNode* kind = policy::FindValue(root, "kind");
    if (kind == nullptr) {
      Read(root, result.config, result.findings);
    } else if (const YamlNode* mesh = MeshOfConfigMap(root); mesh != nullptr && mesh->is_scalar()) {
      ReadNested(*mesh, result.config, result.findings);
    } else {
      result.findings.push_back(
          Fault(kind->mark, "no-mesh-config",
                absl::StrCat("a ", kind->text,
                             " without the key data.mesh; allowed are MeshConfig "
                             "itself, or a ConfigMap that has it as the text of data.mesh")));
    }
  }
  for (Finding& finding : result.findings) {
    finding.kind = "MeshConfig";
    finding.file = file;
  }
  return result;
}

absl::StatusOr<MeshConfigFile> ReadMeshConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return ParseMeshConfig(text, path);
}

}  // namespace binnacle::server
