// policy/object.h
//
// An Object is one policy document after parsing and validation: typed, known
// to be sound in itself, and aware of where it was written.
//
// Threads  immutable once made; share as shared_ptr<const Object>.
// Spec     Kubernetes ObjectMeta; Istio's kinds (see proto/policy/).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "policy/kind.h"

namespace binnacle::policy {

using Labels = absl::btree_map<std::string, std::string>;

struct ObjectKey;

// Where a document begins, and what it defines. `line` and `column` count from
// 1; 0 means unknown (an object that came from an API server: then
// `resource_version` is set).
struct Origin {
  std::shared_ptr<const std::string> file;
  uint32_t line = 0;
  uint32_t column = 0;
  std::string resource_version;
  std::shared_ptr<const ObjectKey> object{};  // nullptr: no policy object

  // "mesh/reviews.yaml:14", or "resourceVersion 8812".
  std::string ToString() const;

  // The same place, and the same object.
  friend bool operator==(const Origin& a, const Origin& b);
};

struct ObjectKey {
  Kind kind;
  std::string ns;  // empty for cluster-scoped kinds
  std::string name;

  // "VirtualService default/reviews"
  std::string ToString() const;

  friend bool operator==(const ObjectKey&, const ObjectKey&) = default;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ObjectKey& key) {
    return H::combine(std::move(h), key.kind, key.ns, key.name);
  }
};

struct Object {
  ObjectKey key;
  std::string api_version;
  Labels labels;
  Labels annotations;
  absl::Time created = absl::InfinitePast();  // metadata.creationTimestamp, if any
  Origin origin;
  // Istio's kinds: the `spec`. Kubernetes' kinds: the whole document less its
  // apiVersion, kind and metadata. The type is the one of proto/policy/ that
  // bears the kind's name.
  std::shared_ptr<const google::protobuf::Message> body;

  // T must be the type that belongs to `key.kind`.
  template <typename T>
  const T& As() const {
    return static_cast<const T&>(*body);
  }
};

// Precedence among objects of one kind that compete: the older first, then by
// name, then by namespace.
bool TakesPrecedence(const Object& a, const Object& b);

}  // namespace binnacle::policy
