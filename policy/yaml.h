// policy/yaml.h
//
// YAML (or JSON) text in, one tree of nodes per document out. Every node knows
// where it was written. Aliases and merge keys are resolved; what a few lines
// may expand to, and how deep documents nest, is bounded.
//
// The parser beneath is libyaml, the fastest that was measured: the events of
// 30,000 objects (12.5 MB) took it 0.15 s, libfyaml 0.22 s, yaml-cpp 1.1 s.
//
// Threads  a reader and its documents belong to one thread at a time.
// Errors   text that is not YAML ends the reading: see YamlReader::error().
//          Faults inside a well-formed document (a key written twice) are the
//          document's problems().
// Spec     YAML 1.1, as libyaml reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/node_arena.h"

namespace binnacle::policy {

// Where something was written; both count from 1.
struct Mark {
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class NodeType : uint8_t { kScalar, kMapping, kSequence };

// How a scalar's meaning was fixed when it was written.
enum class ScalarStyle : uint8_t {
  kPlain,   // unquoted: see policy/scalar.h
  kString,  // quoted, a block, or tagged !!str
};

struct YamlNode {
  absl::string_view text;           // of a scalar
  const YamlNode* first = nullptr;  // child; a mapping's are key, value, key, value, ...
  const YamlNode* next = nullptr;   // sibling
  Mark mark;
  uint32_t expanded = 1;  // nodes in this tree, counting an alias as what it stands for
  uint16_t height = 0;    // of the tree below
  NodeType type = NodeType::kScalar;
  ScalarStyle style = ScalarStyle::kPlain;

  bool is_mapping() const { return type == NodeType::kMapping; }
  bool is_sequence() const { return type == NodeType::kSequence; }
  bool is_scalar() const { return type == NodeType::kScalar; }
  bool IsNull() const;
};

// The value of `key` in a mapping; nullptr if there is none, or no mapping.
const YamlNode* FindValue(const YamlNode& mapping, absl::string_view key);

struct YamlProblem {
  Mark mark;
  const YamlNode* within = nullptr;  // the collection it is in; may be null
  std::string key;                   // of that mapping's entry, if one is meant
  std::string code;
  std::string message;
};

class YamlDocument {
 public:
  // nullptr for an empty document.
  const YamlNode* root() const { return root_; }
  const std::vector<YamlProblem>& problems() const { return problems_; }

  // "spec.http[0]"; "" for the root and for what is not in the tree.
  std::string PathOf(const YamlNode* node) const;

 private:
  friend class YamlBuilder;

  NodeArena<YamlNode> nodes_;
  TextArena text_;
  const YamlNode* root_ = nullptr;
  std::vector<YamlProblem> problems_;
};

// Why the reading ended before the end of the text.
struct YamlError {
  Mark mark;
  std::string message;
};

class YamlReader {
 public:
  static constexpr int kMaxDepth = 100;
  static constexpr uint64_t kMaxAliasNodes = 1'000'000;  // per document

  // `text` must outlive the reader; its first line bears the number `first_line`.
  explicit YamlReader(absl::string_view text, uint32_t first_line = 1);
  ~YamlReader();
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  // Replaces `document` by the next one. False at the end of the text, and at
  // text that is not YAML; the document in which that was found is not given.
  bool Next(YamlDocument& document);

  // nullptr when the text was read to its end.
  const YamlError* error() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace binnacle::policy
