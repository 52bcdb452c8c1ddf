#include "mesh/fact.h"

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

namespace binnacle::mesh {

FactId IdOf(FactKind kind, absl::string_view name) {
  return absl::HashOf(static_cast<uint8_t>(kind), name);
}

std::string Qualified(absl::string_view ns, absl::string_view name) {
  return absl::StrCat(ns, "/", name);
}

}  // namespace binnacle::mesh
