// policy/chunk_parser.h
//
// A part of a file in, cut at document boundaries; its objects and findings out.
// Whether other parts say the same again is not its business.
//
// Threads  one at a time.
// Errors   as findings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/document.h"
#include "policy/object_reader.h"
#include "policy/yaml.h"

namespace binnacle::policy {

// A kind that is not ours.
struct UnknownKind {
  std::string name;                // "apiVersion/kind"
  std::optional<Finding> finding;  // when it looks like a slip of the pen
};

struct ParsedChunk {
  std::vector<std::shared_ptr<const Object>> objects;
  std::vector<Finding> findings;
  std::vector<ObjectKey> refused;
  std::vector<UnknownKind> unknown_kinds;
  bool not_yaml = false;         // not to its end
  bool has_nameless = false;     // a refused document could not be named
  bool last_is_refused = false;  // the last document
  bool is_empty = true;          // nothing but comments
};

struct FaultAt;

class ChunkParser {
 public:
  ChunkParser(std::shared_ptr<const std::string> file, const ParseOptions& options)
      : file_(file), reader_(std::move(file), options) {}

  // The first line of `text` bears the number `first_line`.
  ParsedChunk Parse(absl::string_view text, uint32_t first_line);

 private:
  void TakeDocument();
  void TakeMapping(const YamlNode& node, const std::string& path, const TypeWords& defaults,
                   std::vector<FaultAt>& faults);
  void TakeList(const YamlNode& node, const YamlNode& items, const std::string& path,
                const TypeWords& item_words, std::vector<FaultAt>& faults);
  void TakeObject(const YamlNode& node, Kind kind, const TypeWords& words,
                  std::vector<Finding> faults);
  void TakeUnknown(const YamlNode& node, const TypeWords& words);
  std::optional<std::string> ReadWord(const YamlNode& node, absl::string_view field,
                                      const std::string& otherwise);
  bool CheckVersion(const YamlNode& node, Kind kind, const TypeWords& words);
  void Add(Finding finding);
  void RefuseNameless();

  const std::shared_ptr<const std::string> file_;
  ObjectReader reader_;
  YamlDocument document_;  // kept, for its memory
  ParsedChunk chunk_;
};

}  // namespace binnacle::policy
