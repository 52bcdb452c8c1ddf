#include "policy/field_locator.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace binnacle::policy {
namespace {

// One step of a path: a name, the key of a map's entry, or an index.
struct Step {
  enum class Kind { kName, kEntry, kItem } kind = Kind::kName;
  absl::string_view word;
};

// Takes the first step off `path`, which is not empty.
Step TakeStep(absl::string_view& path) {
  Step step;
  if (absl::ConsumePrefix(&path, "[\"")) {
    step.kind = Step::Kind::kEntry;
    const size_t end = std::min(path.find("\"]"), path.size());
    step.word = path.substr(0, end);
    path.remove_prefix(std::min(path.size(), end + 2));
  } else if (absl::ConsumePrefix(&path, "[")) {
    step.kind = Step::Kind::kItem;
    const size_t end = std::min(path.find(']'), path.size());
    step.word = path.substr(0, end);
    path.remove_prefix(std::min(path.size(), end + 1));
  } else {
    const size_t end = std::min(path.find_first_of(".["), path.size());
    step.word = path.substr(0, end);
    path.remove_prefix(end);
  }
  absl::ConsumePrefix(&path, ".");
  return step;
}

// Whether two spellings name one field: trafficPolicy, traffic_policy.
bool IsSameName(absl::string_view a, absl::string_view b) {
  while (true) {
    while (absl::ConsumePrefix(&a, "_")) {
    }
    while (absl::ConsumePrefix(&b, "_")) {
    }
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (absl::ascii_tolower(a[0]) != absl::ascii_tolower(b[0])) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

const YamlNode* FindKey(const YamlNode& mapping, const Step& step) {
  for (const YamlNode* key = mapping.first; key != nullptr; key = key->next->next) {
    if (key->text == step.word) return key;
  }
  if (step.kind == Step::Kind::kEntry) return nullptr;
  for (const YamlNode* key = mapping.first; key != nullptr; key = key->next->next) {
    if (IsSameName(key->text, step.word)) return key;
  }
  return nullptr;
}

const YamlNode* FindItem(const YamlNode& list, absl::string_view index) {
  int left = 0;
  if (!absl::SimpleAtoi(index, &left)) return nullptr;
  const YamlNode* item = list.first;
  while (item != nullptr && left-- > 0) item = item->next;
  return item;
}

}  // namespace

Mark LocateField(const YamlNode& root, absl::string_view path) {
  const YamlNode* node = &root;
  Mark mark = root.mark;
  while (!path.empty()) {
    const Step step = TakeStep(path);
    if (node->is_mapping() && step.kind != Step::Kind::kItem) {
      const YamlNode* key = FindKey(*node, step);
      if (key == nullptr) break;
      node = key->next;
      mark = node->is_scalar() && !node->text.empty() ? node->mark : key->mark;
    } else if (node->is_sequence() && step.kind == Step::Kind::kItem) {
      const YamlNode* item = FindItem(*node, step.word);
      if (item == nullptr) break;
      node = item;
      mark = node->mark;
    } else {
      break;
    }
  }
  return mark;
}

}  // namespace binnacle::policy
