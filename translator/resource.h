// translator/resource.h
//
// A Resource is one piece of xDS configuration, serialised once and shared by
// every stream that sends it.
//
// Threads  immutable once made; share as shared_ptr<const Resource>.
// Spec     xDS protocol: Resource of DeltaDiscoveryResponse, Any of
//          DiscoveryResponse.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "translator/lazy.h"
#include "translator/translated.h"

namespace binnacle::translator {

enum class ResourceType : uint8_t {
  kCluster,
  kEndpoint,
  kListener,
  kRoute,
  kSecret,
  kVirtualHost,  // of proxies that ask for them one by one
};
inline constexpr int kResourceTypeCount = 6;

// "type.googleapis.com/envoy.config.cluster.v3.Cluster"
absl::string_view TypeUrl(ResourceType type);
// "CDS", "EDS", "LDS", "RDS", "SDS", "VHDS"
absl::string_view ShortName(ResourceType type);

struct References;

class Resource {
 public:
  ~Resource();

  // Serialises deterministically. `version` becomes a hash of the bytes, so it
  // is the same on every replica and after a restart.
  static std::shared_ptr<const Resource> Make(ResourceType type, std::string name,
                                              const google::protobuf::MessageLite& message,
                                              Origins origins, PartList parts = {});
  static std::shared_ptr<const Resource> FromBytes(ResourceType type, std::string name,
                                                   absl::string_view serialized, Origins origins,
                                                   PartList parts = {});
  // Of bytes in pieces.
  static std::shared_ptr<const Resource> FromBytes(ResourceType type, std::string name,
                                                   std::initializer_list<absl::string_view> pieces,
                                                   Origins origins, PartList parts = {});

  ResourceType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }  // 16 hex digits
  // Of the whole and of its parts, sorted, no duplicates; put in order when
  // first asked for.
  const Origins& origins() const;
  // It has the same origins, in whole and in parts.
  bool ShapedLike(const Resource& other) const;
  // Of which piece each is an origin, where that is known; in no order.
  const PartList& parts() const { return parts_; }

  // One entry of DeltaDiscoveryResponse.resources, with its tag and length.
  absl::string_view delta_entry() const { return wire_; }
  // One entry of DiscoveryResponse.resources, with its tag and length. It is
  // the tail of delta_entry(): both fields have the number 2.
  absl::string_view sotw_entry() const { return absl::string_view(wire_).substr(sotw_offset_); }
  // The serialised Envoy message alone.
  absl::string_view message() const { return absl::string_view(wire_).substr(message_offset_); }

  // What it refers to; found when first asked for.
  const References& references() const;

 private:
  Resource();

  static std::shared_ptr<Resource> New(ResourceType type, std::string name, Origins origins,
                                       PartList parts);
  // Room on the wire for what stands before a message of that size, which is to
  // be appended.
  void BeginWire(size_t message_size);
  // Once it is.
  void WriteAround();

  ResourceType type_;
  std::string name_;
  std::string version_;
  Origins own_origins_;
  PartList parts_;
  std::string wire_;
  size_t sotw_offset_ = 0;
  size_t message_offset_ = 0;
  Lazy<Origins> origins_;
  Lazy<References> references_;
};

using ResourcePtr = std::shared_ptr<const Resource>;

}  // namespace binnacle::translator
