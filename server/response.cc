#include "server/response.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/slice.h"
#include "server/wire_block.h"

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

// Keeps what one response is made of alive until gRPC has let go of every
// slice: one count for all, rather than a shared_ptr for each.
class Lender {
 public:
  Lender(Variant variant, absl::Span<const ResourcePtr> resources) {
    while (!resources.empty()) {
      const size_t length = RunLength(variant, resources);
      if (length == 1) {
        pieces_.push_back(EntryOf(variant, *resources[0]));
        resources_.push_back(resources[0]);
      } else {
        blocks_.push_back(WireBlock::Of(variant, resources.subspan(0, length)));
        pieces_.push_back(blocks_.back()->bytes());
      }
      resources.remove_prefix(length);
    }
    lent_ = pieces_.size();
  }

  // What the response consists of, in order. Each is lent once.
  const std::vector<absl::string_view>& pieces() const { return pieces_; }

  grpc::Slice Lend(absl::string_view bytes) {
    // gRPC takes a pointer to mutable bytes but never writes to them.
    return grpc::Slice(const_cast<char*>(bytes.data()), bytes.size(), &Lender::Return, this);
  }

 private:
  static void Return(void* self) {
    auto* lender = static_cast<Lender*>(self);
    if (lender->lent_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete lender;
  }

  std::vector<ResourcePtr> resources_;
  std::vector<std::shared_ptr<const WireBlock>> blocks_;
  std::vector<absl::string_view> pieces_;
  std::atomic<size_t> lent_{0};
};

}  // namespace

grpc::ByteBuffer ToWire(Variant variant, const Response& response) {
  std::vector<grpc::Slice> slices;
  slices.emplace_back(Header(variant, response));
  if (!response.resources.empty()) {
    auto* lender = new Lender(variant, response.resources);  // deletes itself with the last slice
    for (const absl::string_view piece : lender->pieces()) {
      slices.push_back(lender->Lend(piece));
    }
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace binnacle::server
