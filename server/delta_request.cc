#include "server/delta_request.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

namespace {

constexpr int kMapKey = 1;
constexpr int kMapValue = 2;

absl::Status Unreadable() {
  return absl::InvalidArgumentError(
      "the request cannot be read: it is no envoy.service.discovery.v3.DeltaDiscoveryRequest");
}

constexpr uint32_t BytesTag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

bool IsUtf8(absl::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  if (all < 0x80) return true;
  return WireFormatLite::VerifyUtf8String(text.data(), static_cast<int>(text.size()),
                                          WireFormatLite::PARSE, "DeltaDiscoveryRequest");
}

// The payload of a length-delimited field, whose tag has been read.
bool ReadBytes(CodedInputStream& in, absl::string_view& bytes) {
  uint32_t length = 0;
  if (!in.ReadVarint32(&length)) return false;
  bytes = {};
  if (length == 0) return true;
  const void* data = nullptr;
  int size = 0;
  if (!in.GetDirectBufferPointer(&data, &size) || static_cast<uint32_t>(size) < length) {
    return false;
  }
  bytes = absl::string_view(static_cast<const char*>(data), length);
  return in.Skip(static_cast<int>(length));
}

bool ReadText(CodedInputStream& in, absl::string_view& text) {
  return ReadBytes(in, text) && IsUtf8(text);
}

bool ReadVersion(absl::string_view bytes, ToldVersions::Entry& entry) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == BytesTag(kMapKey)) {
      if (!ReadText(in, entry.name)) return false;
    } else if (tag == BytesTag(kMapValue)) {
      if (!ReadText(in, entry.version)) return false;
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return false;
    }
  }
  return in.ConsumedEntireMessage();
}

}  // namespace

class DeltaRequest::Reader {
 public:
  explicit Reader(DeltaRequest& request)
      : request_(request),
        in_(reinterpret_cast<const uint8_t*>(request.text_->data()),
            static_cast<int>(request.text_->size())) {}

  bool ReadAll() {
    while (const uint32_t tag = in_.ReadTag()) {
      if (!ReadField(tag)) return false;
    }
    return in_.ConsumedEntireMessage();
  }

 private:
  bool ReadField(uint32_t tag) {
    switch (tag) {
      case BytesTag(DeltaDiscoveryRequest::kResourceNamesSubscribeFieldNumber):
        return ReadText(in_, request_.subscribe_.emplace_back());
      case BytesTag(DeltaDiscoveryRequest::kResourceNamesUnsubscribeFieldNumber):
        return ReadText(in_, request_.unsubscribe_.emplace_back());
      case BytesTag(DeltaDiscoveryRequest::kInitialResourceVersionsFieldNumber): {
        absl::string_view entry;
        return ReadBytes(in_, entry) && ReadVersion(entry, request_.versions_.emplace_back());
      }
      case BytesTag(DeltaDiscoveryRequest::kTypeUrlFieldNumber):
        return ReadText(in_, request_.type_url_);
      case BytesTag(DeltaDiscoveryRequest::kResponseNonceFieldNumber):
        return ReadText(in_, request_.response_nonce_);
      case BytesTag(DeltaDiscoveryRequest::kNodeFieldNumber):
        request_.has_node_ = true;
        return Append(request_.node_);
      case BytesTag(DeltaDiscoveryRequest::kErrorDetailFieldNumber): {
        request_.has_error_detail_ = true;
        absl::string_view bytes;
        return ReadBytes(in_, bytes) && request_.error_detail_.MergeFromString(std::string(bytes));
      }
      default:
        return WireFormatLite::SkipField(&in_, tag);
    }
  }

  // A message that comes in several pieces is what they say together.
  bool Append(std::string& message) {
    absl::string_view bytes;
    if (!ReadBytes(in_, bytes)) return false;
    message.append(bytes.data(), bytes.size());
    return true;
  }

  DeltaRequest& request_;
  CodedInputStream in_;
};

absl::StatusOr<DeltaRequest> DeltaRequest::Parse(std::string bytes) {
  DeltaRequest request;
  request.text_ = std::make_shared<const std::string>(std::move(bytes));
  if (!Reader(request).ReadAll()) return Unreadable();
  return request;
}

DeltaRequest::DeltaRequest(const DeltaDiscoveryRequest& message)
    : text_(std::make_shared<const std::string>(message.SerializeAsString())) {
  Reader(*this).ReadAll();
}

absl::StatusOr<envoy::config::core::v3::Node> DeltaRequest::node() const {
  envoy::config::core::v3::Node node;
  if (!node.ParseFromString(node_)) return Unreadable();
  return node;
}

}  // namespace binnacle::server
