#include "policy/object.h"

#include <tuple>

namespace binnacle::policy {

std::string Origin::ToString() const {
  if (line > 0 && file != nullptr) return absl::StrCat(*file, ":", line);
  if (!resource_version.empty()) return absl::StrCat("resourceVersion ", resource_version);
  return file != nullptr ? *file : "unknown";
}

bool operator==(const Origin& a, const Origin& b) {
  auto same = [](const auto& x, const auto& y) {
    return x == y || (x != nullptr && y != nullptr && *x == *y);
  };
  return a.line == b.line && a.column == b.column && a.resource_version == b.resource_version &&
         same(a.file, b.file) && same(a.object, b.object);
}

std::string ObjectKey::ToString() const {
  if (ns.empty()) return absl::StrCat(KindName(kind), " ", name);
  return absl::StrCat(KindName(kind), " ", ns, "/", name);
}

bool TakesPrecedence(const Object& a, const Object& b) {
  return std::tie(a.created, a.key.name, a.key.ns) < std::tie(b.created, b.key.name, b.key.ns);
}

}  // namespace binnacle::policy
