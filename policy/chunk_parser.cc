#include "policy/chunk_parser.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/decode.h"
#include "policy/nearest_word.h"
#include "policy/word_list.h"

namespace binnacle::policy {

// A fault of the text itself, and the path at which it lies.
struct FaultAt {
  std::string path;
  Finding finding;
};

namespace {

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

std::vector<FaultAt> FaultsOf(const YamlDocument& document) {
  std::vector<FaultAt> faults;
  for (const YamlProblem& problem : document.problems()) {
    FaultAt fault;
    fault.path = document.PathOf(problem.within);
    if (!problem.key.empty()) {
      absl::StrAppend(&fault.path, fault.path.empty() ? "" : ".", problem.key);
    }
    fault.finding = MakeFinding(problem.mark, "", problem.code, problem.message);
    faults.push_back(std::move(fault));
  }
  return faults;
}

// Takes from `faults` those at or below `prefix`; their fields are told from
// there on.
std::vector<Finding> TakeFaults(absl::string_view prefix, std::vector<FaultAt>& faults) {
  std::vector<Finding> taken;
  std::vector<FaultAt> left;
  for (FaultAt& fault : faults) {
    absl::string_view path = fault.path;
    const bool below = absl::ConsumePrefix(&path, prefix) &&
                       (prefix.empty() || path.empty() || path[0] == '.' || path[0] == '[');
    if (!below) {
      left.push_back(std::move(fault));
      continue;
    }
    absl::ConsumePrefix(&path, ".");
    taken.push_back(std::move(fault.finding));
    taken.back().field = std::string(path);
  }
  faults = std::move(left);
  return taken;
}

std::vector<absl::string_view> KindsOfGroup(absl::string_view group) {
  std::vector<absl::string_view> kinds;
  for (int i = 0; i < kKindCount; ++i) {
    const Kind kind = static_cast<Kind>(i);
    if (KindGroup(kind) == group) kinds.push_back(KindName(kind));
  }
  return kinds;
}

}  // namespace

void ChunkParser::Add(Finding finding) {
  finding.file = *file_;
  chunk_.findings.push_back(std::move(finding));
}

// A document was refused, and nobody can tell what it was to define.
void ChunkParser::RefuseNameless() {
  chunk_.has_nameless = true;
  chunk_.last_is_refused = true;
}

ParsedChunk ChunkParser::Parse(absl::string_view text, uint32_t first_line) {
  chunk_ = ParsedChunk();
  YamlReader reader(text, first_line);
  while (reader.Next(document_)) TakeDocument();
  if (const YamlError* error = reader.error(); error != nullptr) {
    Add(MakeFinding(error->mark, "", "not-yaml", error->message));
    chunk_.not_yaml = true;
    chunk_.is_empty = false;
  }
  return std::move(chunk_);
}

void ChunkParser::TakeDocument() {
  const YamlNode* root = document_.root();
  if (root == nullptr || root->IsNull()) return;
  chunk_.is_empty = false;
  chunk_.last_is_refused = false;
  std::vector<FaultAt> faults = FaultsOf(document_);
  TakeMapping(*root, "", TypeWords(), faults);
  for (Finding& fault : TakeFaults("", faults)) Add(std::move(fault));
}

std::optional<std::string> ChunkParser::ReadWord(const YamlNode& node, absl::string_view field,
                                                 const std::string& otherwise) {
  const YamlNode* value = FindValue(node, field);
  if (value == nullptr || value->IsNull()) {
    if (!otherwise.empty()) return otherwise;
    Add(MakeFinding(node.mark, std::string(field), "missing-field",
                    "every document says its apiVersion and its kind"));
    return std::nullopt;
  }
  if (value->is_scalar()) return std::string(value->text);
  Add(MakeFinding(value->mark, std::string(field), "wrong-type",
                  absl::StrCat("expected a string, found ", Describe(*value))));
  return std::nullopt;
}

// `defaults` are what the list around this mapping says of its items.
void ChunkParser::TakeMapping(const YamlNode& node, const std::string& path,
                              const TypeWords& defaults, std::vector<FaultAt>& faults) {
  if (!node.is_mapping()) {
    Add(MakeFinding(node.mark, "", "wrong-type",
                    absl::StrCat("expected a mapping with apiVersion, kind and metadata, found ",
                                 Describe(node))));
    return RefuseNameless();
  }
  const auto api_version = ReadWord(node, "apiVersion", defaults.api_version);
  const auto kind_word = ReadWord(node, "kind", defaults.kind);
  if (!api_version.has_value() || !kind_word.has_value()) return RefuseNameless();
  const TypeWords words{*api_version, *kind_word};
  const absl::string_view group = ApiGroup(words.api_version);

  absl::string_view item_kind = words.kind;
  const YamlNode* items = FindValue(node, "items");
  if (items != nullptr && absl::ConsumeSuffix(&item_kind, "List")) {
    const bool ours = FindKindInGroup(group, item_kind).has_value();
    if (item_kind.empty()) return TakeList(node, *items, path, TypeWords(), faults);
    if (ours) {
      return TakeList(node, *items, path, {words.api_version, std::string(item_kind)}, faults);
    }
  }
  const auto kind = FindKindInGroup(group, words.kind);
  if (!kind.has_value()) return TakeUnknown(node, words);
  if (!CheckVersion(node, *kind, words)) return;
  TakeObject(node, *kind, words, TakeFaults(path, faults));
}

void ChunkParser::TakeList(const YamlNode& node, const YamlNode& items, const std::string& path,
                           const TypeWords& item_words, std::vector<FaultAt>& faults) {
  if (items.IsNull()) return;
  if (!items.is_sequence()) {
    Add(MakeFinding(node.mark, "items", "wrong-type",
                    absl::StrCat("expected a list, found ", Describe(items))));
    return RefuseNameless();
  }
  int index = 0;
  for (const YamlNode* item = items.first; item != nullptr; item = item->next) {
    const std::string at = absl::StrCat(path, path.empty() ? "" : ".", "items[", index++, "]");
    TakeMapping(*item, at, item_words, faults);
  }
}

// Kinds that are not ours are listed once; a slip of the pen is told.
void ChunkParser::TakeUnknown(const YamlNode& node, const TypeWords& words) {
  chunk_.unknown_kinds.push_back({absl::StrCat(words.api_version, "/", words.kind), {}});
  const std::vector<absl::string_view> kinds = KindsOfGroup(ApiGroup(words.api_version));
  std::string remedy = DidYouMean(words.kind, kinds);
  if (remedy.empty()) return;
  const YamlNode* kind = FindValue(node, "kind");
  Finding finding = MakeFinding(kind == nullptr ? node.mark : kind->mark, "kind", "unknown-kind",
                                "not a kind that a mesh reads; ignored", std::move(remedy));
  finding.severity = Severity::kWarning;
  finding.kind = words.kind;
  finding.file = *file_;
  chunk_.unknown_kinds.back().finding = std::move(finding);
}

bool ChunkParser::CheckVersion(const YamlNode& node, Kind kind, const TypeWords& words) {
  if (FindKind(words.api_version, words.kind).has_value()) return true;
  const YamlNode* written = FindValue(node, "apiVersion");
  Finding finding =
      MakeFinding(written == nullptr ? node.mark : written->mark, "apiVersion", "bad-api-version",
                  absl::StrCat("unknown version \"", words.api_version, "\"; allowed is ",
                               WordList(KindApiVersions(kind))));
  finding.kind = words.kind;
  ObjectKey key{kind, "", ""};
  const YamlNode* metadata = FindValue(node, "metadata");
  if (metadata != nullptr) {
    const YamlNode* name = FindValue(*metadata, "name");
    const YamlNode* ns = FindValue(*metadata, "namespace");
    if (name != nullptr) key.name = std::string(name->text);
    if (!IsClusterScoped(kind)) {
      key.ns = ns == nullptr || ns->IsNull() ? "default" : std::string(ns->text);
    }
  }
  finding.ns = key.ns;
  finding.name = key.name;
  chunk_.last_is_refused = true;
  if (key.name.empty()) {
    chunk_.has_nameless = true;
  } else {
    chunk_.refused.push_back(std::move(key));
  }
  Add(std::move(finding));
  return false;
}

void ChunkParser::TakeObject(const YamlNode& node, Kind kind, const TypeWords& words,
                             std::vector<Finding> faults) {
  ObjectReader::Result result = reader_.Read(node, kind, words, std::move(faults));
  for (Finding& finding : result.findings) Add(std::move(finding));
  if (result.object == nullptr) {
    if (result.key.has_value()) {
      chunk_.refused.push_back(*std::move(result.key));
    } else {
      chunk_.has_nameless = true;
    }
    chunk_.last_is_refused = true;
  } else {
    chunk_.last_is_refused = false;
    chunk_.objects.push_back(std::move(result.object));
  }
}

}  // namespace binnacle::policy
