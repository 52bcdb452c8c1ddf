#include "policy/place.h"

#include "absl/strings/str_cat.h"

namespace binnacle::policy {

std::string Place::Path() const {
  std::string path = parent_ == nullptr ? "" : parent_->Path();
  if (!path.empty() && !name_.empty()) path += '.';
  absl::StrAppend(&path, name_);
  if (index_ >= 0) absl::StrAppend(&path, "[", index_, "]");
  if (keyed_) absl::StrAppend(&path, "[\"", key_, "\"]");
  return path;
}

void Place::Error(absl::string_view code, absl::string_view message,
                  absl::string_view remedy) const {
  report_.Error(Path(), std::string(code), std::string(message), std::string(remedy));
}

void Place::Warn(absl::string_view code, absl::string_view message,
                 absl::string_view remedy) const {
  report_.Warn(Path(), std::string(code), std::string(message), std::string(remedy));
}

bool Place::Check(const Verdict& verdict) const {
  if (!verdict.has_value()) return true;
  Error(verdict->code, verdict->message, verdict->remedy);
  return false;
}

}  // namespace binnacle::policy
