#include "policy/document.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/decode.h"
#include "policy/nearest_word.h"
#include "policy/object_reader.h"
#include "policy/word_list.h"
#include "policy/yaml.h"

namespace binnacle::policy {
namespace {

// A fault of the text itself, and the path at which it lies.
struct Fault {
  std::string path;
  Finding finding;
};

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

std::vector<Fault> FaultsOf(const YamlDocument& document) {
  std::vector<Fault> faults;
  for (const YamlProblem& problem : document.problems()) {
    Fault fault;
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
std::vector<Finding> TakeFaults(absl::string_view prefix, std::vector<Fault>& faults) {
  std::vector<Finding> taken;
  std::vector<Fault> left;
  for (Fault& fault : faults) {
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

class FileParser {
 public:
  FileParser(const std::string& file, const ParseOptions& options)
      : file_(std::make_shared<const std::string>(file)), reader_(file_, options) {}

  Parsed Parse(absl::string_view text);
  Parsed Refuse(std::string code, std::string message);

 private:
  void TakeDocument(const YamlDocument& document);
  void TakeMapping(const YamlNode& node, const std::string& path, const TypeWords& defaults,
                   std::vector<Fault>& faults);
  void TakeList(const YamlNode& node, const YamlNode& items, const std::string& path,
                const TypeWords& item_words, std::vector<Fault>& faults);
  void TakeObject(const YamlNode& node, Kind kind, const TypeWords& words,
                  std::vector<Finding> faults);
  void TakeUnknown(const YamlNode& node, const TypeWords& words);
  std::optional<std::string> ReadWord(const YamlNode& node, absl::string_view field,
                                      const std::string& otherwise);
  bool CheckVersion(const YamlNode& node, Kind kind, const TypeWords& words);
  bool IsSecond(const Object& object);
  void Add(Finding finding);

  const std::shared_ptr<const std::string> file_;
  ObjectReader reader_;
  Parsed parsed_;
  absl::flat_hash_map<ObjectKey, Mark> seen_;
  absl::flat_hash_set<std::string> unknown_;
};

void FileParser::Add(Finding finding) {
  finding.file = *file_;
  parsed_.findings.push_back(std::move(finding));
}

Parsed FileParser::Refuse(std::string code, std::string message) {
  Add(MakeFinding({1, 1}, "", std::move(code), std::move(message)));
  parsed_.truncated = true;
  return std::move(parsed_);
}

Parsed FileParser::Parse(absl::string_view text) {
  YamlReader reader(text);
  YamlDocument document;
  while (reader.Next(document)) TakeDocument(document);
  if (const YamlError* error = reader.error(); error != nullptr) {
    Add(MakeFinding(error->mark, "", "not-yaml", error->message));
    parsed_.truncated = true;
  }
  return std::move(parsed_);
}

void FileParser::TakeDocument(const YamlDocument& document) {
  const YamlNode* root = document.root();
  std::vector<Fault> faults = FaultsOf(document);
  if (root != nullptr && !root->IsNull()) TakeMapping(*root, "", TypeWords(), faults);
  for (Finding& fault : TakeFaults("", faults)) Add(std::move(fault));
}

std::optional<std::string> FileParser::ReadWord(const YamlNode& node, absl::string_view field,
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
void FileParser::TakeMapping(const YamlNode& node, const std::string& path,
                             const TypeWords& defaults, std::vector<Fault>& faults) {
  if (!node.is_mapping()) {
    Add(MakeFinding(node.mark, "", "wrong-type",
                    absl::StrCat("expected a mapping with apiVersion, kind and metadata, found ",
                                 Describe(node))));
    return;
  }
  const auto api_version = ReadWord(node, "apiVersion", defaults.api_version);
  const auto kind_word = ReadWord(node, "kind", defaults.kind);
  if (!api_version.has_value() || !kind_word.has_value()) return;
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

void FileParser::TakeList(const YamlNode& node, const YamlNode& items, const std::string& path,
                          const TypeWords& item_words, std::vector<Fault>& faults) {
  if (items.IsNull()) return;
  if (!items.is_sequence()) {
    Add(MakeFinding(node.mark, "items", "wrong-type",
                    absl::StrCat("expected a list, found ", Describe(items))));
    return;
  }
  int index = 0;
  for (const YamlNode* item = items.first; item != nullptr; item = item->next) {
    const std::string at =
        absl::StrCat(path, path.empty() ? "" : ".", "items[", index++, "]");
    TakeMapping(*item, at, item_words, faults);
  }
}

// Kinds that are not ours are listed once; a slip of the pen is told.
void FileParser::TakeUnknown(const YamlNode& node, const TypeWords& words) {
  std::string name = absl::StrCat(words.api_version, "/", words.kind);
  if (!unknown_.insert(name).second) return;
  parsed_.unknown_kinds.push_back(std::move(name));
  const std::vector<absl::string_view> kinds = KindsOfGroup(ApiGroup(words.api_version));
  std::string remedy = DidYouMean(words.kind, kinds);
  if (remedy.empty()) return;
  const YamlNode* kind = FindValue(node, "kind");
  Finding finding = MakeFinding(kind == nullptr ? node.mark : kind->mark, "kind", "unknown-kind",
                                "not a kind that a mesh reads; ignored", std::move(remedy));
  finding.severity = Severity::kWarning;
  finding.kind = words.kind;
  Add(std::move(finding));
}

bool FileParser::CheckVersion(const YamlNode& node, Kind kind, const TypeWords& words) {
  if (FindKind(words.api_version, words.kind).has_value()) return true;
  const YamlNode* written = FindValue(node, "apiVersion");
  Finding finding = MakeFinding(
      written == nullptr ? node.mark : written->mark, "apiVersion", "bad-api-version",
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
  if (!key.name.empty()) parsed_.refused.push_back(std::move(key));
  Add(std::move(finding));
  return false;
}

void FileParser::TakeObject(const YamlNode& node, Kind kind, const TypeWords& words,
                            std::vector<Finding> faults) {
  ObjectReader::Result result = reader_.Read(node, kind, words, std::move(faults));
  for (Finding& finding : result.findings) Add(std::move(finding));
  if (result.object == nullptr) {
    if (result.key.has_value()) parsed_.refused.push_back(*std::move(result.key));
  } else if (!IsSecond(*result.object)) {
    parsed_.objects.push_back(std::move(result.object));
  }
}

// The first of two that bear one name stays.
bool FileParser::IsSecond(const Object& object) {
  const Mark here{object.origin.line, object.origin.column};
  const auto [first, is_new] = seen_.emplace(object.key, here);
  if (is_new) return false;
  Finding finding = MakeFinding(
      here, "", "duplicate-object",
      absl::StrCat("defined twice: at ", *file_, ":", first->second.line, " and at ", *file_, ":",
                   here.line, "; the first is in effect"));
  finding.kind = std::string(KindName(object.key.kind));
  finding.ns = object.key.ns;
  finding.name = object.key.name;
  Add(std::move(finding));
  return true;
}

}  // namespace

Parsed ParseDocuments(absl::string_view text, const std::string& file,
                      const ParseOptions& options) {
  FileParser parser(file, options);
  if (text.size() > options.max_bytes) {
    return parser.Refuse("too-large", absl::StrCat("the file has ", text.size(),
                                                   " bytes; allowed are ", options.max_bytes));
  }
  return parser.Parse(text);
}

}  // namespace binnacle::policy
