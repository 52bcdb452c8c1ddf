// policy/yaml_builder.h
//
// Makes one document's tree from the parser's events: resolves aliases and
// merge keys, finds keys written twice, and keeps the tree within its bounds.
//
// Threads  one at a time.
#pragma once

#include <yaml.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/yaml.h"

namespace binnacle::policy {

// libyaml counts from 0; `first_line` is the number of the text's first line.
Mark MarkOf(const yaml_mark_t& mark, uint32_t first_line);

class YamlBuilder {
 public:
  YamlBuilder(YamlDocument& document, uint32_t first_line)
      : document_(document), first_line_(first_line) {
    document_.nodes_.Clear();
    document_.text_.Clear();
    document_.problems_.clear();
    document_.root_ = nullptr;
  }

  // An error ends the reading: the bounds are exceeded.
  std::optional<YamlError> Take(const yaml_event_t& event);

 private:
  static constexpr size_t kMostProblems = 100;  // a document of nothing else is not listed whole

  struct Open {
    YamlNode* node;
    YamlNode* last = nullptr;
    std::string anchor;
  };

  YamlNode* NewNode(NodeType type, const yaml_event_t& event);
  void TakeScalar(const yaml_event_t& event);
  std::optional<YamlError> TakeAlias(const yaml_event_t& event);
  std::optional<YamlError> OpenCollection(NodeType type, const yaml_event_t& event,
                                          absl::string_view anchor, absl::string_view tag);
  std::optional<YamlError> CloseCollection();
  std::optional<YamlError> Attach(YamlNode* node);
  void CheckTag(absl::string_view tag, const yaml_event_t& event);

  void SettleKeys(YamlNode& mapping);
  void Merge(YamlNode& mapping, const YamlNode& source,
             absl::flat_hash_map<absl::string_view, const YamlNode*>& seen);
  void MergeAll(YamlNode& mapping, const YamlNode& value,
                absl::flat_hash_map<absl::string_view, const YamlNode*>& seen);
  bool KeepsKey(const YamlNode& mapping, const YamlNode& key,
                absl::flat_hash_map<absl::string_view, const YamlNode*>& seen);
  void Problem(Mark mark, const YamlNode* within, std::string key, std::string code,
               std::string message) {
    if (document_.problems_.size() == kMostProblems) return;
    document_.problems_.push_back(
        {mark, within, std::move(key), std::move(code), std::move(message)});
  }

  Mark Begin(const yaml_event_t& event) const { return MarkOf(event.start_mark, first_line_); }

  YamlDocument& document_;
  const uint32_t first_line_;
  std::vector<Open> open_;
  absl::flat_hash_map<std::string, const YamlNode*> anchors_;
  uint64_t alias_nodes_ = 0;
};

}  // namespace binnacle::policy
