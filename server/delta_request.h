// server/delta_request.h
//
// A DeltaDiscoveryRequest, read where it lies: a proxy that comes back names
// thousands of resources, and each as a string of its own would cost more than
// all else that is done with it.
//
// Threads  immutable.
// Errors   Parse(): kInvalidArgument.
// Spec     Envoy v3 DeltaDiscoveryRequest; protobuf encoding.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/rpc/status.pb.h"
#include "server/told_versions.h"

namespace binnacle::server {

class DeltaRequest {
 public:
  static absl::StatusOr<DeltaRequest> Parse(std::string bytes);
  // Says the same as `message`.
  DeltaRequest(const envoy::service::discovery::v3::DeltaDiscoveryRequest& message);  // NOLINT

  bool has_node() const { return has_node_; }
  // Of the first request alone it is looked at.
  absl::StatusOr<envoy::config::core::v3::Node> node() const;
  std::string type_url() const { return std::string(type_url_); }
  absl::string_view response_nonce() const { return response_nonce_; }
  bool has_error_detail() const { return has_error_detail_; }
  const google::rpc::Status& error_detail() const { return error_detail_; }

  // These live as long as the request.
  const std::vector<absl::string_view>& subscribe() const { return subscribe_; }
  const std::vector<absl::string_view>& unsubscribe() const { return unsubscribe_; }
  // Keeps what it points into.
  ToldVersions initial_resource_versions() const { return {text_, versions_}; }

 private:
  DeltaRequest() = default;

  bool ReadAll();
  bool ReadField(uint32_t tag, absl::string_view bytes);

  std::shared_ptr<const std::string> text_;
  bool has_node_ = false;
  bool has_error_detail_ = false;
  std::string node_;
  absl::string_view type_url_;
  absl::string_view response_nonce_;
  std::vector<absl::string_view> subscribe_;
  std::vector<absl::string_view> unsubscribe_;
  std::vector<ToldVersions::Entry> versions_;
  google::rpc::Status error_detail_;
};

}  // namespace binnacle::server
