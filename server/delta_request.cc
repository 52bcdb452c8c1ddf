#include "server/delta_request.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
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

bool IsAscii(absl::string_view text) {
  uint64_t all = 0;
  while (text.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof(word));
    all |= word;
    text.remove_prefix(sizeof(word));
  }
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return (all & 0x8080808080808080) == 0;
}

bool IsUtf8(absl::string_view text) {
  return IsAscii(text) ||
         WireFormatLite::VerifyUtf8String(text.data(), static_cast<int>(text.size()),
                                          WireFormatLite::PARSE, "DeltaDiscoveryRequest");
}

// The fields of a message, one after the other. Length-delimited ones are what
// there is by the thousand; all others are left to the library to skip.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view message) : rest_(message) {}

  // False at the end, or where no field begins: then the message is damaged.
  bool Next() {
    if (rest_.empty()) return false;
    bytes_ = {};
    damaged_ = !ReadVarint(tag_) || !ReadPayload();
    return !damaged_;
  }
  uint32_t tag() const { return tag_; }
  absl::string_view bytes() const { return bytes_; }  // if length-delimited
  bool damaged() const { return damaged_; }

 private:
  bool ReadVarint(uint32_t& value) {
    if (!rest_.empty() && static_cast<unsigned char>(rest_[0]) < 0x80) {
      value = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      return true;
    }
    CodedInputStream in = Stream();
    if (!in.ReadVarint32(&value)) return false;
    rest_.remove_prefix(static_cast<size_t>(in.CurrentPosition()));
    return true;
  }

  bool ReadPayload() {
    if (WireFormatLite::GetTagFieldNumber(tag_) == 0) return false;
    if (WireFormatLite::GetTagWireType(tag_) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      uint32_t length = 0;
      if (!ReadVarint(length) || length > rest_.size()) return false;
      bytes_ = rest_.substr(0, length);
      rest_.remove_prefix(length);
      return true;
    }
    CodedInputStream in = Stream();
    if (!WireFormatLite::SkipField(&in, tag_)) return false;
    rest_.remove_prefix(static_cast<size_t>(in.CurrentPosition()));
    return true;
  }

  CodedInputStream Stream() const {
    return CodedInputStream(reinterpret_cast<const uint8_t*>(rest_.data()),
                            static_cast<int>(rest_.size()));
  }

  absl::string_view rest_;
  uint32_t tag_ = 0;
  absl::string_view bytes_;
  bool damaged_ = false;
};

bool ReadText(absl::string_view bytes, absl::string_view& text) {
  text = bytes;
  return IsUtf8(text);
}

// An entry as everybody writes it: the name, the version, nothing else, neither
// longer than 127 bytes. False if it is not like that.
bool ReadPlainVersion(absl::string_view bytes, ToldVersions::Entry& entry) {
  constexpr size_t kHeads = 4;  // a tag and a length each
  if (bytes.size() < kHeads || !IsAscii(bytes)) return false;
  const size_t name = static_cast<unsigned char>(bytes[1]);
  if (bytes[0] != BytesTag(kMapKey) || name + kHeads > bytes.size()) return false;
  const size_t version = static_cast<unsigned char>(bytes[name + 3]);
  if (bytes[name + 2] != BytesTag(kMapValue) || name + version + kHeads != bytes.size()) {
    return false;
  }
  entry = {bytes.substr(2, name), bytes.substr(name + kHeads, version)};
  return true;
}

bool ReadVersion(absl::string_view bytes, ToldVersions::Entry& entry) {
  if (ReadPlainVersion(bytes, entry)) return true;
  FieldReader fields(bytes);
  while (fields.Next()) {
    if (fields.tag() == BytesTag(kMapKey)) {
      if (!ReadText(fields.bytes(), entry.name)) return false;
    } else if (fields.tag() == BytesTag(kMapValue)) {
      if (!ReadText(fields.bytes(), entry.version)) return false;
    }
  }
  return !fields.damaged();
}

// One more at the end. The first shows how many of them a text can hold: room
// for so many is made at once, and for not many more if it is a short one.
template <typename T>
T& AddTo(std::vector<T>& list, absl::string_view first, const std::string& text) {
  constexpr size_t kUsualBytes = 32;
  if (list.empty()) list.reserve(text.size() / std::max(first.size(), kUsualBytes) + 1);
  return list.emplace_back();
}

}  // namespace

bool DeltaRequest::ReadAll() {
  FieldReader fields(*text_);
  while (fields.Next()) {
    if (!ReadField(fields.tag(), fields.bytes())) return false;
  }
  return !fields.damaged();
}

bool DeltaRequest::ReadField(uint32_t tag, absl::string_view bytes) {
  switch (tag) {
    case BytesTag(DeltaDiscoveryRequest::kResourceNamesSubscribeFieldNumber):
      return ReadText(bytes, AddTo(subscribe_, bytes, *text_));
    case BytesTag(DeltaDiscoveryRequest::kResourceNamesUnsubscribeFieldNumber):
      return ReadText(bytes, unsubscribe_.emplace_back());
    case BytesTag(DeltaDiscoveryRequest::kInitialResourceVersionsFieldNumber):
      return ReadVersion(bytes, AddTo(versions_, bytes, *text_));
    case BytesTag(DeltaDiscoveryRequest::kTypeUrlFieldNumber):
      return ReadText(bytes, type_url_);
    case BytesTag(DeltaDiscoveryRequest::kResponseNonceFieldNumber):
      return ReadText(bytes, response_nonce_);
    case BytesTag(DeltaDiscoveryRequest::kNodeFieldNumber):
      // A message that comes in several pieces is what they say together.
      has_node_ = true;
      node_.append(bytes.data(), bytes.size());
      return true;
    case BytesTag(DeltaDiscoveryRequest::kErrorDetailFieldNumber):
      has_error_detail_ = true;
      return error_detail_.MergeFromString(std::string(bytes));
    default:
      return true;
  }
}

absl::StatusOr<DeltaRequest> DeltaRequest::Parse(std::string bytes) {
  DeltaRequest request;
  request.text_ = std::make_shared<const std::string>(std::move(bytes));
  if (!request.ReadAll()) return Unreadable();
  return request;
}

DeltaRequest::DeltaRequest(const DeltaDiscoveryRequest& message)
    : text_(std::make_shared<const std::string>(message.SerializeAsString())) {
  ReadAll();
}

absl::StatusOr<envoy::config::core::v3::Node> DeltaRequest::node() const {
  envoy::config::core::v3::Node node;
  if (!node.ParseFromString(node_)) return Unreadable();
  return node;
}

}  // namespace binnacle::server
