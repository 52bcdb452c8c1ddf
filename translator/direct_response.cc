#include "translator/direct_response.h"

#include <algorithm>

namespace binnacle::translator {

void SetDirectResponse(const policy::v1::HttpDirectResponse& response,
                       envoy::config::route::v3::Route& route) {
  auto& action = *route.mutable_direct_response();
  action.set_status(std::clamp<uint32_t>(response.status(), 200, 599));
  if (!response.has_body()) return;
  if (response.body().has_bytes()) {
    action.mutable_body()->set_inline_bytes(response.body().bytes());
  } else {
    action.mutable_body()->set_inline_string(response.body().string());
  }
}

}  // namespace binnacle::translator
