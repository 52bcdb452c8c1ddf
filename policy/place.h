// policy/place.h
//
// A Place is one field of the object under validation: it knows its path and
// where complaints about it go. Validators pass places down as they descend;
// the path is spelt out only when there is something to say, so that sound
// objects cost nothing.
//
//   void CheckRoute(const v1::HttpRoute& route, const Place& at, ...) {
//     at.Field("rewrite.uri").Error("missing-field", "...");
//   }
//
// Lifetime  a Place refers to its parent, its name and its key: it lives on the
//           stack below them. Hence descending from a temporary is not allowed;
//           a name may hold dots instead.
// Threads   as the Report: one thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "policy/complaint.h"
#include "policy/validate.h"

namespace binnacle::policy {

class Place {
 public:
  // The top: `name` is "spec", or "" when paths begin at the fields themselves.
  Place(absl::string_view name, Report& report) : report_(report), name_(name) {}

  Place Field(absl::string_view name) const& { return Place(this, name, -1, {}, false); }
  Place Field(absl::string_view name, int index) const& {
    return Place(this, name, index, {}, false);
  }
  // The entry of map field `name` that has `key`.
  Place Entry(absl::string_view name, absl::string_view key) const& {
    return Place(this, name, -1, key, true);
  }
  Place Field(absl::string_view) const&& = delete;
  Place Field(absl::string_view, int) const&& = delete;
  Place Entry(absl::string_view, absl::string_view) const&& = delete;

  // "spec.http[0].match[1].headers[\"end-user\"]"
  std::string Path() const;

  void Error(absl::string_view code, absl::string_view message,
             absl::string_view remedy = "") const;
  void Warn(absl::string_view code, absl::string_view message, absl::string_view remedy = "") const;

  // Reports what a rule found, as an error. True when it found nothing.
  bool Check(const Verdict& verdict) const;

 private:
  Place(const Place* parent, absl::string_view name, int index, absl::string_view key, bool keyed)
      : parent_(parent),
        report_(parent->report_),
        name_(name),
        key_(key),
        index_(index),
        keyed_(keyed) {}

  const Place* parent_ = nullptr;
  Report& report_;
  absl::string_view name_;
  absl::string_view key_;
  int index_ = -1;
  bool keyed_ = false;
};

}  // namespace binnacle::policy
