#include "policy/yaml_builder.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

absl::string_view View(const yaml_char_t* text, size_t size) {
  return absl::string_view(reinterpret_cast<const char*>(text), size);
}

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? "" : absl::string_view(reinterpret_cast<const char*>(text));
}

bool IsMergeKey(const YamlNode& key) {
  return key.is_scalar() && key.style == ScalarStyle::kPlain && key.text == "<<";
}

}  // namespace

Mark MarkOf(const yaml_mark_t& mark, uint32_t first_line) {
  return {static_cast<uint32_t>(mark.line) + first_line, static_cast<uint32_t>(mark.column + 1)};
}

YamlNode* YamlBuilder::NewNode(NodeType type, const yaml_event_t& event) {
  YamlNode* node = document_.nodes_.New();
  node->type = type;
  node->mark = Begin(event);
  return node;
}

void YamlBuilder::CheckTag(absl::string_view tag, const yaml_event_t& event) {
  constexpr absl::string_view kKnown[] = {"str",  "int", "float", "bool",
                                          "null", "map", "seq",   "binary"};
  if (tag.empty() || tag == "!") return;
  for (absl::string_view known : kKnown) {
    if (tag == absl::StrCat("tag:yaml.org,2002:", known)) return;
  }
  Problem(Begin(event), open_.empty() ? nullptr : open_.back().node, "", "bad-tag",
          absl::StrCat("the tag ", tag, " has no meaning here; leave it out"));
}

void YamlBuilder::TakeScalar(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  YamlNode* node = NewNode(NodeType::kScalar, event);
  node->text = document_.text_.Copy(View(scalar.value, scalar.length));
  const absl::string_view tag = View(scalar.tag);
  CheckTag(tag, event);
  const bool untagged = tag.empty();
  const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
  const bool typed =
      !untagged && tag != "!" && !absl::EndsWith(tag, ":str") && !absl::EndsWith(tag, ":binary");
  node->style = (untagged && plain) || typed ? ScalarStyle::kPlain : ScalarStyle::kString;
  if (scalar.anchor != nullptr) anchors_[std::string(View(scalar.anchor))] = node;
  Attach(node);
}

std::optional<YamlError> YamlBuilder::TakeAlias(const yaml_event_t& event) {
  const absl::string_view name = View(event.data.alias.anchor);
  const Mark mark = Begin(event);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    Problem(mark, open_.empty() ? nullptr : open_.back().node, "", "bad-alias",
            absl::StrCat("the alias *", name, " has no anchor &", name, " before it"));
    return Attach(NewNode(NodeType::kScalar, event));
  }
  YamlNode* node = document_.nodes_.New();
  *node = *found->second;
  node->next = nullptr;
  node->mark = mark;
  alias_nodes_ += node->expanded;
  return Attach(node);
}

std::optional<YamlError> YamlBuilder::OpenCollection(NodeType type, const yaml_event_t& event,
                                                     absl::string_view anchor,
                                                     absl::string_view tag) {
  YamlNode* node = NewNode(type, event);
  CheckTag(tag, event);
  open_.push_back({node, nullptr, std::string(anchor)});
  // Inside itself an anchor does not yet stand for anything.
  if (!anchor.empty()) anchors_.erase(std::string(anchor));
  if (open_.size() <= YamlReader::kMaxDepth) return std::nullopt;
  return YamlError{node->mark,
                   absl::StrCat("nested deeper than ", YamlReader::kMaxDepth, " levels")};
}

std::optional<YamlError> YamlBuilder::CloseCollection() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  if (closed.node->is_mapping()) SettleKeys(*closed.node);
  if (!closed.anchor.empty()) anchors_[closed.anchor] = closed.node;
  return Attach(closed.node);
}

std::optional<YamlError> YamlBuilder::Attach(YamlNode* node) {
  if (alias_nodes_ > YamlReader::kMaxAliasNodes) {
    return YamlError{node->mark, absl::StrCat("aliases expand the document by more than ",
                                              YamlReader::kMaxAliasNodes, " nodes")};
  }
  if (open_.size() + node->height > YamlReader::kMaxDepth) {
    return YamlError{node->mark,
                     absl::StrCat("nested deeper than ", YamlReader::kMaxDepth, " levels")};
  }
  if (open_.empty()) {
    document_.root_ = node;
    return std::nullopt;
  }
  Open& parent = open_.back();
  if (parent.last == nullptr) {
    parent.node->first = node;
  } else {
    parent.last->next = node;
  }
  parent.last = node;
  parent.node->expanded += node->expanded;
  parent.node->height = std::max<uint16_t>(parent.node->height, node->height + 1);
  return std::nullopt;
}

