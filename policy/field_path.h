// policy/field_path.h
//
// Where in a document the decoder stands, as a chain on the stack: it costs
// nothing until somebody asks how it is written.
//
// Threads  one at a time.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace binnacle::policy {

// A path refers to its parent, which must outlive it.
class FieldPath {
 public:
  FieldPath() = default;

  static FieldPath Field(const FieldPath& parent, absl::string_view name) {
    return FieldPath(&parent, Step::kField, name, 0);
  }
  static FieldPath Item(const FieldPath& parent, int index) {
    return FieldPath(&parent, Step::kItem, "", index);
  }
  static FieldPath Entry(const FieldPath& parent, absl::string_view key) {
    return FieldPath(&parent, Step::kEntry, key, 0);
  }

  // `spec.http[0].match[1].headers["end-user"]`
  std::string ToString() const {
    if (parent_ == nullptr) return "";
    std::string path = parent_->ToString();
    if (step_ == Step::kItem) absl::StrAppend(&path, "[", index_, "]");
    if (step_ == Step::kEntry) absl::StrAppend(&path, "[\"", name_, "\"]");
    if (step_ == Step::kField) absl::StrAppend(&path, path.empty() ? "" : ".", name_);
    return path;
  }

 private:
  enum class Step { kField, kItem, kEntry };

  FieldPath(const FieldPath* parent, Step step, absl::string_view name, int index)
      : parent_(parent), step_(step), name_(name), index_(index) {}

  const FieldPath* parent_ = nullptr;
  Step step_ = Step::kField;
  absl::string_view name_;
  int index_ = 0;
};

}  // namespace binnacle::policy
