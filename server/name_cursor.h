// server/name_cursor.h
//
// Looks up names that come in ascending order: near the place of the last one
// by steps, far from it by bisection. So a walk along everything costs a step
// for each name, and a few names among thousands cost little too.
//
// Threads  a value; what it points into must outlive it.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"
#include "server/name_list.h"
#include "translator/resource_set.h"

namespace binnacle::server {

class SetCursor {
 public:
  explicit SetCursor(const translator::ResourceSet* set) : set_(set) {
    if (set != nullptr) next_ = set->begin();
  }

  // nullptr if absent.
  const translator::ResourcePtr* Find(absl::string_view name) {
    if (set_ == nullptr) return nullptr;
    for (int step = 0; next_ != set_->end(); ++step, ++next_) {
      const int order = absl::string_view((*next_)->name()).compare(name);
      if (order == 0) return &*next_;
      if (order > 0) return nullptr;
      if (step == kSteps) {
        next_ = set_->LowerBound(name);
        return next_ != set_->end() && (*next_)->name() == name ? &*next_ : nullptr;
      }
    }
    return nullptr;
  }

 private:
  static constexpr int kSteps = 4;

  const translator::ResourceSet* set_;
  translator::ResourceSet::Iterator next_;
};

class ListCursor {
 public:
  explicit ListCursor(const NameList* list) : list_(list) {}

  bool Find(absl::string_view name) {
    if (list_ == nullptr) return false;
    for (int step = 0; next_ < list_->size(); ++step, ++next_) {
      const int order = (*list_)[next_].compare(name);
      if (order >= 0) return order == 0;
      if (step == kSteps) {
        next_ = list_->LowerBound(name);
        return next_ < list_->size() && (*list_)[next_] == name;
      }
    }
    return false;
  }

 private:
  static constexpr int kSteps = 4;

  const NameList* list_;
  size_t next_ = 0;
};

}  // namespace binnacle::server