// Whether `key` is a scalar that its mapping does not hold yet.
bool YamlBuilder::KeepsKey(const YamlNode& mapping, const YamlNode& key,
                           absl::flat_hash_map<absl::string_view, const YamlNode*>& seen) {
  if (!key.is_scalar()) {
    Problem(key.mark, &mapping, "", "bad-key", "a list or a mapping cannot be a key");
    return false;
  }
  const auto [at, is_new] = seen.emplace(key.text, &key);
  if (is_new) return true;
  Problem(key.mark, &mapping, std::string(key.text), "duplicate-key",
          absl::StrCat("written twice: first on line ", at->second->mark.line, ", again on line ",
                       key.mark.line));
  return false;
}

// Drops keys that cannot stand, and puts in place what `<<` stands for.
void YamlBuilder::SettleKeys(YamlNode& mapping) {
  absl::flat_hash_map<absl::string_view, const YamlNode*> seen;
  std::vector<const YamlNode*> merged;
  const YamlNode* key = mapping.first;
  YamlNode* last_value = nullptr;
  mapping.first = nullptr;
  while (key != nullptr) {
    const YamlNode* value = key->next;
    const YamlNode* following = value->next;
    if (IsMergeKey(*key)) {
      merged.push_back(value);
    } else if (KeepsKey(mapping, *key, seen)) {
      (last_value == nullptr ? mapping.first : last_value->next) = key;
      last_value = const_cast<YamlNode*>(value);
    }
    key = following;
  }
  if (last_value != nullptr) last_value->next = nullptr;
  for (const YamlNode* value : merged) MergeAll(mapping, *value, seen);
}

void YamlBuilder::MergeAll(YamlNode& mapping, const YamlNode& value,
                           absl::flat_hash_map<absl::string_view, const YamlNode*>& seen) {
  if (value.is_mapping()) return Merge(mapping, value, seen);
  if (value.is_sequence()) {
    for (const YamlNode* item = value.first; item != nullptr; item = item->next) {
      if (item->is_mapping()) {
        Merge(mapping, *item, seen);
      } else {
        Problem(item->mark, &mapping, "<<", "bad-merge", "only mappings can be merged");
      }
    }
    return;
  }
  Problem(value.mark, &mapping, "<<", "bad-merge", "only mappings can be merged");
}

void YamlBuilder::Merge(YamlNode& mapping, const YamlNode& source,
                        absl::flat_hash_map<absl::string_view, const YamlNode*>& seen) {
  alias_nodes_ += source.expanded;
  if (alias_nodes_ > YamlReader::kMaxAliasNodes) return;  // Attach() reports it
  for (const YamlNode* key = source.first; key != nullptr; key = key->next->next) {
    if (!seen.emplace(key->text, key).second) continue;
    YamlNode* new_key = document_.nodes_.New();
    YamlNode* new_value = document_.nodes_.New();
    *new_key = *key;
    *new_value = *key->next;
    new_key->next = new_value;
    new_value->next = mapping.first;
    mapping.first = new_key;
    mapping.expanded += new_key->expanded + new_value->expanded;
    mapping.height = std::max<uint16_t>(mapping.height, new_value->height + 1);
  }
}

std::optional<YamlError> YamlBuilder::Take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_SCALAR_EVENT:
      TakeScalar(event);
      return std::nullopt;
    case YAML_ALIAS_EVENT:
      return TakeAlias(event);
    case YAML_MAPPING_START_EVENT:
      return OpenCollection(NodeType::kMapping, event, View(event.data.mapping_start.anchor),
                            View(event.data.mapping_start.tag));
    case YAML_SEQUENCE_START_EVENT:
      return OpenCollection(NodeType::kSequence, event, View(event.data.sequence_start.anchor),
                            View(event.data.sequence_start.tag));
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
      return CloseCollection();
    default:
      return std::nullopt;
  }
}

}  // namespace binnacle::policy
