#include "translator/route_timeout.h"

namespace binnacle::translator {

using envoy::config::route::v3::RouteAction;

// Its successor, max_stream_duration, ends streams that are still moving.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static google::protobuf::Duration& MaxGrpcTimeout(RouteAction& action) {
  return *action.mutable_max_grpc_timeout();
}
#pragma GCC diagnostic pop

void SetRouteTimeout(const google::protobuf::Duration* timeout, RouteAction& action) {
  if (timeout == nullptr) {
    action.mutable_timeout();  // present and zero: no limit
    MaxGrpcTimeout(action);
    return;
  }
  *action.mutable_timeout() = *timeout;
  MaxGrpcTimeout(action) = *timeout;
}

}  // namespace binnacle::translator
