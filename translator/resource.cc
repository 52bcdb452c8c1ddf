#include "translator/resource.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "translator/references.h"

namespace binnacle::translator {
namespace {

using google::protobuf::io::ArrayOutputStream;
using google::protobuf::io::CodedOutputStream;

constexpr uint8_t kLengthDelimited = 2;
constexpr uint8_t Tag(int field) { return static_cast<uint8_t>(field << 3 | kLengthDelimited); }

// Field numbers of the xDS messages that are written by hand here.
constexpr int kResponseResources = 2;  // of DeltaDiscoveryResponse and DiscoveryResponse
constexpr int kResourceVersion = 1;    // of Resource
constexpr int kResourceAny = 2;
constexpr int kResourceName = 3;
constexpr int kAnyTypeUrl = 1;
constexpr int kAnyValue = 2;
constexpr size_t kVersionSize = 16;  // a hash in hex
static_assert(kResponseResources == kResourceAny, "sotw_entry() is the tail of delta_entry()");

size_t FieldSize(size_t length) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<uint32_t>(length)) + length;
}

void WriteHeader(CodedOutputStream& out, int field, size_t length) {
  out.WriteTag(Tag(field));
  out.WriteVarint32(static_cast<uint32_t>(length));
}

void WriteField(CodedOutputStream& out, int field, absl::string_view text) {
  WriteHeader(out, field, text.size());
  out.WriteRaw(text.data(), static_cast<int>(text.size()));
}

bool Less(const policy::Origin& a, const policy::Origin& b) {
  const std::string& file_a = a.file == nullptr ? a.resource_version : *a.file;
  const std::string& file_b = b.file == nullptr ? b.resource_version : *b.file;
  return std::tie(file_a, a.line) < std::tie(file_b, b.line);
}

Origins Tidied(Origins origins) {
  std::sort(origins.begin(), origins.end(), Less);
  auto same = [](const auto& a, const auto& b) { return !Less(a, b) && !Less(b, a); };
  origins.erase(std::unique(origins.begin(), origins.end(), same), origins.end());
  origins.shrink_to_fit();
  return origins;
}

}  // namespace

absl::string_view TypeUrl(ResourceType type) {
  switch (type) {
    case ResourceType::kCluster:
      return "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    case ResourceType::kEndpoint:
      return "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    case ResourceType::kListener:
      return "type.googleapis.com/envoy.config.listener.v3.Listener";
    case ResourceType::kRoute:
      return "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    case ResourceType::kSecret:
      return "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
    case ResourceType::kVirtualHost:
      return "type.googleapis.com/envoy.config.route.v3.VirtualHost";
  }
  return "";
}

absl::string_view ShortName(ResourceType type) {
  switch (type) {
    case ResourceType::kCluster:
      return "CDS";
    case ResourceType::kEndpoint:
      return "EDS";
    case ResourceType::kListener:
      return "LDS";
    case ResourceType::kRoute:
      return "RDS";
    case ResourceType::kSecret:
      return "SDS";
    case ResourceType::kVirtualHost:
      return "VHDS";
  }
  return "";
}

Resource::Resource() = default;

Resource::~Resource() = default;

const References& Resource::references() const {
  return references_.Get([this] { return ReferencesIn(type_, message()); });
}

const Origins& Resource::origins() const {
  return origins_.Get([this] {
    Origins origins = own_origins_;
    for (const auto& part : parts_) {
      origins.insert(origins.end(), part->origins.begin(), part->origins.end());
    }
    return Tidied(std::move(origins));
  });
}

bool Resource::ShapedLike(const Resource& other) const {
  auto same = [](const auto& a, const auto& b) {
    return a == b || (a->name == b->name && a->origins == b->origins);
  };
  return own_origins_ == other.own_origins_ && absl::c_equal(parts_, other.parts_, same);
}

std::shared_ptr<Resource> Resource::New(ResourceType type, std::string name, Origins origins,
                                        PartList parts) {
  std::shared_ptr<Resource> resource(new Resource);
  resource->type_ = type;
  resource->name_ = std::move(name);
  resource->own_origins_ = std::move(origins);
  resource->parts_ = std::move(parts);
  return resource;
}

void Resource::BeginWire(size_t message_size) {
  const size_t any = FieldSize(TypeUrl(type_).size()) + FieldSize(message_size);
  const size_t body = FieldSize(kVersionSize) + FieldSize(name_.size()) + FieldSize(any);
  const size_t size = FieldSize(body);
  wire_.reserve(size);
  message_offset_ = size - message_size;
  wire_.resize(message_offset_);
}

void Resource::WriteAround() {
  version_ =
      absl::StrCat(absl::Hex(XXH3_64bits(message().data(), message().size()), absl::kZeroPad16));
  const absl::string_view url = TypeUrl(type_);
  const size_t any = FieldSize(url.size()) + FieldSize(message().size());
  ArrayOutputStream stream(wire_.data(), static_cast<int>(message_offset_));
  CodedOutputStream out(&stream);
  WriteHeader(out, kResponseResources,
              FieldSize(version_.size()) + FieldSize(name_.size()) + FieldSize(any));
  WriteField(out, kResourceVersion, version_);
  WriteField(out, kResourceName, name_);
  sotw_offset_ = static_cast<size_t>(out.ByteCount());
  WriteHeader(out, kResourceAny, any);
  WriteField(out, kAnyTypeUrl, url);
  WriteHeader(out, kAnyValue, message().size());
}

std::shared_ptr<const Resource> Resource::Make(ResourceType type, std::string name,
                                               const google::protobuf::MessageLite& message,
                                               Origins origins, PartList parts) {
  auto resource = New(type, std::move(name), std::move(origins), std::move(parts));
  const size_t size = message.ByteSizeLong();
  {
    resource->BeginWire(size);
    resource->wire_.resize(resource->message_offset_ + size);
    ArrayOutputStream stream(resource->wire_.data() + resource->message_offset_,
                             static_cast<int>(size));
    CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeWithCachedSizes(&out);
  }
  resource->WriteAround();
  return resource;
}

std::shared_ptr<const Resource> Resource::FromBytes(ResourceType type, std::string name,
                                                    absl::string_view serialized, Origins origins,
                                                    PartList parts) {
  return FromBytes(type, std::move(name), std::initializer_list<absl::string_view>{serialized},
                   std::move(origins), std::move(parts));
}

std::shared_ptr<const Resource> Resource::FromBytes(ResourceType type, std::string name,
                                                    std::initializer_list<absl::string_view> pieces,
                                                    Origins origins, PartList parts) {
  auto resource = New(type, std::move(name), std::move(origins), std::move(parts));
  size_t size = 0;
  for (absl::string_view piece : pieces) size += piece.size();
  resource->BeginWire(size);
  for (absl::string_view piece : pieces) resource->wire_.append(piece.data(), piece.size());
  resource->WriteAround();
  return resource;
}

}  // namespace binnacle::translator
