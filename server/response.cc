#include "server/response.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/slice.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryResponse;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

void WriteString(CodedOutputStream& out, int field, absl::string_view text) {
  if (text.empty()) return;
  out.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(text.size()));
  out.WriteRaw(text.data(), static_cast<int>(text.size()));
}

std::string Header(Variant variant, const Response& response) {
  std::string header;
  google::protobuf::io::StringOutputStream stream(&header);
  CodedOutputStream out(&stream);
  const bool delta = variant == Variant::kDelta;
  static_assert(int{DiscoveryResponse::kVersionInfoFieldNumber} ==
                int{DeltaDiscoveryResponse::kSystemVersionInfoFieldNumber});
  static_assert(int{DiscoveryResponse::kResourcesFieldNumber} ==
                int{DeltaDiscoveryResponse::kResourcesFieldNumber});
  static_assert(int{DiscoveryResponse::kTypeUrlFieldNumber} ==
                int{DeltaDiscoveryResponse::kTypeUrlFieldNumber});
  static_assert(int{DiscoveryResponse::kNonceFieldNumber} ==
                int{DeltaDiscoveryResponse::kNonceFieldNumber});
  WriteString(out, DiscoveryResponse::kVersionInfoFieldNumber, response.version);
  WriteString(out, DiscoveryResponse::kTypeUrlFieldNumber, translator::TypeUrl(response.type));
  WriteString(out, DiscoveryResponse::kNonceFieldNumber, response.nonce);
  if (delta) {
    for (const std::string& name : response.removed) {
      WriteString(out, DeltaDiscoveryResponse::kRemovedResourcesFieldNumber, name);
    }
  }
  out.Trim();
  return header;
}

// Keeps the resources of one response alive until gRPC has let go of every
// slice: one count for all, rather than a shared_ptr for each.
class Lender {
 public:
  explicit Lender(const std::vector<ResourcePtr>& resources)
      : resources_(resources), lent_(resources.size()) {}

  grpc::Slice Lend(absl::string_view bytes) {
    // gRPC takes a pointer to mutable bytes but never writes to them.
    return grpc::Slice(const_cast<char*>(bytes.data()), bytes.size(), &Lender::Return, this);
  }

 private:
  static void Return(void* self) {
    auto* lender = static_cast<Lender*>(self);
    if (lender->lent_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete lender;
  }

  const std::vector<ResourcePtr> resources_;
  std::atomic<size_t> lent_;
};

}  // namespace

grpc::ByteBuffer ToWire(Variant variant, const Response& response) {
  std::vector<grpc::Slice> slices;
  slices.reserve(response.resources.size() + 1);
  slices.emplace_back(Header(variant, response));
  if (!response.resources.empty()) {
    auto* lender = new Lender(response.resources);  // deletes itself with the last slice
    for (const ResourcePtr& resource : response.resources) {
      slices.push_back(lender->Lend(variant == Variant::kDelta ? resource->delta_entry()
                                                               : resource->sotw_entry()));
    }
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace binnacle::server
